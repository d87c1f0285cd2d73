#include "media/probe.h"

extern "C" {
#include <libavutil/pixdesc.h>
}

#include <cmath>

#include <fmt/format.h>

#include "media/av_input.h"
#include "media/orientation.h"

namespace candid::media {
namespace {

// What one track's packets say, in seconds.
struct PacketTimes {
  int64_t count = 0;
  double first = 0;
  double end = 0;
  double last = 0;
  double shortest_step = 1e9;
  double longest_step = 0;
  std::vector<double> recent;  // presentation order is restored in a window larger than any reordering

  void add(double time, double duration) {
    if (count++ == 0) first = time;
    first = std::min(first, time);
    end = std::max(end, time + duration);
    recent.insert(std::upper_bound(recent.begin(), recent.end(), time), time);
    if (recent.size() > 20) step();
  }
  void finish() {
    while (recent.size() > 1) step();
  }

 private:
  void step() {
    double width = recent[1] - recent[0];
    shortest_step = std::min(shortest_step, width);
    longest_step = std::max(longest_step, width);
    last = recent[1];
    recent.erase(recent.begin());
  }
};

// A finished file states its length; it may differ from the packets by a frame or an audio block, not by this.
constexpr double kCutTolerance = 0.5;

// Longer than anybody speaks into a camera: one wrong timestamp makes a recording of decades.
constexpr double kLongestSeconds = 6 * 3600;

}  // namespace

Rational standard_rate(double average, bool constant) {
  constexpr Rational kRates[] = {{24000, 1001}, {24, 1}, {25, 1},       {30000, 1001},
                                 {30, 1},       {50, 1}, {60000, 1001}, {60, 1}};
  // A webcam's variable rate wanders below its nominal 30 or 60; its frames keep their times best at that rate.
  if (!constant) return average > 33 ? Rational{60, 1} : Rational{30, 1};
  Rational best{30, 1};
  double best_error = 0.0004;  // NTSC and whole rates lie 0.1 % apart
  for (Rational rate : kRates) {
    double error = std::abs(rate.value() - average) / average;
    if (error < best_error) {
      best_error = error;
      best = rate;
    }
  }
  return best_error < 0.0004 ? best : standard_rate(average, false);
}

Result<std::map<std::string, std::string>> read_tags(const std::filesystem::path& path) {
  InputFormatPtr input = TRY(open_input(path));
  std::map<std::string, std::string> tags;
  const AVDictionaryEntry* tag = nullptr;
  while ((tag = av_dict_get(input->metadata, "", tag, AV_DICT_IGNORE_SUFFIX)) != nullptr) tags[tag->key] = tag->value;
  return tags;
}

Result<RecordingFacts> probe(const std::filesystem::path& path) {
  InputFormatPtr input = TRY(open_input(path));
  int video = best_stream(*input, AVMEDIA_TYPE_VIDEO);
  int audio = best_stream(*input, AVMEDIA_TYPE_AUDIO);
  if (video < 0) {
    return fail(ErrorKind::InvalidInput, fmt::format("{} has no picture track", path.string()),
                "a take needs a picture");
  }
  const AVStream& stream = *input->streams[video];
  const AVCodecParameters& parameters = *stream.codecpar;
  bool live = input->duration == AV_NOPTS_VALUE || input->duration_estimation_method == AVFMT_DURATION_FROM_BITRATE ||
              (stream.duration == AV_NOPTS_VALUE && input->duration <= 0);
  double stated = live ? 0 : static_cast<double>(input->duration) / AV_TIME_BASE;

  PacketTimes video_times;
  PacketTimes audio_times;
  PacketPtr packet(av_packet_alloc());
  double frame_duration = stream.avg_frame_rate.num > 0 ? av_q2d(av_inv_q(stream.avg_frame_rate)) : 1.0 / 30;
  int status = 0;
  bool damaged = false;
  while ((status = av_read_frame(input.get(), packet.get())) >= 0) {
    if (packet->stream_index == video || packet->stream_index == audio) {
      const AVStream& from = *input->streams[packet->stream_index];
      int64_t stamp = packet->pts != AV_NOPTS_VALUE ? packet->pts : packet->dts;
      double duration = packet->duration > 0 ? static_cast<double>(packet->duration) * av_q2d(from.time_base)
                                             : (packet->stream_index == video ? frame_duration : 0);
      bool discarded = (packet->flags & AV_PKT_FLAG_DISCARD) != 0;
      damaged = damaged || (packet->flags & AV_PKT_FLAG_CORRUPT) != 0;
      if (stamp != AV_NOPTS_VALUE && !discarded) {
        auto& times = packet->stream_index == video ? video_times : audio_times;
        times.add(static_cast<double>(stamp) * av_q2d(from.time_base), duration);
      }
    }
    av_packet_unref(packet.get());
  }
  video_times.finish();
  audio_times.finish();
  if (video_times.count == 0) {
    return fail(ErrorKind::Corrupt, fmt::format("{} holds no picture at all", path.string()), "record it again");
  }
  double origin =
      input->start_time == AV_NOPTS_VALUE ? video_times.first : static_cast<double>(input->start_time) / AV_TIME_BASE;
  double end = std::max(video_times.end, audio_times.end);
  // Matroska's stated duration counts from zero, others' from the first timestamp.
  if (stated > 0 && std::max(end, end - origin) + kCutTolerance < stated) {
    return fail(ErrorKind::Corrupt,
                fmt::format("{} is cut short: it should last {:.1f} s and ends after {:.1f} s", path.string(), stated,
                            end - origin),
                "copy the file again from where it came from");
  }
  if ((status != AVERROR_EOF || (input->pb != nullptr && input->pb->error < 0) || damaged) && !live) {
    return fail(ErrorKind::Corrupt, fmt::format("{} is damaged after {:.1f} s", path.string(), end - origin),
                "copy the file again from where it came from");
  }

  if (end - origin > kLongestSeconds) {
    return fail(ErrorKind::InvalidInput,
                fmt::format("{} lasts {:.0f} hours by its timestamps, at most {:.0f} are taken", path.string(),
                            (end - origin) / 3600, kLongestSeconds / 3600),
                "cut it to what is said; if it is shorter than that, its timestamps are wrong: copy it to a new file");
  }

  RecordingFacts facts;
  facts.container = input->iformat->name;
  facts.duration = Microseconds(std::llround((end - origin) * 1e6));
  VideoFacts& v = facts.video;
  v.codec = avcodec_get_name(parameters.codec_id);
  const char* format = av_get_pix_fmt_name(static_cast<AVPixelFormat>(parameters.format));
  v.pixel_format = format == nullptr ? "unknown" : format;
  v.stored = {parameters.width, parameters.height};
  v.full_range = parameters.color_range == AVCOL_RANGE_JPEG || v.pixel_format.starts_with("yuvj");
  Orientation orientation = stream_orientation(stream);
  v.rotation_degrees = orientation.degrees;
  v.shown = upright_size(parameters.width, parameters.height,
                         av_guess_sample_aspect_ratio(input.get(), input->streams[video], nullptr), orientation);
  v.frames = video_times.count;
  if (v.frames > 1) {
    double average_step = (video_times.last - video_times.first) / static_cast<double>(v.frames - 1);
    v.average_rate = 1 / average_step;
    // Matroska rounds to whole milliseconds, which moves a step by up to one.
    double slack = 0.0011 + 0.02 * average_step;
    v.constant_rate =
        video_times.shortest_step > average_step - slack && video_times.longest_step < average_step + slack;
  }
  // The container's nominal rate is exact where the measured one carries rounding.
  double rate = v.average_rate;
  if (v.constant_rate && stream.avg_frame_rate.num > 0 &&
      std::abs(av_q2d(stream.avg_frame_rate) - rate) < 0.01 * rate) {
    double measured_span = video_times.last - video_times.first;
    double drift = std::abs(av_q2d(stream.avg_frame_rate) - rate) / rate * measured_span;
    if (drift < 0.003) rate = av_q2d(stream.avg_frame_rate);
  }
  v.output_rate = standard_rate(rate, v.constant_rate);
  if (audio >= 0 && audio_times.count > 0) {
    const AVCodecParameters& sound = *input->streams[audio]->codecpar;
    facts.audio = AudioFacts{avcodec_get_name(sound.codec_id), sound.sample_rate, sound.ch_layout.nb_channels};
  }
  return facts;
}

}  // namespace candid::media
