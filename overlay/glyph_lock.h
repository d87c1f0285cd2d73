#pragma once
// One thread at a time with glyphs. Internal to overlay.

#include <mutex>

namespace candid::overlay {

// Cairo 1.16 shares font files between threads and keeps ten of them open (cairo-ft-font.c): where threads draw in more
// scripts than that, it closes one that another thread is drawing with, and the program dies. A roster of many scripts
// gets there. Whatever measures or paints glyphs holds this, librsvg's text included.
std::mutex& glyph_mutex();

}  // namespace candid::overlay
