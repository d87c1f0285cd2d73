#include "encode/audio_splice.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <numbers>
#include <numeric>

#include "encode/aac_window.h"

namespace candid::encode {
namespace {

constexpr int64_t kFade = media::kSampleRate / 100;  // samples a channel

uint64_t packet_offset(const AudioTrack& track, size_t packet) {
  return std::accumulate(track.packet_sizes.begin(), track.packet_sizes.begin() + static_cast<ptrdiff_t>(packet),
                         uint64_t{0});
}

std::optional<WindowEnd> window_end_of(const AudioTrack& track, size_t packet) {
  return window_end(std::span(track.bytes).subspan(packet_offset(track, packet), track.packet_sizes[packet]));
}

// Half a cosine over the last kFade samples a channel of the greeting. `block` begins at sample `position`.
void fade_out(media::Samples& block, int64_t position, int64_t greeting_samples) {
  int64_t fade = std::min(kFade, greeting_samples);
  int64_t start = greeting_samples - fade;
  for (size_t i = 0; i < block.size(); ++i) {
    int64_t into = position + static_cast<int64_t>(i) / media::kChannels - start;
    if (into < 0) continue;
    double phase = (static_cast<double>(into) + 0.5) / static_cast<double>(fade);
    block[i] *= static_cast<float>(0.5 + 0.5 * std::cos(std::numbers::pi * phase));
  }
}

// Silence and greeting, so that they end together with a block.
Result<void> push_greeting(AudioEncoder& encoder, media::AudioReader& greeting, int64_t samples, int64_t pad) {
  for (int64_t position = -pad; position < samples; position += kAacFrame) {
    int64_t silence = std::max<int64_t>(0, -position);
    media::Samples sound = TRY(greeting.next(static_cast<int>(kAacFrame - silence)));
    sound.resize(static_cast<size_t>(kAacFrame - silence) * media::kChannels, 0.0f);
    fade_out(sound, position + silence, samples);
    media::Samples block(static_cast<size_t>(silence) * media::kChannels, 0.0f);
    block.insert(block.end(), sound.begin(), sound.end());
    TRY_VOID(encoder.push(block));
  }
  return {};
}

enum class Fit {
  None,
  FirstChannel,  // equal as far as it can be read
  Full,
};

// Whether the first may stand in for the second, before the packet that follows the second.
Fit fit(std::optional<WindowEnd> own, std::optional<WindowEnd> shared) {
  if (!own || own != shared) return Fit::None;
  return own->common ? Fit::Full : Fit::FirstChannel;
}

// Encodes the body's beginning until a shared packet may follow, and names that packet. `lead` packets come wholly
// before the body.
Result<size_t> push_body(AudioEncoder& encoder, size_t lead, media::AudioReader& body, const AudioTrack& shared) {
  const AudioTrack& own = encoder.track();
  int64_t pushed = 0;
  size_t join = 1;       // the next to be looked at
  size_t uncertain = 0;  // the first that fits in one channel at least
  for (int block = 0; block <= kMostBodyBlocks && pushed < shared.samples; ++block) {
    auto wanted = static_cast<int>(std::min<int64_t>(kAacFrame, shared.samples - pushed));
    media::Samples sound = TRY(body.next(wanted));
    if (sound.size() < static_cast<size_t>(wanted) * media::kChannels) break;  // the reader has a beginning only
    TRY_VOID(encoder.push(sound));
    pushed += wanted;
    if (pushed == shared.samples) TRY_VOID(encoder.finish());
    for (; lead + join <= own.packet_sizes.size(); ++join) {
      if (join == shared.packet_sizes.size()) return join;  // a short body, wholly our own
      Fit how = fit(window_end_of(own, lead + join - 1), window_end_of(shared, join - 1));
      if (how == Fit::Full) return join;
      if (how == Fit::FirstChannel && uncertain == 0) uncertain = join;
    }
  }
  if (join == 1) return fail(ErrorKind::Internal, "the beginning of the shared sound is too short to join it");
  // Both encoders hear the same by now; the worst of it is one block with aliasing, 21 ms.
  return uncertain != 0 ? uncertain : join - 1;
}

}  // namespace

std::vector<SoundRange> AudioSplice::ranges_of(uint64_t offset, uint64_t length) const {
  uint64_t own_bytes = track.bytes.size();
  uint64_t own = offset < own_bytes ? std::min(length, own_bytes - offset) : 0;
  std::vector<SoundRange> ranges;
  if (own > 0) ranges.push_back({SoundSource::Own, offset, own});
  if (length > own) ranges.push_back({SoundSource::Shared, offset + own - own_bytes + shared_offset, length - own});
  return ranges;
}

Result<AudioSplice> splice_audio(media::AudioReader& greeting, int64_t greeting_samples, media::AudioReader& body,
                                 const AudioTrack& shared) {
  assert(greeting_samples >= 0 && shared.samples > 0);
  AudioEncoder encoder = TRY(AudioEncoder::create(shared.bitrate));
  if (encoder.track().config != shared.config || encoder.track().priming != shared.priming)
    return fail(ErrorKind::Internal, "a greeting cannot be joined to sound of another encoder or configuration");
  assert(shared.priming == kAacFrame);
  int64_t pad = (kAacFrame - greeting_samples % kAacFrame) % kAacFrame;
  auto lead = static_cast<size_t>((pad + greeting_samples) / kAacFrame);
  TRY_VOID(push_greeting(encoder, greeting, greeting_samples, pad));

  AudioSplice splice;
  splice.shared_from = TRY(push_body(encoder, lead, body, shared));
  splice.shared_offset = packet_offset(shared, splice.shared_from);
  splice.own_packets = lead + splice.shared_from;
  splice.track = encoder.take();
  AudioTrack& track = splice.track;
  track.bytes.resize(packet_offset(track, splice.own_packets));
  track.packet_sizes.resize(splice.own_packets);
  track.packet_sizes.insert(track.packet_sizes.end(),
                            shared.packet_sizes.begin() + static_cast<ptrdiff_t>(splice.shared_from),
                            shared.packet_sizes.end());
  track.samples = greeting_samples + shared.samples;
  track.priming = shared.priming + static_cast<int>(pad);
  return splice;
}

}  // namespace candid::encode
