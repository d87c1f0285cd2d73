#include "capture/check/sound_check.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

namespace candid::capture {
namespace {

constexpr int kCheckedSamples = media::kSampleRate / 100;
constexpr Microseconds kFrame{10'000};
constexpr int kDecimation = media::kSampleRate / kPitchRate;

constexpr float kRail = 0.985F;        // lossy codecs bring flat tops back as ripples about full scale
constexpr float kStep = 1.2F / 32768;  // samples of 16 bits this near to each other are equal
constexpr int kFlatRun = 3;            // samples; a 1 kHz sine's top is two samples long at 16 bits
constexpr float kQuietPeak = 0.03F;    // below it equal samples are the steps of 16 bits
constexpr int kFewestClipped = 5;      // frames; a few tops of a loud take are flat by chance, and nobody hears them

double decibels(double power) {
  return std::max(kSilent, 10 * std::log10(std::max(power, 1e-13)));
}

}  // namespace

// The louder channel's speech band, 30 ms at a time (a period of a deep voice is 14 ms).
struct SoundCheck::Levels {
  std::vector<double> power;
  std::vector<double> db;
  double floor = kSilent;
  double active = kSilent;
  std::vector<bool> is_active;
};

void SoundCheck::push(const media::Samples& samples) {
  for (size_t i = 0; i + 1 < samples.size(); i += media::kChannels) add(samples[i], samples[i + 1]);
}

void SoundCheck::add(float left, float right) {
  double middle = (static_cast<double>(left) + right) / 2;
  double voice = 0;

  const float channels[] = {left, right};
  for (size_t c = 0; c < media::kChannels; ++c) {
    double sample = channels[c];
    sums_[c] += sample * sample;
    double speech = speech_band_[c](sample);
    speech_sums_[c] += speech * speech;
    voice += speech / media::kChannels;
    float size = std::abs(channels[c]);
    if (size > current_.peak + kStep) current_.flat_runs = 0;
    current_.peak = std::max(current_.peak, size);
    Plateau& plateau = plateaus_[c];
    bool at_rail = size >= kRail;
    // PCM that is cut has equal tops; after a lossy codec they ripple, and some are larger than full scale.
    bool ripples = at_rail && std::abs(plateau.level) >= kRail && std::max(size, std::abs(plateau.level)) > 1;
    bool goes_on = std::abs(channels[c] - plateau.level) <= kStep ||
                   (ripples && std::signbit(channels[c]) == std::signbit(plateau.level));
    plateau.length = goes_on ? plateau.length + 1 : 1;
    plateau.level = channels[c];
    if (plateau.length == kFlatRun) {
      if (at_rail) ++current_.rail_runs;
      if (size > current_.peak - kStep) ++current_.flat_runs;
    }
  }
  for (Biquad& filter : narrow_) middle = filter(middle);
  for (Biquad& filter : narrow_voice_) voice = filter(voice);
  if (filled_ % kDecimation == 0) {
    slow_[static_cast<size_t>(filled_ / kDecimation)] = static_cast<float>(middle);
    slow_voice_[static_cast<size_t>(filled_ / kDecimation)] = static_cast<float>(voice);
  }
  if (++filled_ == kCheckedSamples) finish_frame();
}

void SoundCheck::finish_frame() {
  for (size_t c = 0; c < media::kChannels; ++c) {
    current_.power[c] = static_cast<float>(sums_[c] / kCheckedSamples);
    current_.speech[c] = static_cast<float>(speech_sums_[c] / kCheckedSamples);
  }
  current_.pitch = pitch_.follow(slow_voice_);
  hum_.push(slow_.data(), PitchFollower::kHop);
  frames_.push_back(current_);
  current_ = {};
  sums_ = speech_sums_ = {};
  filled_ = 0;
  if (memory_) {
    while (frames_.size() > static_cast<size_t>(*memory_ / kFrame)) frames_.pop_front();
    hum_.keep(static_cast<size_t>(*memory_ / kFrame) * PitchFollower::kHop / HumMeter::kHop);
  }
}

namespace {

// The level of the quietest moments. Few, as there are takes without a pause between sentences, where the stops between
// sounds have to do. Digital silence between words is a pause like any other; before and after all sound it is not.
double noise_floor(const std::vector<double>& db) {
  constexpr double kDigitalSilence = -100;
  constexpr size_t kShare = 25;  // one moment in so many is quieter
  auto is_sound = [](double level) { return level > kDigitalSilence; };
  auto first = std::find_if(db.begin(), db.end(), is_sound);
  auto last = std::find_if(db.rbegin(), db.rend(), is_sound).base();
  if (first >= last) return kSilent;
  std::vector<double> inner(first, last);
  auto quiet = inner.begin() + static_cast<ptrdiff_t>(inner.size() / kShare);
  std::nth_element(inner.begin(), quiet, inner.end());
  return *quiet;
}

// Marks what is above the threshold and the 200 ms after it.
std::vector<bool> active_above(const std::vector<double>& db, double threshold) {
  constexpr int kHangover = 20;
  std::vector<bool> active;
  int left = 0;
  for (double level : db) {
    left = level >= threshold ? kHangover : left - 1;
    active.push_back(left > 0);
  }
  return active;
}

// The level that lies the margin above the threshold which decides what counts towards it (ITU-T P.56, 7.2).
double active_level(const std::vector<double>& power, const std::vector<double>& db, std::vector<bool>& active) {
  constexpr double kMargin = 15.9;
  constexpr int kRounds = 12;
  double total = std::accumulate(power.begin(), power.end(), 0.0);
  double level = decibels(total / static_cast<double>(std::max<size_t>(1, power.size())));
  for (int round = 0; round < kRounds; ++round) {
    active = active_above(db, level - kMargin);
    double sum = 0;
    int64_t count = 0;
    for (size_t i = 0; i < power.size(); ++i) {
      if (!active[i]) continue;
      sum += power[i];
      ++count;
    }
    if (count == 0) return kSilent;
    double next = decibels(sum / static_cast<double>(count));
    if (std::abs(next - level) < 0.05) return next;
    level = next;
  }
  return level;
}

}  // namespace

SoundFacts SoundCheck::facts() const {
  SoundFacts facts;
  facts.length = static_cast<int64_t>(frames_.size()) * kFrame;
  if (frames_.empty()) return facts;
  std::array<double, media::kChannels> sums{};
  std::array<double, media::kChannels> speech_sums{};
  float peak = 0;
  for (const Frame& frame : frames_) {
    for (size_t c = 0; c < media::kChannels; ++c) {
      sums[c] += frame.power[c];
      speech_sums[c] += frame.speech[c];
    }
    peak = std::max(peak, frame.peak);
  }
  auto count = static_cast<double>(frames_.size());
  facts.peak_dbfs = decibels(static_cast<double>(peak) * peak);
  facts.left_dbfs = decibels(sums[0] / count);
  facts.right_dbfs = decibels(sums[1] / count);
  facts.level_dbfs = std::max(facts.left_dbfs, facts.right_dbfs);
  size_t louder = speech_sums[1] > speech_sums[0] ? 1 : 0;

  Levels levels;
  for (size_t i = 0; i < frames_.size(); ++i) {
    size_t begin = i == 0 ? 0 : i - 1;
    size_t end = std::min(i + 2, frames_.size());
    double sum = 0;
    for (size_t at = begin; at < end; ++at) sum += frames_[at].speech[louder];
    levels.power.push_back(frames_[i].speech[louder]);
    levels.db.push_back(decibels(sum / static_cast<double>(end - begin)));
  }
  levels.floor = noise_floor(levels.db);
  levels.active = active_level(levels.power, levels.db, levels.is_active);
  facts.hum = hum_.hum(frames_.size() * PitchFollower::kHop / HumMeter::kHop);
  // Where hum is nearly all there is, the difference of two measures of it is no noise.
  constexpr double kTellsApart = 0.25;
  constexpr double kQuietestIsBelow = 2;  // dB that noise is below its mean in its quietest 30 ms, measured
  double with_hum = std::pow(10, levels.floor / 10);
  double noise = with_hum - facts.hum.power_above_120_hz;
  if (noise < kTellsApart * with_hum) noise = 0.01 * with_hum;
  facts.noise_dbfs = decibels((facts.hum.mains_hz != 0 ? noise : with_hum) * std::pow(10, kQuietestIsBelow / 10));
  find_voice(levels, facts);
  find_clipping(levels, facts);
  return facts;
}

void SoundCheck::find_voice(const Levels& levels, SoundFacts& facts) const {
  constexpr float kRepeats = 0.7F;        // correlation of a voice's periods is mostly above 0.8
  constexpr double kAboveFloor = 5;       // dB
  constexpr size_t kShortestGlide = 5;    // frames
  constexpr double kFastestGlide = 0.12;  // of the pitch in 10 ms
  constexpr double kLeastGlide = 0.015;   // spread of pitch: no speaker is as even as this, hum and tones are
  constexpr double kLeastContrast = 8;    // dB from the pauses to the speech
  constexpr Microseconds kShortestVoice{300'000};
  auto is_voiced = [&](size_t i) {
    return frames_[i].pitch.strength >= kRepeats && levels.db[i] >= levels.floor + kAboveFloor;
  };
  std::vector<float> pitches;
  size_t first = 0;
  size_t last = 0;
  for (size_t i = 0; i < frames_.size();) {
    if (!is_voiced(i)) {
      ++i;
      continue;
    }
    size_t end = i + 1;
    while (end < frames_.size() && is_voiced(end) &&
           std::abs(frames_[end].pitch.hz / frames_[end - 1].pitch.hz - 1) < kFastestGlide) {
      ++end;
    }
    if (end - i >= kShortestGlide) {
      if (pitches.empty()) first = i;
      last = end;
      for (size_t at = i; at < end; ++at) pitches.push_back(frames_[at].pitch.hz);
    }
    i = end;
  }
  facts.voiced = static_cast<int64_t>(pitches.size()) * kFrame;
  if (facts.voiced < kShortestVoice) return;
  std::sort(pitches.begin(), pitches.end());
  double spread = pitches[pitches.size() * 9 / 10] / pitches[pitches.size() / 10] - 1;
  if (spread < kLeastGlide || levels.active - levels.floor < kLeastContrast) return;
  facts.speech_dbfs = levels.active;
  // Consonants before and after, as far as they are louder than the pauses.
  double audible = std::max(levels.floor + kAboveFloor, levels.active - 30);
  while (first > 0 && levels.db[first - 1] >= audible) --first;
  while (last < frames_.size() && levels.db[last] >= audible) ++last;
  facts.voice = TimeSpan{static_cast<int64_t>(first) * kFrame, static_cast<int64_t>(last) * kFrame};
}

void SoundCheck::find_clipping(const Levels& levels, SoundFacts& facts) const {
  float peak = 0;
  for (const Frame& frame : frames_) peak = std::max(peak, frame.peak);
  int64_t clipped = 0;
  for (const Frame& frame : frames_) {
    // Cut at full scale, or cut before the level was lowered: then all tops lie at one height.
    bool is_cut = facts.voice && frame.peak >= peak - kStep && peak > kQuietPeak;
    int here = std::max(frame.rail_runs, is_cut ? frame.flat_runs : 0);
    if (here > 0) ++clipped;
  }
  if (clipped < kFewestClipped) return;
  auto active = std::max<int64_t>(1, std::count(levels.is_active.begin(), levels.is_active.end(), true));
  facts.clipped = clipped * kFrame;
  facts.clipped_share = std::min(1.0, static_cast<double>(clipped) / static_cast<double>(active));
}

}  // namespace candid::capture
