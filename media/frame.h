#pragma once
// A picture as every stage sees it: 8-bit Y'CbCr 4:2:0 (three planes), BT.709, limited range ("tv", 16..235), square
// pixels. Sources are converted to this once, at the door (VideoReader).

#include <cstdint>
#include <memory>

#include "core/error.h"

struct AVFrame;

namespace candid::media {

struct FrameSize {
  int width = 0;   // even
  int height = 0;  // even
  bool operator==(const FrameSize&) const = default;
};

struct Plane {
  uint8_t* data;
  int stride;  // bytes from one row to the next
  int width;
  int height;
};
struct ConstPlane {
  const uint8_t* data;
  int stride;
  int width;
  int height;
};

// Owns a reference to its pixels. Moving is free; share() adds a reference; make_writable() copies pixels that others
// share. Different Frames may be used from different threads, one Frame from one thread at a time.
class Frame {
 public:
  // Pixels are undefined.
  static Result<Frame> allocate(FrameSize size);
  // Takes over a frame in the format above.
  static Frame adopt(AVFrame* frame);
  Frame(Frame&&) noexcept = default;
  Frame& operator=(Frame&&) noexcept = default;

  FrameSize size() const;
  Frame share() const;
  Result<void> make_writable();
  void fill(uint8_t y, uint8_t cb, uint8_t cr);

  // Index 0: Y', 1: Cb, 2: Cr (the last two at half width and height). mutable_plane() asks for make_writable() first.
  Plane mutable_plane(int index);
  ConstPlane plane(int index) const;

  // For media, encode and capture.
  AVFrame* av() { return frame_.get(); }
  const AVFrame* av() const { return frame_.get(); }

 private:
  struct Free {
    void operator()(AVFrame* frame) const;
  };
  explicit Frame(AVFrame* frame) : frame_(frame) {}
  std::unique_ptr<AVFrame, Free> frame_;
};

// Gives the memory of frames that nobody has any more back to the system, instead of keeping it for frames to come: for
// a program that stays after it has worked on many. Any thread.
void give_back_frames();

}  // namespace candid::media
