#pragma once
// What a take's sound is like, measured as it comes: how loud the voice, the pauses and the hum are, what is clipped,
// whether there is a voice at all. Says numbers, judges nothing (take_findings.h does).

#include <deque>
#include <optional>

#include "capture/check/filters.h"
#include "capture/check/hum.h"
#include "capture/check/pitch.h"
#include "capture/face_track.h"
#include "core/time.h"
#include "media/audio_reader.h"

namespace candid::capture {

// Levels are in dB of full scale, as RMS (a full sine has -3); kSilent stands for silence and for what is not there.
constexpr double kSilent = -120;

struct SoundFacts {
  Microseconds length{0};
  double peak_dbfs = kSilent;  // the largest sample of either channel
  double level_dbfs = kSilent;
  double left_dbfs = kSilent;
  double right_dbfs = kSilent;

  // Time in which the pitch of a voice is heard: half of speech has none.
  Microseconds voiced{0};
  // From the first to the last of it, with the sounds without pitch around it; empty without a voice.
  std::optional<TimeSpan> voice;
  // The level while somebody speaks: the active speech level of ITU-T P.56 (margin 15.9 dB, hang-over 200 ms) of the
  // louder channel, above 120 Hz. P.56 filters differently and works sample by sample.
  double speech_dbfs = kSilent;
  double noise_dbfs = kSilent;  // of the pauses, above 120 Hz and without hum
  Hum hum;

  // Time of tens of milliseconds in which the waveform is cut flat, as a share of the time somebody speaks.
  double clipped_share = 0;
  Microseconds clipped{0};
  double snr_db() const { return speech_dbfs - noise_dbfs; }
};

// One thread. Costs about a thousandth of real time, and 5 kB a second for what it remembers.
class SoundCheck {
 public:
  // Remembers this much of what came last; nothing: all.
  explicit SoundCheck(std::optional<Microseconds> memory = std::nullopt) : memory_(memory) {}

  // 48 kHz stereo, any number of samples.
  void push(const media::Samples& samples);
  // Of what is remembered; times count from its beginning.
  SoundFacts facts() const;

 private:
  // 10 ms of sound.
  struct Frame {
    std::array<float, media::kChannels> power{};   // mean square
    std::array<float, media::kChannels> speech{};  // the same above 120 Hz
    float peak = 0;
    int rail_runs = 0;  // runs of at least three samples at full scale
    int flat_runs = 0;  // runs of at least three samples at `peak`
    Pitch pitch;
  };
  // Runs of samples that lie at one level.
  struct Plateau {
    float level = 0;
    int length = 0;
  };
  struct Levels;

  void add(float left, float right);
  void finish_frame();
  void find_voice(const Levels& levels, SoundFacts& facts) const;
  void find_clipping(const Levels& levels, SoundFacts& facts) const;

  std::optional<Microseconds> memory_;
  std::deque<Frame> frames_;
  Frame current_;
  int filled_ = 0;
  std::array<double, media::kChannels> sums_{};
  std::array<double, media::kChannels> speech_sums_{};
  std::array<Plateau, media::kChannels> plateaus_{};
  std::array<Biquad, media::kChannels> speech_band_ = {Biquad::high_pass(120, media::kSampleRate),
                                                       Biquad::high_pass(120, media::kSampleRate)};
  // Butterworth of fourth order, before every twelfth sample is taken: of all, and of what is above 120 Hz, where hum
  // does not hide a voice's pitch.
  std::array<Biquad, 2> narrow_ = {Biquad::low_pass(900, media::kSampleRate, 0.54119610),
                                   Biquad::low_pass(900, media::kSampleRate, 1.3065630)};
  std::array<Biquad, 2> narrow_voice_ = narrow_;
  std::array<float, PitchFollower::kHop> slow_{};
  std::array<float, PitchFollower::kHop> slow_voice_{};
  PitchFollower pitch_;
  HumMeter hum_;
};

}  // namespace candid::capture
