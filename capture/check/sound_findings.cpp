#include "capture/check/sound_findings.h"

#include <cmath>

#include <fmt/format.h>

#include "core/time.h"

namespace candid::capture {
namespace {

// Below this no microphone is live: the noise of a bad one at its lowest level lies about -75 dBFS.
constexpr double kNoSoundPeak = -60;
// Telephone networks mean speech to be at -26 dBFS (ITU-T P.56 and P.830). 7 dB less can be mended by gain alone; from
// -46 on, the gain that is needed to reach -16 LUFS is more than media::treatment_for gives.
constexpr double kQuiet = -33;
constexpr double kMuchTooQuiet = -46;
// Measured: voices cut by 3 dB have 1 to 6 % of their time cut, at 8 dB a fifth to a third; after AAC a tenth of that.
// Voices that only touch full scale have none.
constexpr double kClipped = 0.005;
constexpr double kMuchClipped = 0.25;
// Measured: 20 dB keeps the noise unobtrusive after the take is made as loud as others; below 6 dB words are lost in
// it. Rooms with a fan have 25 to 35.
constexpr double kNoisy = 20;
constexpr double kVeryNoisy = 6;
// A conversation at 1 m (ISO 9921, normal vocal effort) is 60 dB of sound pressure; viewers turn it up a little.
constexpr double kListeningLevel = 65;
constexpr double kAudibleHum = 0;    // dB above the threshold of hearing
constexpr double kDeadChannel = 30;  // dB below the other one
constexpr double kDeadChannelLevel = -55;

constexpr Microseconds kLongSilence{1'500'000};
constexpr Microseconds kKeptBefore{300'000};  // breath, and a fade's time
constexpr Microseconds kKeptAfter{500'000};

Microseconds to_tenths(Microseconds time) {
  constexpr Microseconds kTenth{100'000};
  return std::max(Microseconds{0}, time / kTenth * kTenth);
}

}  // namespace

TakeFindings sound_findings(const SoundFacts& facts) {
  TakeFindings findings;
  auto add = [&](Fault fault, Severity severity, std::string message, std::string remedy) {
    TimeSpan where = facts.voice ? *facts.voice : TimeSpan{Microseconds{0}, facts.length};
    findings.push_back({fault, severity, std::move(message), std::move(remedy), where});
  };
  if (!facts.voice) {
    if (facts.peak_dbfs < kNoSoundPeak) {
      add(Fault::NoSound, Severity::Error,
          facts.peak_dbfs <= kSilent ? "There is no sound: the track is silent throughout."
                                     : fmt::format("There is no sound: its loudest peak is {:.0f} dBFS, wanted {:.0f} "
                                                   "or more.",
                                                   facts.peak_dbfs, kNoSoundPeak),
          "See that the microphone is plugged in, chosen and not muted.");
    } else {
      add(Fault::NoVoice, Severity::Error,
          fmt::format("No voice is heard: the sound is at {:.0f} dBFS, but nobody speaks in it.", facts.level_dbfs),
          "See that the right microphone is chosen, and speak towards it.");
    }
    return findings;
  }
  if (facts.speech_dbfs < kQuiet) {
    add(Fault::TooQuiet, facts.speech_dbfs < kMuchTooQuiet ? Severity::Error : Severity::Warning,
        fmt::format("The sound is too quiet: speech at {:.0f} dBFS, wanted {:.0f} or more.", facts.speech_dbfs, kQuiet),
        "Move closer to the microphone, or turn its level up.");
  }
  if (facts.clipped_share >= kClipped) {
    add(Fault::Clipping, facts.clipped_share >= kMuchClipped ? Severity::Error : Severity::Warning,
        fmt::format("The sound is cut at its peaks: in {:.1f} % of the speech, wanted less than {:.1f} %.",
                    100 * facts.clipped_share, 100 * kClipped),
        "Turn the microphone's level down, or move away from it a little.");
  }
  double hum = facts.hum.above_hearing_db + kListeningLevel - facts.speech_dbfs;
  if (facts.hum.mains_hz != 0 && hum > kAudibleHum) {
    add(Fault::Hum, Severity::Warning,
        fmt::format("There is a hum of {} Hz, {:.0f} dB below the speech: {:.0f} dB less would make it inaudible.",
                    facts.hum.mains_hz, facts.speech_dbfs - facts.hum.level_dbfs, std::ceil(hum - kAudibleHum)),
        "Keep the microphone's cable away from power supplies, or run the computer on its battery.");
  }
  if (facts.snr_db() < kNoisy) {
    add(Fault::Noise, facts.snr_db() < kVeryNoisy ? Severity::Error : Severity::Warning,
        fmt::format("The room is noisy: speech is {:.0f} dB above the noise, wanted {:.0f} or more.", facts.snr_db(),
                    kNoisy),
        "Move closer to the microphone, turn off fans and close windows; denoise = true in campaign.toml takes away "
        "some of it.");
  }
  double quieter = std::min(facts.left_dbfs, facts.right_dbfs);
  if (quieter < kDeadChannelLevel && facts.level_dbfs - quieter > kDeadChannel) {
    bool is_left = facts.left_dbfs > facts.right_dbfs;
    add(Fault::OneChannel, Severity::Warning,
        fmt::format("Only the {} channel has sound: with headphones it is heard in one ear ({:.0f} and {:.0f} dBFS).",
                    is_left ? "left" : "right", facts.left_dbfs, facts.right_dbfs),
        "Record the microphone in mono, or see to its cable.");
  }
  return findings;
}

std::string Trim::line() const {
  return fmt::format("trim = [\"{:.1f}s\", \"-{:.1f}s\"]", to_seconds(start), to_seconds(end));
}

std::optional<Trim> offered_trim(const SoundFacts& facts, Microseconds take_length) {
  if (!facts.voice) return std::nullopt;
  Trim trim;
  if (facts.voice->start >= kLongSilence) trim.start = to_tenths(facts.voice->start - kKeptBefore);
  Microseconds tail = take_length - facts.voice->end;
  if (tail >= kLongSilence) trim.end = to_tenths(tail - kKeptAfter);
  if (trim.start.count() == 0 && trim.end.count() == 0) return std::nullopt;
  return trim;
}

TakeFindings silence_findings(const SoundFacts& facts, Microseconds take_length) {
  TakeFindings findings;
  std::optional<Trim> trim = offered_trim(facts, take_length);
  if (!trim) return findings;
  std::string remedy = fmt::format("Write {} into campaign.toml.", trim->line());
  if (trim->start.count() > 0) {
    findings.push_back({Fault::SilentHead,
                        Severity::Warning,
                        fmt::format("The take begins with {:.1f} s of silence, wanted less than {:.1f} s.",
                                    to_seconds(facts.voice->start), to_seconds(kLongSilence)),
                        remedy,
                        {Microseconds{0}, facts.voice->start}});
  }
  if (trim->end.count() > 0) {
    findings.push_back({Fault::SilentTail,
                        Severity::Warning,
                        fmt::format("The take ends with {:.1f} s of silence, wanted less than {:.1f} s.",
                                    to_seconds(take_length - facts.voice->end), to_seconds(kLongSilence)),
                        remedy,
                        {facts.voice->end, take_length}});
  }
  return findings;
}

}  // namespace candid::capture
