#pragma once
// Pictures of a recording at a constant rate and one size, in the house's format.

#include <filesystem>
#include <memory>
#include <optional>

#include "core/error.h"
#include "core/time.h"
#include "media/frame.h"

namespace candid::media {

enum class Fit {
  Contain,  // the whole picture, black bars where shapes differ
  Cover,    // the whole frame, edges cut where shapes differ
};

struct VideoRequest {
  FrameSize size;
  Rational frame_rate{30, 1};
  Fit fit = Fit::Contain;
  Microseconds start{0};    // where frame 0 lies on the recording's own timeline, which begins at zero
  int64_t frame_count = 0;  // exactly so many frames come: the last picture stays where the recording is shorter
  int64_t first_frame = 0;  // the first one to come; it is what a reading from frame 0 would have given there
  // With Fit::Cover: the point of the shown picture, in shares of its sides, that comes as near to the frame's middle
  // as the picture's edges let it.
  double focus_x = 0.5;
  double focus_y = 0.5;
  bool operator==(const VideoRequest&) const = default;
};

// Output frame k shows the newest source picture whose time, rounded to the output rate, is not after k. One thread.
class VideoReader {
 public:
  static Result<VideoReader> open(const std::filesystem::path& path, const VideoRequest& request);
  VideoReader(VideoReader&&) noexcept;
  VideoReader& operator=(VideoReader&&) noexcept;
  ~VideoReader();

  // The next frame, or nothing after frame_count frames. Pixels may be shared with earlier frames: make_writable()
  // before drawing.
  Result<std::optional<Frame>> next();

 private:
  struct State;
  explicit VideoReader(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace candid::media
