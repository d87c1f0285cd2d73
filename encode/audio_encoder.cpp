#include "encode/audio_encoder.h"

extern "C" {
#include <libavutil/channel_layout.h>
}

#include <cassert>

#include "media/av.h"

namespace candid::encode {
namespace {

// The encoder's format: a plane for each channel.
Result<media::FramePtr> to_planes(const media::Samples& block, const AVCodecContext& codec) {
  int count = static_cast<int>(block.size()) / media::kChannels;
  media::FramePtr frame(av_frame_alloc());
  frame->format = codec.sample_fmt;
  frame->sample_rate = media::kSampleRate;
  frame->nb_samples = count;
  av_channel_layout_copy(&frame->ch_layout, &codec.ch_layout);
  if (int status = av_frame_get_buffer(frame.get(), 0); status < 0)
    return media::av_fail(status, "cannot encode the sound");
  for (int channel = 0; channel < media::kChannels; ++channel) {
    auto* plane = reinterpret_cast<float*>(frame->data[channel]);
    for (int i = 0; i < count; ++i)
      plane[i] = block[static_cast<size_t>(i) * media::kChannels + static_cast<size_t>(channel)];
  }
  return frame;
}

}  // namespace

struct AudioEncoder::State {
  media::CodecContextPtr codec;
  AudioTrack track;
};

AudioEncoder::AudioEncoder(std::unique_ptr<State> state) : state_(std::move(state)) {}
AudioEncoder::AudioEncoder(AudioEncoder&&) noexcept = default;
AudioEncoder::~AudioEncoder() = default;

Result<AudioEncoder> AudioEncoder::create(int bitrate) {
  media::route_log();
  const AVCodec* aac = avcodec_find_encoder(AV_CODEC_ID_AAC);
  if (aac == nullptr)
    return fail(ErrorKind::Unsupported, "this machine's FFmpeg has no AAC encoder", "install Debian's libavcodec59");
  auto state = std::make_unique<State>();
  state->codec.reset(avcodec_alloc_context3(aac));
  AVCodecContext* codec = state->codec.get();
  codec->sample_rate = media::kSampleRate;
  codec->sample_fmt = AV_SAMPLE_FMT_FLTP;
  codec->bit_rate = bitrate;
  codec->time_base = {1, media::kSampleRate};
  codec->flags |= AV_CODEC_FLAG_GLOBAL_HEADER | AV_CODEC_FLAG_BITEXACT;
  av_channel_layout_default(&codec->ch_layout, media::kChannels);
  if (int status = avcodec_open2(codec, aac, nullptr); status < 0)
    return media::av_fail(status, "cannot open the AAC encoder");
  state->track.bitrate = bitrate;
  state->track.priming = codec->initial_padding;
  state->track.config.assign(codec->extradata, codec->extradata + codec->extradata_size);
  return AudioEncoder(std::move(state));
}

Result<void> AudioEncoder::push(const media::Samples& block) {
  assert(!block.empty() && block.size() <= size_t{kAacFrame} * media::kChannels);
  media::FramePtr frame = TRY(to_planes(block, *state_->codec));
  frame->pts = state_->track.samples;
  state_->track.samples += frame->nb_samples;
  if (int status = avcodec_send_frame(state_->codec.get(), frame.get()); status < 0)
    return media::av_fail(status, "cannot encode the sound");
  return receive();
}

Result<void> AudioEncoder::finish() {
  if (int status = avcodec_send_frame(state_->codec.get(), nullptr); status < 0)
    return media::av_fail(status, "cannot end the sound");
  return receive();
}

Result<void> AudioEncoder::receive() {
  AudioTrack& track = state_->track;
  media::PacketPtr packet(av_packet_alloc());
  int status = 0;
  while ((status = avcodec_receive_packet(state_->codec.get(), packet.get())) >= 0) {
    track.packet_sizes.push_back(static_cast<uint32_t>(packet->size));
    track.bytes.insert(track.bytes.end(), packet->data, packet->data + packet->size);
    av_packet_unref(packet.get());
  }
  if (status != AVERROR(EAGAIN) && status != AVERROR_EOF) return media::av_fail(status, "cannot encode the sound");
  return {};
}

const AudioTrack& AudioEncoder::track() const {
  return state_->track;
}

AudioTrack AudioEncoder::take() {
  return std::move(state_->track);
}

Result<AudioTrack> encode_audio(media::AudioReader& sound, int bitrate) {
  AudioEncoder encoder = TRY(AudioEncoder::create(bitrate));
  while (true) {
    media::Samples block = TRY(sound.next(kAacFrame));
    if (block.empty()) break;
    TRY_VOID(encoder.push(block));
  }
  TRY_VOID(encoder.finish());
  return encoder.take();
}

}  // namespace candid::encode
