#pragma once
// A Frame as a screen takes it: red, green, blue, alpha, a byte each. The frame's BT.709 values are taken for sRGB as
// they are, as players do: the two curves are near, and a display has one for both.

#include <cstdint>
#include <memory>

#include "core/error.h"
#include "media/frame.h"

namespace candid::media {

enum class Mirror { No, Yes };  // Yes: left and right change places, as in front of a mirror

// Rows from the top, pixels from the left; each pixel is red, green, blue, 255.
struct ScreenPixels {
  const uint8_t* rgba = nullptr;
  int stride = 0;  // bytes from one row to the next
  FrameSize size;
};

// Keeps what converts, and the bytes, from call to call: one for each view that plays. A frame takes 1.6 ms from
// 1920x1080 to 960x540 and 1.9 ms from 1280x720, a tenth more mirrored, on one core of a cloud machine of 2026
// (tests/bench). One thread at a time.
class ScreenPicture {
 public:
  ScreenPicture();
  ScreenPicture(ScreenPicture&&) noexcept;
  ScreenPicture& operator=(ScreenPicture&&) noexcept;
  ~ScreenPicture();

  // The whole frame stretched to `size`, whose sides are at least 1 px and may be odd. The pixels stay until the next
  // call. Fails with InvalidInput for a size that no screen has.
  Result<ScreenPixels> convert(const Frame& frame, FrameSize size, Mirror mirror = Mirror::No);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace candid::media
