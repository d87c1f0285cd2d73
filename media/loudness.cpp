#include "media/loudness.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>
#include <optional>
#include <vector>

#include <ebur128.h>

namespace candid::media {
namespace {

constexpr int kBlock = kSampleRate / 10;  // samples a channel

// AAC-LC at 128 kbit/s brings back peaks that the limiter took away: up to 1.2 dB with voices and noise, measured with
// FFmpeg 5.1's encoder. Clicks of a millisecond can pass even this.
constexpr double kAacMarginDb = 1.5;
// Filters for true peak read the same sound a little differently: sound that was limited once is not limited again.
constexpr double kMetersDifferDb = 0.1;
constexpr double kLargestGainDb = 30;
// More gain against the limiter's loss would only flatten the voice.
constexpr double kLargestMakeUpDb = 6;
constexpr double kFitsLu = 0.3;
// A loss of this much is made up for without measuring again; most voices lose less.
constexpr double kSmallLossLu = 0.4;
// What limited voices gain by 1 dB more, in LU.
constexpr double kUsualSlope = 0.8;
constexpr int kRefinements = 2;

struct CloseMeter {
  void operator()(ebur128_state* state) const { ebur128_destroy(&state); }
};
using Meter = std::unique_ptr<ebur128_state, CloseMeter>;

// Another processor's last digits must not make another treatment.
double rounded(double gain_db) {
  return std::round(gain_db * 100) / 100;
}

double decibels(double amplitude) {
  return 20 * std::log10(amplitude);
}

Result<Meter> measure(AudioReader& sound, int mode) {
  Meter meter(ebur128_init(kChannels, kSampleRate, mode));
  if (!meter) return fail(ErrorKind::Internal, "cannot set up the loudness meter");
  while (true) {
    Samples block = TRY(sound.next(kBlock));
    if (block.empty()) return meter;
    if (ebur128_add_frames_float(meter.get(), block.data(), block.size() / kChannels) != EBUR128_SUCCESS)
      return fail(ErrorKind::Internal, "cannot measure the loudness");
  }
}

double integrated(const Meter& meter) {
  double lufs = 0;
  return ebur128_loudness_global(meter.get(), &lufs) == EBUR128_SUCCESS ? lufs
                                                                        : -std::numeric_limits<double>::infinity();
}

// What the pauses hold: the level that a tenth of the blocks stay below. Digital silence is no noise; a voice without
// pauses is none either, so the floor stays well below the whole.
Result<double> noise_floor_dbfs(AudioReader& sound) {
  constexpr double kSilence = 1e-9;  // mean square: -90 dB
  constexpr double kBelowTheWholeDb = 20;
  std::vector<double> blocks;
  double whole = 0;
  while (true) {
    Samples block = TRY(sound.next(kBlock));
    if (block.empty()) break;
    double sum = 0;
    for (float sample : block) sum += static_cast<double>(sample) * sample;
    double mean = sum / static_cast<double>(block.size());
    if (mean > kSilence) {
      blocks.push_back(mean);
      whole += mean;
    }
  }
  if (blocks.empty()) return decibels(std::sqrt(kSilence));
  auto tenth = blocks.begin() + static_cast<ptrdiff_t>(blocks.size() / 10);
  std::nth_element(blocks.begin(), tenth, blocks.end());
  double level = decibels(std::sqrt(whole / static_cast<double>(blocks.size())));
  return std::min(decibels(std::sqrt(*tenth)), level - kBelowTheWholeDb);
}

}  // namespace

Result<Loudness> measure_loudness(AudioReader& sound) {
  Meter meter = TRY(measure(sound, EBUR128_MODE_I | EBUR128_MODE_TRUE_PEAK));
  double peak = 0;
  for (unsigned int channel = 0; channel < kChannels; ++channel) {
    double value = 0;
    ebur128_true_peak(meter.get(), channel, &value);
    peak = std::max(peak, value);
  }
  return Loudness{integrated(meter), decibels(peak)};
}

Result<SoundTreatment> treatment_for(const std::filesystem::path& path, Microseconds start, int64_t frame_count,
                                     bool denoise, LoudnessTarget target) {
  SoundTreatment treatment{.denoise = denoise};
  if (denoise) {
    AudioReader recorded = TRY(AudioReader::open(path, start, frame_count));
    treatment.noise_floor_dbfs = TRY(noise_floor_dbfs(recorded));
  }
  AudioReader sound = TRY(AudioReader::open(path, start, frame_count, treatment));
  Loudness loudness = TRY(measure_loudness(sound));

  double ceiling = target.true_peak_dbtp - kAacMarginDb;
  double missing = target.integrated_lufs - loudness.integrated_lufs;
  bool can_be_judged = std::isfinite(missing);
  if (can_be_judged && std::abs(missing) > kFitsLu) treatment.gain_db = rounded(std::min(missing, kLargestGainDb));
  if (loudness.true_peak_dbtp + treatment.gain_db <= ceiling + kMetersDifferDb) return treatment;
  treatment.ceiling_dbtp = ceiling;
  if (!can_be_judged) return treatment;

  // The limiter takes loudness away; more gain brings some of it back, the less the more is limited (secant method).
  double largest = std::min(treatment.gain_db + kLargestMakeUpDb, kLargestGainDb);
  double slope = kUsualSlope;
  std::optional<std::pair<double, double>> last;  // gain, loudness
  for (int pass = 0; pass < kRefinements; ++pass) {
    AudioReader limited = TRY(AudioReader::open(path, start, frame_count, treatment));
    double reached = integrated(TRY(measure(limited, EBUR128_MODE_I)));
    double error = target.integrated_lufs - reached;
    if (last) slope = std::clamp((reached - last->second) / (treatment.gain_db - last->first), 0.25, 1.0);
    last = {treatment.gain_db, reached};
    treatment.gain_db = rounded(std::min(treatment.gain_db + error / slope, largest));
    if (std::abs(error) <= kSmallLossLu || treatment.gain_db == last->first) break;
  }
  return treatment;
}

}  // namespace candid::media
