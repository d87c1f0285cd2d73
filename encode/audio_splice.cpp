#include "encode/audio_splice.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <numbers>
#include <numeric>

#include "encode/aac_window.h"
#include "encode/sound_crossfade.h"

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

enum class Ending { FadesOut, GoesOn };

// Silence, and the greeting up to the body's beginning, so that they end together with a block.
Result<void> push_greeting(AudioEncoder& encoder, media::AudioReader& greeting, int64_t samples, int64_t pad,
                           Ending ending) {
  for (int64_t position = -pad; position < samples; position += kAacFrame) {
    int64_t silence = std::max<int64_t>(0, -position);
    media::Samples sound = TRY(greeting.next(static_cast<int>(kAacFrame - silence)));
    sound.resize(static_cast<size_t>(kAacFrame - silence) * media::kChannels, 0.0f);
    if (ending == Ending::FadesOut) fade_out(sound, position + silence, samples);
    media::Samples block(static_cast<size_t>(silence) * media::kChannels, 0.0f);
    block.insert(block.end(), sound.begin(), sound.end());
    TRY_VOID(encoder.push(block));
  }
  return {};
}

// So many samples, with silence in the place of those that are missing.
Result<media::Samples> read_whole(media::AudioReader& sound, int64_t samples) {
  media::Samples whole;
  const size_t wanted = static_cast<size_t>(samples) * media::kChannels;
  while (whole.size() < wanted) {
    media::Samples some = TRY(sound.next(static_cast<int>((wanted - whole.size()) / media::kChannels)));
    if (some.empty()) break;
    whole.insert(whole.end(), some.begin(), some.end());
  }
  whole.resize(wanted, 0.0f);
  return whole;
}

// The body's sound, with the greeting's end mixed into its beginning.
class BodySound {
 public:
  BodySound(media::AudioReader& body, media::Samples beginning) : body_(body), beginning_(std::move(beginning)) {}

  int64_t overlap() const { return static_cast<int64_t>(beginning_.size() / media::kChannels); }

  Result<media::Samples> next(int samples) {
    size_t wanted = static_cast<size_t>(samples) * media::kChannels;
    size_t mixed = std::min(wanted, beginning_.size() - given_);
    auto from = beginning_.begin() + static_cast<ptrdiff_t>(given_);
    media::Samples sound(from, from + static_cast<ptrdiff_t>(mixed));
    given_ += mixed;
    if (mixed == wanted) return sound;
    media::Samples rest = TRY(body_.next(static_cast<int>((wanted - mixed) / media::kChannels)));
    sound.insert(sound.end(), rest.begin(), rest.end());
    return sound;
  }

 private:
  media::AudioReader& body_;
  media::Samples beginning_;
  size_t given_ = 0;  // of it
};

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
Result<size_t> push_body(AudioEncoder& encoder, size_t lead, BodySound& body, const AudioTrack& shared) {
  const AudioTrack& own = encoder.track();
  int64_t pushed = 0;
  const int64_t mixed_blocks = (body.overlap() + kAacFrame - 1) / kAacFrame;
  const size_t first = 1 + static_cast<size_t>(mixed_blocks);
  size_t join = first;   // the next to be looked at
  size_t uncertain = 0;  // the first that fits in one channel at least
  for (int64_t block = 0; block <= kMostBodyBlocks + mixed_blocks && pushed < shared.samples; ++block) {
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
  if (join == first) return fail(ErrorKind::Internal, "the beginning of the shared sound is too short to join it");
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
                                 const AudioTrack& shared, int64_t overlap) {
  assert(greeting_samples >= 0 && shared.samples > 0);
  assert(overlap >= 0 && overlap <= std::min(greeting_samples, shared.samples));
  AudioEncoder encoder = TRY(AudioEncoder::create(shared.bitrate));
  if (encoder.track().config != shared.config || encoder.track().priming != shared.priming)
    return fail(ErrorKind::Internal, "a greeting cannot be joined to sound of another encoder or configuration");
  assert(shared.priming == kAacFrame);
  const int64_t alone = greeting_samples - overlap;  // before the body
  int64_t pad = (kAacFrame - alone % kAacFrame) % kAacFrame;
  auto lead = static_cast<size_t>((pad + alone) / kAacFrame);
  TRY_VOID(push_greeting(encoder, greeting, alone, pad, overlap == 0 ? Ending::FadesOut : Ending::GoesOn));
  media::Samples end = TRY(read_whole(greeting, overlap));
  BodySound joined(body, crossfade(end, TRY(read_whole(body, overlap))));

  AudioSplice splice;
  splice.shared_from = TRY(push_body(encoder, lead, joined, shared));
  splice.shared_offset = packet_offset(shared, splice.shared_from);
  splice.own_packets = lead + splice.shared_from;
  splice.track = encoder.take();
  AudioTrack& track = splice.track;
  track.bytes.resize(packet_offset(track, splice.own_packets));
  track.packet_sizes.resize(splice.own_packets);
  track.packet_sizes.insert(track.packet_sizes.end(),
                            shared.packet_sizes.begin() + static_cast<ptrdiff_t>(splice.shared_from),
                            shared.packet_sizes.end());
  track.samples = alone + shared.samples;
  track.priming = shared.priming + static_cast<int>(pad);
  return splice;
}

}  // namespace candid::encode
