#pragma once
// Comparing frames with pictures that were looked at and kept in tests/golden.

#include <string>

#include "media/frame.h"

namespace candid::test {

// Only the Noto fonts of tests/support/fonts.conf from here on; call it before any text is drawn.
void pin_fonts();

// Fails unless `frame` looks like tests/golden/NAME.png (PSNR of at least 40 dB: rounding may differ, a glyph may not).
// With CANDID_UPDATE_GOLDENS=1 it writes the picture instead; look at it before it is committed.
void expect_golden(const media::Frame& frame, const std::string& name);

}  // namespace candid::test
