#pragma once
// The sound of a message whose own greeting is played before the body that all messages share: the greeting and the
// body's first packets are encoded anew, the other packets of the body are used as they are.
//
//   silence | greeting | body block 0 | body block 1 | …
//   own packets ……………………………………………………… | shared packet m | m + 1 | …
//
// Silence first puts the body on a packet boundary; players drop it with the priming. Packet i of the shared track
// spans blocks i - 1 and i of the body, so shared packet m may follow once the own packet before it (a) holds nothing
// but body in its second half, m >= 1, and (b) ends with the window that shared packet m - 1 ends with (aac_window.h).
// Then the aliasing of both halves cancels as it does within one encode. m is the first such packet, mostly 1.
//
// Where greeting and body overlap, the body's first blocks hold the mix of both (sound_crossfade.h), and m is larger:
// own packets reach beyond all blocks that hold some of it.
//
// Packets are reused byte for byte. What a decoder makes of them is the same from shared packet m + 1 on, except in
// bands coded as noise (PNS): their noise is drawn from a generator that runs on from packet to packet.

#include <cstdint>
#include <vector>

#include "core/error.h"
#include "encode/audio_encoder.h"
#include "media/audio_reader.h"

namespace candid::encode {

// How many blocks of the body may be encoded anew before the best join so far is taken, 1.4 s.
constexpr int kMostBodyBlocks = 64;

enum class SoundSource : uint8_t { Own, Shared };

// Bytes that lie together in AudioSplice::track.bytes (Own) or in the shared track's bytes (Shared).
struct SoundRange {
  SoundSource source = SoundSource::Own;
  uint64_t offset = 0;
  uint64_t length = 0;
  bool operator==(const SoundRange&) const = default;
};

struct AudioSplice {
  // Greeting and body, as lay_out_mp4 wants it, but for one thing: `bytes` holds the own packets only. The shared
  // packets are in `packet_sizes` too; their bytes are the shared track's, from `shared_offset` on.
  AudioTrack track;
  size_t own_packets = 0;      // the first packets of `track`
  size_t shared_from = 0;      // the packet of the shared track that follows them; its packet count when none does
  uint64_t shared_offset = 0;  // of that packet in the shared track's bytes

  // Where a run of the track's bytes, such as a MediaSlice of kAudio, really lies: up to two ranges, none empty.
  std::vector<SoundRange> ranges_of(uint64_t offset, uint64_t length) const;
};

// Reads `greeting_samples` of `greeting` (silence stands for what is missing) and as much as needed of `body`, which
// gives what `shared` was encoded from, from its first sample on: all of it, or at least kMostBodyBlocks + 1 blocks
// after the overlap. The greeting's last `overlap` samples are mixed with the body's first; without an overlap, which
// is at most as long as either, its last 10 ms are faded out. Both come with their final loudness. Encodes at the
// shared track's bitrate. Deterministic. Fails (Internal) when the shared track has another configuration than this
// encoder gives.
Result<AudioSplice> splice_audio(media::AudioReader& greeting, int64_t greeting_samples, media::AudioReader& body,
                                 const AudioTrack& shared, int64_t overlap = 0);

}  // namespace candid::encode
