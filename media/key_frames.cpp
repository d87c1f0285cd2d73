#include "media/key_frames.h"

#include "media/av_input.h"
#include "media/orientation.h"

namespace candid::media {

Result<std::vector<KeyFrame>> read_key_frames(const std::filesystem::path& path, FrameSize size, Microseconds start,
                                              Microseconds end, Microseconds apart) {
  StreamDecoder decoder = TRY(StreamDecoder::open(path, AVMEDIA_TYPE_VIDEO));
  std::vector<KeyFrame> found;
  if (!decoder.seek(decoder.origin() + start, decoder.origin() + start)) return found;
  decoder.key_frames_only(apart, decoder.origin() + end);
  PictureConverter converter(VideoRequest{.size = size}, stream_orientation(decoder.stream()));
  while (std::optional<FramePtr> frame = TRY(decoder.next())) {
    if ((*frame)->pts == AV_NOPTS_VALUE) continue;
    Microseconds time(av_rescale_q((*frame)->pts, decoder.stream().time_base, {1, AV_TIME_BASE}));
    time -= decoder.origin();
    if (time >= end) break;
    if (time >= start) found.push_back({time, TRY(converter.convert(**frame))});
  }
  return found;
}

}  // namespace candid::media
