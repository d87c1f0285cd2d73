#include "media/video_reader.h"

#include <cmath>

#include <fmt/format.h>

#include "media/av_input.h"
#include "media/picture_converter.h"

namespace candid::media {

struct VideoReader::State {
  StreamDecoder decoder;
  PictureConverter converter;
  VideoRequest request;
  std::filesystem::path path;
  int64_t next_index = 0;
  std::optional<Frame> shown;  // the picture of the current output frame
  FramePtr ahead;              // the next source picture, not due yet; null at the end
  int64_t ahead_index = 0;     // the output frame from which it shows
  bool source_ended = false;

  // Decodes the next source picture into `ahead`.
  Result<void> look_ahead() {
    std::optional<FramePtr> frame = TRY(decoder.next());
    if (!frame) {
      source_ended = true;
      ahead.reset();
      return {};
    }
    ahead = std::move(*frame);
    double seconds = static_cast<double>(ahead->pts) * av_q2d(decoder.stream().time_base) -
                     std::chrono::duration<double>(decoder.origin() + request.start).count();
    if (ahead->pts == AV_NOPTS_VALUE) seconds = static_cast<double>(next_index) / request.frame_rate.value();
    ahead_index = std::llround(seconds * request.frame_rate.value());
    return {};
  }

  Result<Frame> picture_for(int64_t index) {
    FramePtr due;
    while (!source_ended && (!ahead || ahead_index <= index)) {
      if (ahead) due = std::move(ahead);
      TRY_VOID(look_ahead());
    }
    // A source that starts late shows its first picture from the beginning.
    if (!due && !shown && ahead) due.reset(av_frame_clone(ahead.get()));
    if (due) shown = TRY(converter.convert(*due));
    if (!shown) return fail(ErrorKind::Corrupt, fmt::format("{} has no picture that can be decoded", path.string()));
    return shown->share();
  }
};

VideoReader::VideoReader(std::unique_ptr<State> state) : state_(std::move(state)) {}
VideoReader::VideoReader(VideoReader&&) noexcept = default;
VideoReader& VideoReader::operator=(VideoReader&&) noexcept = default;
VideoReader::~VideoReader() = default;

Result<VideoReader> VideoReader::open(const std::filesystem::path& path, const VideoRequest& request) {
  StreamDecoder decoder = TRY(StreamDecoder::open(path, AVMEDIA_TYPE_VIDEO));
  PictureConverter converter(request.size, request.fit, stream_orientation(decoder.stream()));
  return VideoReader(
      std::make_unique<State>(State{std::move(decoder), std::move(converter), request, path, 0, {}, {}, 0, false}));
}

Result<std::optional<Frame>> VideoReader::next() {
  if (state_->next_index >= state_->request.frame_count) return std::optional<Frame>();
  return std::optional<Frame>(TRY(state_->picture_for(state_->next_index++)));
}

}  // namespace candid::media
