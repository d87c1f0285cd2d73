#include "media/video_reader.h"

#include <cmath>

#include <fmt/format.h>

#include "media/av_input.h"
#include "media/orientation.h"
#include "media/picture_converter.h"

namespace candid::media {

struct VideoReader::State {
  StreamDecoder decoder;
  PictureConverter converter;
  VideoRequest request;
  std::filesystem::path path;
  int64_t next_index = 0;      // of the timeline that begins at request.start
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

  // Begins near the first frame rather than at the recording's beginning, where that gives the same pictures: the first
  // one found must not be later than the first one asked for.
  Result<void> skip_ahead() {
    constexpr Microseconds kWorthwhile{1'000'000};
    Microseconds first =
        request.start + Microseconds(request.first_frame * 1'000'000 * request.frame_rate.den / request.frame_rate.num);
    if (first < kWorthwhile) return {};
    // What shows there may be a picture of some time before. The second try is for containers that index decoding
    // times, which run ahead of the times shown by a few frames.
    constexpr Microseconds kSomeTime{500'000};
    for (Microseconds back : {Microseconds{0}, kSomeTime}) {
      source_ended = false;
      Microseconds time = decoder.origin() + first;
      if (!decoder.seek(time - back, time - kSomeTime)) break;
      TRY_VOID(look_ahead());
      if (!source_ended && ahead->pts != AV_NOPTS_VALUE && ahead_index <= request.first_frame) return {};
    }
    ahead.reset();
    source_ended = false;
    decoder = TRY(StreamDecoder::open(path, AVMEDIA_TYPE_VIDEO));
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
  PictureConverter converter(request, stream_orientation(decoder.stream()));
  auto state = std::make_unique<State>(
      State{std::move(decoder), std::move(converter), request, path, request.first_frame, {}, {}, 0, false});
  TRY_VOID(state->skip_ahead());
  return VideoReader(std::move(state));
}

Result<std::optional<Frame>> VideoReader::next() {
  if (state_->next_index >= state_->request.first_frame + state_->request.frame_count) return std::optional<Frame>();
  return std::optional<Frame>(TRY(state_->picture_for(state_->next_index++)));
}

}  // namespace candid::media
