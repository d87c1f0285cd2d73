#include "encode/whole_encoder.h"

extern "C" {
#include <libavutil/channel_layout.h>
}

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <numeric>

#include <fmt/format.h>

#include "encode/codec_options.h"
#include "media/av.h"

namespace candid::encode {
namespace {

// SVT-AV1 1.4 writes to stderr and asks only this variable how much: errors (1). Set before there are threads, as
// setenv() races with every getenv().
[[maybe_unused]] const bool kSvtIsQuiet = ::setenv("SVT_LOG", "1", 0) == 0;

constexpr int kVideo = 0;  // stream numbers
constexpr int kAudio = 1;

void describe_video(AVStream& stream, const AVCodecContext& codec, const std::string& tag) {
  avcodec_parameters_from_context(stream.codecpar, &codec);
  stream.codecpar->codec_tag = MKTAG(tag[0], tag[1], tag[2], tag[3]);
  stream.time_base = codec.time_base;
  stream.avg_frame_rate = codec.framerate;
}

void describe_audio(AVStream& stream, const AudioTrack& audio) {
  AVCodecParameters& parameters = *stream.codecpar;
  parameters.codec_type = AVMEDIA_TYPE_AUDIO;
  parameters.codec_id = AV_CODEC_ID_AAC;
  parameters.profile = FF_PROFILE_AAC_LOW;
  parameters.sample_rate = media::kSampleRate;
  parameters.frame_size = kAacFrame;
  parameters.initial_padding = audio.priming;
  parameters.bit_rate = audio.bitrate;
  av_channel_layout_default(&parameters.ch_layout, media::kChannels);
  // libavformat owns and frees it.
  parameters.extradata = static_cast<uint8_t*>(av_mallocz(audio.config.size() + AV_INPUT_BUFFER_PADDING_SIZE));
  std::memcpy(parameters.extradata, audio.config.data(), audio.config.size());
  parameters.extradata_size = static_cast<int>(audio.config.size());
  stream.time_base = {1, media::kSampleRate};
}

// Ticks a second of the movie, in which the edit lists give both lengths: the video's clock alone would cut off sound
// that does not end with a frame.
int64_t movie_clock(int video_clock) {
  int64_t both = std::lcm(int64_t{video_clock}, int64_t{media::kSampleRate});
  return both <= std::numeric_limits<int>::max() ? both : video_clock;
}

}  // namespace

struct WholeEncoder::State {
  State() = default;
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  ~State() {
    if (codec && avcodec_is_open(codec.get()) != 0 && !ended) drain();
  }

  std::filesystem::path file;
  media::CodecContextPtr codec;
  media::OutputFormatPtr output;
  media::PacketPtr packet{av_packet_alloc()};
  int64_t pushed = 0;
  int64_t received = 0;
  bool ended = false;  // the encoder was told that no frame will come
  const AudioTrack* audio = nullptr;
  size_t next_audio = 0;  // packet
  uint64_t audio_at = 0;  // its first byte in audio->bytes

