#include "campaign/replies/reply_transcode.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "core/files.h"
#include "encode/mp4_head.h"
#include "encode/segment_encoder.h"
#include "encode/still.h"
#include "media/audio_reader.h"
#include "media/probe.h"
#include "media/video_reader.h"

namespace candid::campaign {
namespace {

constexpr double kMostFramesPerSecond = 30.5;
constexpr int kSmallestSide = 16;                    // px
constexpr auto kPosterAt = std::chrono::seconds(1);  // people have found their place by then
constexpr double kCrf = 24;

Result<media::RecordingFacts> accepted(const std::filesystem::path& raw) {
  media::RecordingFacts facts = TRY(media::probe(raw));
  const media::FrameSize stored = facts.video.stored;
  const media::FrameSize shown = facts.video.shown;
  int largest = std::max({stored.width, stored.height, shown.width, shown.height});
  int smallest = std::min({stored.width, stored.height, shown.width, shown.height});
  if (largest > kLargestReplySide || smallest < kSmallestSide) {
    return fail(ErrorKind::InvalidInput, fmt::format("a picture of {}x{}", stored.width, stored.height),
                fmt::format("{} to {} px are taken", kSmallestSide, kLargestReplySide));
  }
  if (facts.duration <= Microseconds(0) || facts.duration > kLongestReplyVideo) {
    return fail(ErrorKind::InvalidInput, fmt::format("it lasts {}", format_duration(facts.duration)),
                "at most two minutes are taken");
  }
  return facts;
}

media::FrameSize fitted(media::FrameSize size) {
  double scale = std::min(1.0, static_cast<double>(kReplyLongSide) / std::max(size.width, size.height));
  return {std::max(2, static_cast<int>(size.width * scale) / 2 * 2),
          std::max(2, static_cast<int>(size.height * scale) / 2 * 2)};
}

encode::VideoSettings settings_of(const media::RecordingFacts& facts) {
  encode::VideoSettings settings;
  settings.size = fitted(facts.video.shown);
  settings.frame_rate = facts.video.output_rate;
  if (settings.frame_rate.value() > kMostFramesPerSecond) settings.frame_rate = {30, 1};
  settings.crf = kCrf;
  return settings;
}

Result<void> write_poster(const std::filesystem::path& file, std::span<const uint8_t> jpeg) {
  FileWriter writer = TRY(FileWriter::create(file, FileMode::Private));
  TRY_VOID(writer.write(jpeg));
  return writer.commit(FileWriter::Durability::ThisSession);
}

Result<encode::Segment> encode_pictures(const ReplyJob& job, const encode::VideoSettings& settings, int64_t frames) {
  media::VideoRequest request;
  request.size = settings.size;
  request.frame_rate = settings.frame_rate;
  request.frame_count = frames;
  media::VideoReader pictures = TRY(media::VideoReader::open(job.raw, request));
  auto encoder = TRY(encode::SegmentEncoder::create(settings));
  auto poster_at =
      std::min(std::llround(std::chrono::duration<double>(kPosterAt).count() * settings.frame_rate.value()),
               static_cast<long long>(frames / 2));
  for (int64_t k = 0; std::optional<media::Frame> frame = TRY(pictures.next()); ++k) {
    if (k == poster_at) {
      std::vector<uint8_t> jpeg = TRY(encode::to_jpeg(*frame, settings.size));
      TRY_VOID(write_poster(job.poster, jpeg));
    }
    TRY_VOID(encoder.push(std::move(*frame)));
  }
  TRY_VOID(encoder.finish());
  return encoder.take();
}

Result<void> write_video(const ReplyJob& job, const encode::VideoSettings& settings, const encode::Segment& pictures,
                         const encode::AudioTrack& sound) {
  encode::Mp4Tracks tracks;
  tracks.video = settings;
  tracks.segments = {&pictures};
  tracks.audio = &sound;
  encode::Mp4Layout layout = TRY(encode::lay_out_mp4(tracks));
  FileWriter file = TRY(FileWriter::create(job.video, FileMode::Private));
  TRY_VOID(file.write(layout.head));
  for (const encode::MediaSlice& slice : layout.slices) {
    const auto& bytes = slice.source == encode::MediaSlice::kAudio ? sound.bytes : pictures.bytes;
    TRY_VOID(file.write(std::span(bytes).subspan(slice.offset, slice.length)));
  }
  return file.commit(FileWriter::Durability::ThisSession);
}

}  // namespace

Result<track::ReplyResult> transcode_reply(const ReplyJob& job) {
  const media::RecordingFacts facts = TRY(accepted(job.raw));
  const encode::VideoSettings settings = settings_of(facts);
  double seconds = std::chrono::duration<double>(facts.duration).count();
  auto frames = std::max<int64_t>(1, std::llround(seconds * settings.frame_rate.value()));
  double length = static_cast<double>(frames) / settings.frame_rate.value();
  encode::Segment pictures = TRY(encode_pictures(job, settings, frames));
  auto samples = static_cast<int64_t>(std::llround(length * media::kSampleRate));
  media::AudioReader reader = TRY(media::AudioReader::open(job.raw, Microseconds{0}, samples));
  encode::AudioTrack sound = TRY(encode::encode_audio(reader));
  TRY_VOID(write_video(job, settings, pictures, sound));
  return track::ReplyResult{Microseconds(std::llround(length * 1e6)), settings.size.width, settings.size.height};
}

}  // namespace candid::campaign
