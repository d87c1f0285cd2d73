#pragma once
// Sound of a recording as the house has it: 48 kHz, stereo, float, interleaved, without gaps.

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <vector>

#include "core/error.h"
#include "core/time.h"

namespace candid::media {

constexpr int kSampleRate = 48000;  // Hz
constexpr int kChannels = 2;

// Interleaved left, right, left, …; nominal range -1..1.
using Samples = std::vector<float>;

// What is done to a recording's sound, in this order. Nothing is moved in time, and the default changes no sample.
struct SoundTreatment {
  bool denoise = false;  // takes away steady noise of the room and the microphone
  double gain_db = 0;    // the same for all samples
  // The highest true peak (ITU-R BS.1770-4, Annex 2) that is let through, in dB of full scale; nothing: no limiter.
  std::optional<double> ceiling_dbtp = std::nullopt;
  double noise_floor_dbfs = -50;  // for `denoise`: RMS of the noise in pauses, before the gain
  bool operator==(const SoundTreatment&) const = default;
};

// One thread. Silence stands where the recording has no sound: before its first sample, in gaps, after its end, or
// throughout when it has no sound track.
class AudioReader {
 public:
  // Sound from `start` on the recording's timeline (the same zero as VideoReader's), `frame_count` samples a channel.
  static Result<AudioReader> open(const std::filesystem::path& path, Microseconds start, int64_t frame_count,
                                  const SoundTreatment& treatment = {});
  AudioReader(AudioReader&&) noexcept;
  AudioReader& operator=(AudioReader&&) noexcept;
  ~AudioReader();

  // Up to `max_frames` samples a channel; empty at the end.
  Result<Samples> next(int max_frames);

 private:
  struct State;
  explicit AudioReader(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace candid::media
