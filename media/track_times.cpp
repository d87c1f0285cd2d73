#include "media/track_times.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "media/av_input.h"

namespace candid::media {
namespace {

// In microseconds from the container's zero. Pictures come in decoding order: a gap between two of them is only one if
// no other fills it, so packets are put in order in a window larger than any reordering.
class TimesReader {
 public:
  void add(int64_t start, int64_t duration) {
    if (!any_) first_ = start;
    any_ = true;
    first_ = std::min(first_, start);
    last_ = std::max(last_, start + duration);
    waiting_.insert(std::upper_bound(waiting_.begin(), waiting_.end(), std::pair(start, duration)), {start, duration});
    if (waiting_.size() > kWindow) step();
  }
  std::optional<TrackTimes> finish(int64_t origin) {
    if (!any_) return std::nullopt;
    while (!waiting_.empty()) step();
    return TrackTimes{Microseconds(first_ - origin), Microseconds(last_ - origin), Microseconds(gap_),
                      Microseconds(gap_at_ - origin)};
  }
  bool any() const { return any_; }
  int64_t first() const { return first_; }

 private:
  static constexpr size_t kWindow = 20;
  void step() {
    auto [start, duration] = waiting_.front();
    waiting_.erase(waiting_.begin());
    if (covered_ && start - *covered_ > gap_) {
      gap_ = start - *covered_;
      gap_at_ = *covered_;
    }
    covered_ = std::max(covered_.value_or(start), start + duration);
  }
  bool any_ = false;
  int64_t first_ = 0;
  int64_t last_ = 0;
  int64_t gap_ = 0;
  int64_t gap_at_ = 0;
  std::optional<int64_t> covered_;
  std::vector<std::pair<int64_t, int64_t>> waiting_;
};

}  // namespace

Result<RecordingTimes> read_track_times(const std::filesystem::path& path) {
  InputFormatPtr input = TRY(open_input(path));
  const int streams[] = {best_stream(*input, AVMEDIA_TYPE_VIDEO), best_stream(*input, AVMEDIA_TYPE_AUDIO)};
  TimesReader readers[2];
  PacketPtr packet(av_packet_alloc());
  while (av_read_frame(input.get(), packet.get()) >= 0) {
    for (size_t i = 0; i < 2; ++i) {
      if (packet->stream_index != streams[i]) continue;
      const AVStream& stream = *input->streams[streams[i]];
      int64_t stamp = packet->pts != AV_NOPTS_VALUE ? packet->pts : packet->dts;
      bool is_discarded = (packet->flags & AV_PKT_FLAG_DISCARD) != 0;
      if (stamp == AV_NOPTS_VALUE || is_discarded) continue;
      int64_t duration = av_rescale_q(packet->duration, stream.time_base, AVRational{1, AV_TIME_BASE});
      if (duration <= 0 && i == 0 && stream.avg_frame_rate.num > 0) {
        duration = av_rescale_q(1, av_inv_q(stream.avg_frame_rate), AVRational{1, AV_TIME_BASE});
      }
      readers[i].add(av_rescale_q(stamp, stream.time_base, AVRational{1, AV_TIME_BASE}),
                     std::max<int64_t>(0, duration));
    }
    av_packet_unref(packet.get());
  }
  if (!readers[0].any() && !readers[1].any()) {
    return fail(ErrorKind::InvalidInput, fmt::format("{} has neither a picture nor sound", path.string()),
                "record it again");
  }
  int64_t origin = input->start_time;
  if (origin == AV_NOPTS_VALUE) {
    origin = readers[0].any() ? readers[0].first() : readers[1].first();
    if (readers[1].any()) origin = std::min(origin, readers[1].first());
  }
  RecordingTimes times;
  times.picture = readers[0].finish(origin);
  times.sound = readers[1].finish(origin);
  for (const auto& track : {times.picture, times.sound}) {
    if (track) times.duration = std::max(times.duration, track->end);
  }
  if (times.sound) {
    const AVCodecParameters& sound = *input->streams[streams[1]]->codecpar;
    times.audio = AudioFacts{avcodec_get_name(sound.codec_id), sound.sample_rate, sound.ch_layout.nb_channels};
  }
  return times;
}

}  // namespace candid::media
