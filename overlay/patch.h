#pragma once
// A drawn rectangle, ready to be laid over frames: Y'CbCr 4:2:0 with alpha, so that blending never leaves the frame's
// own colour space and touches no pixel outside the rectangle.

#include <cstdint>
#include <vector>

namespace candid::overlay {

// Neighbouring pixels of a row that are all opaque, or all to be mixed. What is transparent is in no run.
struct PixelRun {
  int first = 0;
  int end = 0;
  bool is_opaque = false;
};

// The alpha of one plane's pixels, and where there is something to draw at all.
class Coverage {
 public:
  Coverage() = default;
  Coverage(std::vector<uint8_t> alpha, int width);

  const uint8_t* row(int y) const { return alpha_.data() + static_cast<size_t>(y) * static_cast<size_t>(width_); }
  const PixelRun* begin(int y) const { return runs_.data() + first_run_[static_cast<size_t>(y)]; }
  const PixelRun* end(int y) const { return runs_.data() + first_run_[static_cast<size_t>(y) + 1]; }

 private:
  int width_ = 0;
  std::vector<uint8_t> alpha_;
  std::vector<PixelRun> runs_;
  std::vector<size_t> first_run_;  // of each row, and one more
};

struct Patch {
  int x = 0;  // place of the left top corner on the frame; even
  int y = 0;
  int width = 0;              // even
  int height = 0;             // even
  std::vector<uint8_t> luma;  // width * height
  std::vector<uint8_t> cb;    // a quarter as many
  std::vector<uint8_t> cr;
  Coverage coverage;         // of the luma
  Coverage chroma_coverage;  // of cb and cr
};

// From premultiplied native-endian ARGB (cairo's ARGB32), `stride` bytes a row. Chroma is averaged by its alpha, so
// that edges keep their colour. width and height must be even.
Patch make_patch(const uint8_t* argb, int stride, int width, int height, int x, int y);

}  // namespace candid::overlay
