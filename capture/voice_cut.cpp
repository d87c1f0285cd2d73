#include "capture/voice_cut.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "capture/take_writer.h"
#include "core/files.h"
#include "media/loudness.h"
#include "media/video_reader.h"

namespace candid::capture {
namespace {

constexpr Microseconds kEdge{150'000};        // how near to it a sound is the key's own
constexpr Microseconds kShortSound{200'000};  // what is longer is speech
constexpr Microseconds kTouching{30'000};     // find_voice() is not surer than that
constexpr float kFlat = 0.9F;                 // of full scale; microphones may be turned down behind where they clip
constexpr int kFlatSamples = 4;               // of one value: a wave of 50 Hz has three at its top

int64_t samples_in(Microseconds duration) {
  return std::llround(static_cast<double>(duration.count()) * media::kSampleRate / 1e6);
}

// The voice within a window, and the part of the window that margins may use.
struct Heard {
  std::vector<Voiced> voiced;
  Window room;
};

Heard listen(const std::vector<Voiced>& voiced, const Window& window) {
  Heard heard{{}, window};
  for (const Voiced& stretch : voiced) {
    Voiced inside{std::max(stretch.start, window.from), std::min(stretch.end, window.to)};
    if (inside.start >= inside.end) continue;
    bool is_short = inside.end - inside.start < kShortSound;
    if (is_short && inside.start < window.from + kEdge) {
      heard.room.from = inside.end;
    } else if (is_short && inside.end > window.to - kEdge) {
      heard.room.to = std::min(heard.room.to, inside.start);
    } else {
      heard.voiced.push_back(inside);
    }
  }
  return heard;
}

}  // namespace

std::string_view to_string(CutFlaw flaw) {
  switch (flaw) {
    case CutFlaw::NoVoice:
      return "no_voice";
    case CutFlaw::TooShort:
      return "too_short";
    case CutFlaw::CutOff:
      return "cut_off";
    case CutFlaw::Clipped:
      return "clipped";
  }
  return "";
}

Result<VoiceCutter> VoiceCutter::open(const std::filesystem::path& take) {
  media::RecordingFacts facts = TRY(media::probe(take));
  auto sound = TRY(media::AudioReader::open(take, Microseconds{0}, samples_in(facts.duration)));
  std::vector<Voiced> voiced = TRY(find_voice(sound));
  return VoiceCutter(take, std::move(facts), std::move(voiced));
}

Microseconds VoiceCutter::time_of(int64_t frame) const {
  const Rational rate = facts_.video.output_rate;
  return Microseconds(frame * 1'000'000 * rate.den / rate.num);
}

int64_t VoiceCutter::border_at(Microseconds time) const {
  return std::llround(static_cast<double>(time.count()) / 1e6 * facts_.video.output_rate.value());
}

Microseconds VoiceCutter::length_of(const VoiceCut& cut) const {
  return time_of(cut.frames);
}

Result<VoiceCut> VoiceCutter::find(const Window& window, const CutRules& rules) const {
  VoiceCut cut;
  const Heard heard = listen(voiced_, {window.from, std::min(window.to, facts_.duration)});
  if (heard.voiced.empty()) {
    cut.flaws = {CutFlaw::NoVoice};
    return cut;
  }
  cut.voice_start = heard.voiced.front().start;
  cut.voice_end = heard.voiced.back().end;
  cut.first_frame = border_at(std::max(heard.room.from, cut.voice_start - rules.before));
  if (time_of(cut.first_frame) < heard.room.from) ++cut.first_frame;
  int64_t end = border_at(std::min(heard.room.to, cut.voice_end + rules.after));
  if (time_of(end) > heard.room.to) --end;
  cut.frames = std::max<int64_t>(2, end - cut.first_frame);

  Microseconds voice{0};
  for (const Voiced& stretch : heard.voiced) voice += stretch.end - stretch.start;
  if (voice < rules.least_voice) cut.flaws.push_back(CutFlaw::TooShort);
  const bool touches = cut.voice_start < heard.room.from + kTouching || cut.voice_end > heard.room.to - kTouching;
  // A recording that broke off keeps less than was said, and may end in a pause.
  const bool is_past_end = window.to > facts_.duration + time_of(1);
  if (touches || is_past_end) cut.flaws.push_back(CutFlaw::CutOff);
  if (TRY(is_clipped(cut))) cut.flaws.push_back(CutFlaw::Clipped);
  auto sound = TRY(media::AudioReader::open(take_, time_of(cut.first_frame), samples_in(length_of(cut))));
  cut.loudness_lufs = TRY(media::measure_loudness(sound)).integrated_lufs;
  return cut;
}

Result<bool> VoiceCutter::is_clipped(const VoiceCut& cut) const {
  constexpr float kSame = 2e-5F;  // within a step of 16 bits
  auto sound = TRY(media::AudioReader::open(take_, time_of(cut.first_frame), samples_in(length_of(cut))));
  float last[media::kChannels] = {};
  int run[media::kChannels] = {};
  while (true) {
    media::Samples samples = TRY(sound.next(4096));
    if (samples.empty()) return false;
    for (size_t i = 0; i < samples.size(); ++i) {
      size_t channel = i % media::kChannels;
      bool goes_on = std::abs(samples[i]) >= kFlat && std::abs(samples[i] - last[channel]) < kSame;
      run[channel] = goes_on ? run[channel] + 1 : 1;
      last[channel] = samples[i];
      if (run[channel] >= kFlatSamples && std::abs(last[channel]) >= kFlat) return true;
    }
  }
}

Result<void> VoiceCutter::write(const VoiceCut& cut, const std::filesystem::path& clip,
                                const std::stop_token& stop) const {
  const media::VideoFacts& video = facts_.video;
  std::filesystem::path unfinished = clip;
  unfinished += ".part";  // no name of a clip: nobody takes it for one
  TRY_VOID(remove_file(unfinished));
  auto pictures = TRY(media::VideoReader::open(
      take_, {video.shown, video.output_rate, {}, Microseconds{0}, cut.frames, cut.first_frame}));
  auto sound = TRY(media::AudioReader::open(take_, time_of(cut.first_frame), samples_in(length_of(cut))));
  auto writer = TRY(TakeWriter::create(unfinished, {video.shown, video.output_rate}));
  int64_t samples = 0;
  for (int64_t done = 1; std::optional<media::Frame> frame = TRY(pictures.next()); ++done) {
    if (stop.stop_requested()) {
      writer.reset();
      TRY_VOID(remove_file(unfinished));
      return fail(ErrorKind::Cancelled, "stopped");
    }
    TRY_VOID(writer->push(std::move(*frame)));
    int64_t until = samples_in(time_of(done));
    TRY_VOID(writer->push(TRY(sound.next(static_cast<int>(until - samples)))));
    samples = until;
  }
  TRY_VOID(writer->finish());
  TRY_VOID(sync_file(unfinished));
  std::error_code code;
  std::filesystem::rename(unfinished, clip, code);
  if (code) return tl::unexpected(system_error(code.value(), fmt::format("cannot write {}", clip.string())));
  return sync_folder(clip.parent_path());
}

}  // namespace candid::capture
