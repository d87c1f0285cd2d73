#include "media/av_input.h"

#include <fmt/format.h>

#include "media/untrusted.h"

namespace candid::media {
namespace {

// Containers that hold their media themselves. HLS, concat, image sequences and subtitles-with-links are not among
// them.
constexpr const char* kFormats =
    "matroska,webm,mov,mp4,m4a,3gp,3g2,mj2,avi,mpegts,mpeg,ogg,flv,wav,mp3,aac,srt,webvtt,ass,yuv4mpegpipe";

// What browsers record. libav's own decoders, and those that Debian's builds take in their place.
constexpr const char* kRecordedFormats = "matroska,webm,mov,mp4";
constexpr const char* kRecordedCodecs =
    "vp8,libvpx,vp9,libvpx-vp9,libdav1d,libaom-av1,av1,h264,opus,libopus,vorbis,libvorbis,aac";

int64_t most_recorded_pixels = 0;  // set: open_only_what_browsers_record() was called

bool is_restricted() {
  return most_recorded_pixels > 0;
}

}  // namespace

void open_only_what_browsers_record(int64_t most_pixels) {
  most_recorded_pixels = most_pixels;
}

Result<InputFormatPtr> open_input(const std::filesystem::path& path) {
  route_log();
  std::error_code code;
  if (!std::filesystem::exists(path, code)) {
    return fail(ErrorKind::NotFound, fmt::format("{} does not exist", path.string()));
  }
  if (std::filesystem::is_directory(path, code)) {
    return fail(ErrorKind::InvalidInput, fmt::format("{} is a folder, not a recording", path.string()));
  }
  Options options;
  options.set("protocol_whitelist", "file");
  options.set("format_whitelist", is_restricted() ? kRecordedFormats : kFormats);
  if (is_restricted()) options.set("codec_whitelist", kRecordedCodecs);
  AVFormatContext* raw = nullptr;
  // The "file:" prefix keeps a name like "concat:a" from being read as a protocol.
  int status = avformat_open_input(&raw, ("file:" + path.string()).c_str(), nullptr, options.get());
  if (status < 0) {
    Error error = av_error(status, fmt::format("{} is not a recording that can be read", path.string()));
    // A format off the list comes back as EINVAL; to the user it is a file of the wrong kind.
    ErrorKind kind = status == AVERROR(EINVAL) ? ErrorKind::Corrupt : error.kind();
    return tl::unexpected(
        Error(kind, error.message(), "the file may be cut short or of another kind; record or export it again"));
  }
  InputFormatPtr input(raw);
  status = avformat_find_stream_info(input.get(), nullptr);
  if (status < 0) return av_fail(status, fmt::format("cannot find the tracks of {}", path.string()));
  return input;
}

int best_stream(const AVFormatContext& input, AVMediaType type) {
  for (unsigned i = 0; i < input.nb_streams; ++i) {
    const AVStream& stream = *input.streams[i];
    bool cover = (stream.disposition & AV_DISPOSITION_ATTACHED_PIC) != 0;
    if (stream.codecpar->codec_type == type && !cover) return static_cast<int>(i);
  }
  return -1;
}

Result<StreamDecoder> StreamDecoder::open(const std::filesystem::path& path, AVMediaType type) {
  return open(TRY(open_input(path)), path, type);
}

Result<StreamDecoder> StreamDecoder::open(InputFormatPtr input, const std::filesystem::path& path, AVMediaType type) {
  StreamDecoder decoder;
  decoder.path_ = path;
  decoder.input_ = std::move(input);
  decoder.stream_ = best_stream(*decoder.input_, type);
  if (decoder.stream_ < 0) {
    return fail(ErrorKind::InvalidInput,
                fmt::format("{} has no {} track", path.string(), av_get_media_type_string(type)));
  }
  for (unsigned i = 0; i < decoder.input_->nb_streams; ++i) {
    if (static_cast<int>(i) != decoder.stream_) decoder.input_->streams[i]->discard = AVDISCARD_ALL;
  }
  const AVCodecParameters* parameters = decoder.stream().codecpar;
  const AVCodec* codec = avcodec_find_decoder(parameters->codec_id);
  if (codec == nullptr) {
    return fail(ErrorKind::Unsupported,
                fmt::format("{}: no decoder for {}", path.string(), avcodec_get_name(parameters->codec_id)),
                "convert the recording to H.264 and AAC");
  }
  decoder.codec_.reset(avcodec_alloc_context3(codec));
  avcodec_parameters_to_context(decoder.codec_.get(), parameters);
  decoder.codec_->pkt_timebase = decoder.stream().time_base;
  decoder.codec_->thread_count = 1;  // work fans out over messages, not inside one decoder
  Options options;
  if (is_restricted()) {
    options.set("codec_whitelist", kRecordedCodecs);
    options.set("max_pixels", std::to_string(most_recorded_pixels));
  }
  int status = avcodec_open2(decoder.codec_.get(), codec, options.get());
  if (status < 0) return av_fail(status, fmt::format("cannot open the {} decoder for {}", codec->name, path.string()));
  decoder.packet_.reset(av_packet_alloc());
  return decoder;
}

bool StreamDecoder::seek(Microseconds time, Microseconds from) {
  std::string_view format = input_->iformat->name;
  if (!format.starts_with("matroska") && !format.starts_with("mov")) return false;
  auto stamp = [&](Microseconds at) { return av_rescale_q(at.count(), {1, AV_TIME_BASE}, stream().time_base); };
  if (av_seek_frame(input_.get(), stream_, stamp(time), AVSEEK_FLAG_BACKWARD) < 0) return false;
  avcodec_flush_buffers(codec_.get());
  drained_ = false;
  skip_before_ = stamp(from);
  return true;
}

void StreamDecoder::key_frames_only(Microseconds apart, Microseconds end) {
  keys_only_ = true;
  keys_end_ = av_rescale_q(end.count(), {1, AV_TIME_BASE}, stream().time_base);
  keys_apart_ = av_rescale_q(apart.count(), {1, AV_TIME_BASE}, stream().time_base);
}

bool StreamDecoder::is_wanted(const AVPacket& packet) {
  if (packet.stream_index != stream_) return false;
  if (!keys_only_) return true;
  bool is_wanted = (packet.flags & AV_PKT_FLAG_KEY) != 0 &&
                   (packet.pts == AV_NOPTS_VALUE || packet.pts >= std::max(next_key_from_, skip_before_));
  if (is_wanted && packet.pts != AV_NOPTS_VALUE) next_key_from_ = packet.pts + keys_apart_;
  return is_wanted;
}

Microseconds StreamDecoder::origin() const {
  return Microseconds(input_->start_time == AV_NOPTS_VALUE ? 0 : input_->start_time);
}

Result<std::optional<FramePtr>> StreamDecoder::next() {
  FramePtr frame(av_frame_alloc());
  while (true) {
    int status = avcodec_receive_frame(codec_.get(), frame.get());
    if (status >= 0) {
      frame->pts = frame->best_effort_timestamp;
      if (frame->pts != AV_NOPTS_VALUE && frame->pts < skip_before_) continue;
      return std::optional<FramePtr>(std::move(frame));
    }
    if (status == AVERROR_EOF) return std::optional<FramePtr>();
    if (status != AVERROR(EAGAIN) && status != AVERROR_INVALIDDATA) {
      return av_fail(status, fmt::format("cannot decode {}", path_.string()));
    }
    if (drained_) return std::optional<FramePtr>();
    status = av_read_frame(input_.get(), packet_.get());
    if (status >= 0 && packet_->stream_index == stream_ && packet_->dts != AV_NOPTS_VALUE &&
        packet_->dts >= keys_end_) {
      av_packet_unref(packet_.get());
      status = AVERROR_EOF;
    }
    if (status < 0) {
      drained_ = true;
      if (status != AVERROR_EOF) return av_fail(status, fmt::format("cannot read {}", path_.string()));
      avcodec_send_packet(codec_.get(), nullptr);
      continue;
    }
    if (is_wanted(*packet_)) {
      bool is_skipped = packet_->pts != AV_NOPTS_VALUE && packet_->pts < skip_before_;
      codec_->skip_frame = is_skipped ? AVDISCARD_NONREF : AVDISCARD_DEFAULT;
      status = avcodec_send_packet(codec_.get(), packet_.get());
      if (status < 0 && status != AVERROR_INVALIDDATA) {
        av_packet_unref(packet_.get());
        return av_fail(status, fmt::format("cannot decode {}", path_.string()));
      }
    }
    av_packet_unref(packet_.get());
  }
}

}  // namespace candid::media
