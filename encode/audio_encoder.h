#pragma once
// The sound track: AAC-LC, 48 kHz stereo, encoded once for all messages that share it.

#include <cstdint>
#include <memory>
#include <vector>

#include "core/error.h"
#include "media/audio_reader.h"

namespace candid::encode {

constexpr int kAacFrame = 1024;  // samples a channel in one packet

struct AudioTrack {
  std::vector<uint8_t> config;         // AudioSpecificConfig (ISO/IEC 14496-3 §1.6.2.1)
  std::vector<uint32_t> packet_sizes;  // bytes of each packet
  std::vector<uint8_t> bytes;          // the packets, back to back
  int64_t samples = 0;                 // a channel, without priming
  int priming = 0;                     // samples at the start that a player must drop
  int bitrate = 0;                     // bit/s
};

// Blocks of sound in, packets out. One thread. Packet k spans blocks k - 1 and k, and is there as soon as block k + 1
// has been pushed, so what follows later cannot change it. Deterministic.
class AudioEncoder {
 public:
  static Result<AudioEncoder> create(int bitrate);
  AudioEncoder(AudioEncoder&&) noexcept;
  ~AudioEncoder();

  // kAacFrame samples a channel; only the last block may be shorter.
  Result<void> push(const media::Samples& block);
  // Gives the packets still inside; no block may follow.
  Result<void> finish();
  // What has been encoded up to now.
  const AudioTrack& track() const;
  // The same, handed over; the encoder is spent.
  AudioTrack take();

 private:
  struct State;
  explicit AudioEncoder(std::unique_ptr<State> state);
  Result<void> receive();
  std::unique_ptr<State> state_;
};

// Reads `sound` to its end. Deterministic.
Result<AudioTrack> encode_audio(media::AudioReader& sound, int bitrate = 128'000);

}  // namespace candid::encode
