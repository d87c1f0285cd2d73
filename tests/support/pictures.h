#pragma once
// Comparing frames with pictures that were looked at and kept in tests/golden.

#include <string>

#include "media/frame.h"

namespace candid::test {

// Only the Noto fonts of tests/support/fonts.conf from here on; call it before any text is drawn.
void pin_fonts();

// Rounding may differ, a glyph may not: structural similarity of the whole, and of the 32x32 pixels that differ most.
constexpr double kGoldenMean = 0.995;
constexpr double kGoldenWorst = 0.95;

// Fails unless `frame` looks like tests/golden/NAME.png.
// With CANDID_UPDATE_GOLDENS=1 it writes the picture instead; look at it before it is committed.
void expect_golden(const media::Frame& frame, const std::string& name);

}  // namespace candid::test
