#pragma once
// How loud a recording is (EBU R 128, ITU-R BS.1770-4), and what to do so that it is as loud as others.

#include "media/audio_reader.h"

namespace candid::media {

struct Loudness {
  // Programme loudness, gated; -infinity for silence and for sound shorter than a gating block (400 ms).
  double integrated_lufs = 0;
  double true_peak_dbtp = 0;  // the louder channel's; -infinity for silence
};

// Reads `sound` to its end.
Result<Loudness> measure_loudness(AudioReader& sound);

// What the finished video should have, after its AAC encoding. AES TD1004 recommends -20 to -16 LUFS and at most -1
// dBTP for streams: the defaults are its loud end, as telephones and laptops are weak, and half a decibel below its
// peak.
struct LoudnessTarget {
  double integrated_lufs = -16;
  double true_peak_dbtp = -1.5;
};

// Measures `frame_count` samples a channel from `start` on and says how they reach the target: within 0.5 LU where
// neither the largest gain (30 dB) nor the limiter stands in the way. Sound that fits already gets no gain, and neither
// does silence. The same sound always gets the same treatment. Reads the sound up to four times.
Result<SoundTreatment> treatment_for(const std::filesystem::path& path, Microseconds start, int64_t frame_count,
                                     bool denoise, LoudnessTarget target = {});

}  // namespace candid::media
