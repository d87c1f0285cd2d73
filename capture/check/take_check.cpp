#include "capture/check/take_check.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "capture/take_sidecar.h"
#include "core/time.h"
#include "media/audio_reader.h"
#include "media/probe.h"
#include "media/video_reader.h"

namespace candid::capture {
namespace {

constexpr int kCheckedLength = 640;  // the longer side of the pictures that are read
constexpr int kSoundBlock = media::kSampleRate / 10;
// Pictures a second. Lips of a short take need each picture as evidence; of a long one every other picture is evidence
// enough, and scaling all of them down would take half as long as decoding.
constexpr Microseconds kShortTake{30'000'000};
constexpr double kFastestReading = 30;
constexpr double kFastestReadingLong = 20;

// Viewers accept sound up to 90 ms early and 185 ms late (ITU-R BT.1359-1; they notice 45 and 125).
constexpr Microseconds kTooEarly{-90'000};
constexpr Microseconds kTooLate{185'000};
// Devices start one after the other, and a crash leaves up to a cluster of one track unwritten.
constexpr Microseconds kLateStart{200'000};
constexpr Microseconds kEarlyEnd{1'000'000};
constexpr Microseconds kLongGap{150'000};  // shorter ones are lost in pauses between words

double milliseconds(Microseconds time) {
  return 1000 * to_seconds(time);
}

media::FrameSize working_size(media::FrameSize shown) {
  double scale = std::min(1.0, static_cast<double>(kCheckedLength) / std::max(shown.width, shown.height));
  auto even = [scale](int length) { return std::max(2, 2 * static_cast<int>(std::lround(length * scale / 2))); };
  return {even(shown.width), even(shown.height)};
}

Rational reading_rate(Rational rate, Microseconds length) {
  double fastest = length < kShortTake ? kFastestReading : kFastestReadingLong;
  while (rate.value() > fastest) rate.den *= 2;
  return rate;
}

class TakeChecker {
 public:
  TakeChecker(const std::filesystem::path& take, std::stop_token stop, const std::function<void(double)>& progress)
      : take_(take), stop_(std::move(stop)), progress_(progress) {}

  Result<TakeReport> check() {
    report_.times = TRY(media::read_track_times(take_));
    Rational rate{30, 1};
    std::optional<media::RecordingFacts> facts;
    if (report_.times.picture) {
      facts = TRY(media::probe(take_));
      rate = reading_rate(facts->video.output_rate, report_.times.duration);
    }
    LipSync lips(rate);
    if (report_.times.sound) TRY_VOID(check_sound(lips));
    if (facts) TRY_VOID(check_pictures(*facts, rate, lips));
    if (auto sidecar = read_sidecar(take_); sidecar && facts && is_of(*sidecar, *facts)) report_.shows = sidecar->shows;
    if (facts && report_.sound.voice && report_.shows == Shows::Person) report_.lips = lips.offset();
    judge();
    return std::move(report_);
  }

 private:
  static constexpr double kSoundShare = 0.1;  // of the work

  Result<void> go_on(double done) {
    if (stop_.stop_requested()) return fail(ErrorKind::Cancelled, "stopped while checking the take");
    if (progress_) progress_(done);
    return {};
  }

  Result<void> check_sound(LipSync& lips) {
    int64_t length = report_.times.duration.count() * media::kSampleRate / 1'000'000;
    media::AudioReader reader = TRY(media::AudioReader::open(take_, Microseconds{0}, length));
    SoundCheck check;
    for (int64_t done = 0;; done += kSoundBlock) {
      TRY_VOID(go_on(kSoundShare * static_cast<double>(done) / static_cast<double>(std::max<int64_t>(1, length))));
      media::Samples samples = TRY(reader.next(kSoundBlock));
      if (samples.empty()) break;
      check.push(samples);
      lips.push(samples);
    }
    report_.sound = check.facts();
    media::AudioReader again = TRY(media::AudioReader::open(take_, Microseconds{0}, length));
    report_.loudness = TRY(media::measure_loudness(again));
    return {};
  }

  Result<void> check_pictures(const media::RecordingFacts& facts, Rational rate, LipSync& lips) {
    auto time_of = [&](int64_t index) { return Microseconds(index * 1'000'000 * rate.den / rate.num); };
    media::VideoRequest request{.size = working_size(facts.video.shown), .frame_rate = rate};
    Microseconds end = report_.times.picture->end;
    request.frame_count = std::max<int64_t>(1, static_cast<int64_t>(to_seconds(end) * rate.value()));
    media::VideoReader reader = TRY(media::VideoReader::open(take_, request));
    PictureCheck check = TRY(PictureCheck::create());
    double sound_share = report_.times.sound ? kSoundShare : 0;
    for (int64_t index = 0;; ++index) {
      double done = static_cast<double>(index) / static_cast<double>(request.frame_count);
      TRY_VOID(go_on(sound_share + (1 - sound_share) * done));
      std::optional<media::Frame> frame = TRY(reader.next());
      if (!frame) break;
      TRY(check.push(*frame, time_of(index)));
      lips.push(*frame, face_now(check));
    }
    report_.pictures = check.pictures();
    report_.picture = summary_of(report_.pictures, end);
    return {};
  }

  // Where the face was when it was looked for last.
  static std::optional<FaceBox> face_now(const PictureCheck& check) {
    const auto& pictures = check.pictures();
    for (auto picture = pictures.rbegin(); picture != pictures.rend(); ++picture) {
      if (picture->face) return picture->face->box;
      if (picture->was_searched) return std::nullopt;
    }
    return std::nullopt;
  }

  void judge() {
    auto take = [&](const TakeFindings& found) {
      report_.findings.insert(report_.findings.end(), found.begin(), found.end());
    };
    if (report_.times.sound) {
      take(sound_findings(report_.sound));
      take(silence_findings(report_.sound, report_.times.duration));
      report_.trim = offered_trim(report_.sound, report_.times.duration);
    } else {
      take({{Fault::NoSound,
             Severity::Error,
             "There is no sound: the take has no sound track.",
             "Record it again with a microphone: --mic NAME.",
             {Microseconds{0}, report_.times.duration}}});
    }
    if (report_.times.picture) take(picture_findings(report_.pictures, report_.times.picture->end, report_.shows));
    take(alignment_findings(report_.times, report_.lips));
    std::stable_sort(report_.findings.begin(), report_.findings.end(),
                     [](const TakeFinding& a, const TakeFinding& b) { return a.severity > b.severity; });
  }

  const std::filesystem::path& take_;
  std::stop_token stop_;
  const std::function<void(double)>& progress_;
  TakeReport report_;
};

}  // namespace

Result<TakeReport> check_take(const std::filesystem::path& take, std::stop_token stop,
                              const std::function<void(double)>& progress) {
  return TakeChecker(take, std::move(stop), progress).check();
}

bool TakeReport::is_fit() const {
  return std::none_of(findings.begin(), findings.end(),
                      [](const TakeFinding& finding) { return finding.severity == Severity::Error; });
}

TakeFindings alignment_findings(const media::RecordingTimes& times, const std::optional<LipOffset>& lips) {
  TakeFindings findings;
  auto add = [&](Fault fault, std::string message, std::string remedy, TimeSpan where) {
    findings.push_back({fault, Severity::Warning, std::move(message), std::move(remedy), where});
  };
  if (!times.picture || !times.sound) return findings;
  const media::TrackTimes& picture = *times.picture;
  const media::TrackTimes& sound = *times.sound;
  if (lips && (lips->late < kTooEarly || lips->late > kTooLate)) {
    bool is_late = lips->late.count() > 0;
    add(Fault::OutOfSync,
        fmt::format("The sound comes {:.0f} ms too {} for the lips, wanted {:.0f} or less.",
                    std::abs(milliseconds(lips->late)), is_late ? "late" : "early",
                    std::abs(milliseconds(is_late ? kTooLate : kTooEarly))),
        fmt::format("Shift the sound by {:.0f} ms: ffmpeg -i TAKE -itsoffset {:.3f} -i TAKE -map 0:v -map 1:a -c copy "
                    "NEW.mkv; or record with a microphone by cable.",
                    -milliseconds(lips->late), -to_seconds(lips->late)),
        {Microseconds{0}, times.duration});
  }
  // Where lips tell how both fit, a late start is not a sign of anything else.
  Microseconds latest = lips ? kEarlyEnd : kLateStart;
  if (Microseconds late = sound.start - picture.start; late > latest) {
    add(Fault::SoundStops,
        fmt::format("The sound begins {:.2f} s after the picture, wanted less than {:.2f} s.", to_seconds(late),
                    to_seconds(latest)),
        "See whether lips and words fit; trim the beginning, or record it again.", {picture.start, sound.start});
  }
  if (Microseconds early = picture.end - sound.end; early > kEarlyEnd) {
    add(Fault::SoundStops,
        fmt::format("The sound ends {:.1f} s before the picture, wanted less than {:.1f} s.", to_seconds(early),
                    to_seconds(kEarlyEnd)),
        "See whether words are missing at the end; trim it, or record it again.", {sound.end, picture.end});
  }
  if (sound.longest_gap > kLongGap) {
    add(Fault::SoundStops,
        fmt::format("The sound has a gap of {:.2f} s at {:.1f} s, wanted less than {:.2f} s.",
                    to_seconds(sound.longest_gap), to_seconds(sound.gap_at), to_seconds(kLongGap)),
        "Close other programs while you record, and record it again.",
        {sound.gap_at, sound.gap_at + sound.longest_gap});
  }
  if (Microseconds over = sound.end - picture.end; over > kEarlyEnd) {
    add(Fault::Frozen,
        fmt::format("The picture ends {:.1f} s before the sound, and its last one stays: wanted less than {:.1f} s.",
                    to_seconds(over), to_seconds(kEarlyEnd)),
        "Trim the end, or record it again.", {picture.end, sound.end});
  }
  return findings;
}

}  // namespace candid::capture
