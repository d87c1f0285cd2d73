#pragma once
// One thread at a time with glyphs. Internal to overlay.

#include <mutex>

namespace candid::overlay {

// Cairo 1.16 shares glyphs between threads, and throws away those of a font that another thread is drawing with
// (cairo-scaled-font.c, its page cache). It takes thousands of glyphs to get there; a roster of many scripts has them.
// Whatever measures or paints glyphs holds this, librsvg's text included.
std::mutex& glyph_mutex();

}  // namespace candid::overlay