  // SVT-AV1 1.4 waits for ever when it is closed before it was told the end, or told the end before any frame.
  void drain();
  Result<void> open_encoder(const VideoSettings& video, const CodecOptions& chosen);
  Result<void> open_output(const CodecOptions& chosen, const Mp4Metadata& metadata);
  Result<void> receive();
  Result<void> write(AVPacket& out, AVRational time_base);
  // Sound that is heard before `seconds`.
  Result<void> write_audio_until(double seconds);
  Result<void> write_audio_packet();
  // `status` of a write, or the error that the file's buffer kept to itself.
  Result<void> checked(int status) const;
};

Result<void> WholeEncoder::State::open_encoder(const VideoSettings& video, const CodecOptions& chosen) {
  const AVCodec* encoder = avcodec_find_encoder_by_name(chosen.encoder.c_str());
  if (encoder == nullptr) {
    return fail(ErrorKind::Unsupported, fmt::format("this machine's FFmpeg has no {} encoder", chosen.encoder),
                "install Debian's libavcodec59, or choose codec h264");
  }
  codec.reset(avcodec_alloc_context3(encoder));
  codec->width = video.size.width;
  codec->height = video.size.height;
  codec->pix_fmt = AV_PIX_FMT_YUV420P;
  codec->time_base = {video.frame_rate.den, video.frame_rate.num};
  codec->framerate = {video.frame_rate.num, video.frame_rate.den};
  codec->sample_aspect_ratio = {1, 1};
  codec->colorspace = AVCOL_SPC_BT709;
  codec->color_primaries = AVCOL_PRI_BT709;
  codec->color_trc = AVCOL_TRC_BT709;
  codec->color_range = AVCOL_RANGE_MPEG;
  codec->chroma_sample_location = AVCHROMA_LOC_LEFT;
  codec->gop_size = std::max(2, static_cast<int>(std::lround(video.keyframe_seconds * video.frame_rate.value())));
  codec->bit_rate = 0;  // libvpx takes crf for a limit beside a bit rate otherwise
  codec->thread_count = 1;
  codec->flags |= AV_CODEC_FLAG_GLOBAL_HEADER | AV_CODEC_FLAG_CLOSED_GOP | AV_CODEC_FLAG_BITEXACT;
  media::Options options;
  for (const auto& [key, value] : chosen.options) options.set(key.c_str(), value);
  int status = avcodec_open2(codec.get(), encoder, options.get());
  if (status < 0) {
    return media::av_fail(status,
                          fmt::format("cannot open {} for {}x{}", chosen.encoder, video.size.width, video.size.height));
  }
  if (const AVDictionaryEntry* left = av_dict_get(*options.get(), "", nullptr, AV_DICT_IGNORE_SUFFIX); left != nullptr)
    return fail(ErrorKind::Internal, fmt::format("{} does not know the option {}", chosen.encoder, left->key));
  return {};
}

void WholeEncoder::State::drain() {
  if (pushed == 0) {
    if (auto grey = media::Frame::allocate({codec->width, codec->height}); grey) {
      grey->fill(126, 128, 128);
      grey->av()->pts = 0;
      avcodec_send_frame(codec.get(), grey->av());
    }
  }
  avcodec_send_frame(codec.get(), nullptr);
  while (avcodec_receive_packet(codec.get(), packet.get()) >= 0) av_packet_unref(packet.get());
}

Result<void> WholeEncoder::State::open_output(const CodecOptions& chosen, const Mp4Metadata& metadata) {
  // The "file:" prefix keeps a name like "concat:a" from being read as a protocol.
  std::string url = "file:" + file.string();
  AVFormatContext* raw = nullptr;
  int status = avformat_alloc_output_context2(&raw, nullptr, "mp4", url.c_str());
  output.reset(raw);
  if (status >= 0) status = avio_open(&raw->pb, url.c_str(), AVIO_FLAG_WRITE);
  if (status < 0) return media::av_fail(status, fmt::format("cannot write {}", file.string()));
  raw->flags |= AVFMT_FLAG_BITEXACT;
  describe_video(*avformat_new_stream(raw, nullptr), *codec, chosen.tag);
  describe_audio(*avformat_new_stream(raw, nullptr), *audio);
  if (!metadata.title.empty()) av_dict_set(&raw->metadata, "title", metadata.title.c_str(), 0);
  if (!metadata.comment.empty()) av_dict_set(&raw->metadata, "comment", metadata.comment.c_str(), 0);
  media::Options options;
  options.set("movflags", "+faststart");
  options.set("movie_timescale", std::to_string(movie_clock(codec->time_base.den)));
  status = avformat_write_header(raw, options.get());
  if (status < 0) return media::av_fail(status, fmt::format("cannot write {}", file.string()));
  return {};
}

Result<void> WholeEncoder::State::checked(int status) const {
  if (status >= 0 && output->pb != nullptr) status = output->pb->error;
  if (status < 0) return media::av_fail(status, fmt::format("cannot write {}", file.string()));
  return {};
}

Result<void> WholeEncoder::State::write(AVPacket& out, AVRational time_base) {
  av_packet_rescale_ts(&out, time_base, output->streams[out.stream_index]->time_base);
  return checked(av_interleaved_write_frame(output.get(), &out));
}

Result<void> WholeEncoder::State::write_audio_packet() {
  uint32_t size = audio->packet_sizes[next_audio];
  media::PacketPtr sound(av_packet_alloc());
  if (int status = av_new_packet(sound.get(), static_cast<int>(size)); status < 0)
    return media::av_fail(status, "cannot copy the sound");
  std::memcpy(sound->data, audio->bytes.data() + audio_at, size);
  sound->stream_index = kAudio;
  // What the encoder put in front lies before zero, where an edit list hides it; what fills the last packet is cut off.
  sound->pts = sound->dts = static_cast<int64_t>(next_audio) * kAacFrame - audio->priming;
  sound->duration = std::clamp<int64_t>(audio->samples - sound->pts, 1, kAacFrame);
  sound->flags |= AV_PKT_FLAG_KEY;
  ++next_audio;
  audio_at += size;
  return write(*sound, {1, media::kSampleRate});
}

Result<void> WholeEncoder::State::write_audio_until(double seconds) {
  auto start = [&] { return (static_cast<double>(next_audio) * kAacFrame - audio->priming) / media::kSampleRate; };
  while (next_audio < audio->packet_sizes.size() && start() < seconds) TRY_VOID(write_audio_packet());
  return {};
}

Result<void> WholeEncoder::State::receive() {
  int status = 0;
  while ((status = avcodec_receive_packet(codec.get(), packet.get())) >= 0) {
    ++received;
    packet->stream_index = kVideo;
    packet->duration = 1;
    TRY_VOID(write_audio_until(static_cast<double>(packet->dts) * av_q2d(codec->time_base)));
    TRY_VOID(write(*packet, codec->time_base));
  }
  if (status != AVERROR(EAGAIN) && status != AVERROR_EOF) return media::av_fail(status, "cannot encode a frame");
  return {};
}

WholeEncoder::WholeEncoder(std::unique_ptr<State> state) : state_(std::move(state)) {}
WholeEncoder::WholeEncoder(WholeEncoder&&) noexcept = default;
WholeEncoder::~WholeEncoder() = default;

Result<WholeEncoder> WholeEncoder::create(const WholeSettings& settings, const AudioTrack& audio,
                                          const Mp4Metadata& metadata, const std::filesystem::path& file) {
  media::route_log();
  CodecOptions chosen = TRY(codec_options(settings.codec, settings.video));
  auto state = std::make_unique<State>();
  state->file = file;
  state->audio = &audio;
  TRY_VOID(state->open_encoder(settings.video, chosen));
  TRY_VOID(state->open_output(chosen, metadata));
  return WholeEncoder(std::move(state));
}

Result<void> WholeEncoder::push(media::Frame frame) {
  AVFrame* picture = frame.av();
  picture->pts = state_->pushed++;
  picture->pict_type = AV_PICTURE_TYPE_NONE;
  if (int status = avcodec_send_frame(state_->codec.get(), picture); status < 0)
    return media::av_fail(status, "cannot encode a frame");
  return state_->receive();
}

Result<void> WholeEncoder::finish() {
  if (state_->pushed == 0) return fail(ErrorKind::InvalidInput, "a video needs a frame");
  if (int status = avcodec_send_frame(state_->codec.get(), nullptr); status < 0)
    return media::av_fail(status, "cannot end the encoding");
  TRY_VOID(state_->receive());
  state_->ended = true;
  if (state_->received != state_->pushed) {
    return fail(ErrorKind::Internal,
                fmt::format("the encoder took {} frames and gave {}", state_->pushed, state_->received));
  }
  TRY_VOID(state_->write_audio_until(HUGE_VAL));
  TRY_VOID(state_->checked(av_write_trailer(state_->output.get())));
  return state_->checked(avio_closep(&state_->output->pb));
}

}  // namespace candid::encode
