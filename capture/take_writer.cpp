#include "capture/take_writer.h"

extern "C" {
#include <libavutil/opt.h>
}

#include <algorithm>
#include <cassert>
#include <cerrno>
#include <cmath>
#include <cstdio>
#include <optional>

#include <fmt/chrono.h>
#include <fmt/format.h>

#include "core/file_sync.h"
#include "core/files.h"
#include "media/av.h"

namespace candid::capture {
namespace {

using media::av_fail;

// Fixed, not one a core: x264's result depends on the number, and each thread holds back a frame that a crash would
// lose.
constexpr int kEncoderThreads = 4;
constexpr char kQuality[] = "18";  // x264's crf: no loss that an eye can see
// Short, so that what x264 and a busy machine hold back fits into the second that a crash may cost.
constexpr char kClusterMilliseconds[] = "200";
constexpr std::chrono::seconds kSyncInterval{2};

struct Track {
  media::CodecContextPtr encoder;
  AVStream* stream = nullptr;  // owned by the format context
  int64_t position = 0;        // of the next frame or sample, in the encoder's time base
};

// Makes the empty file, unless the name is taken.
Result<void> claim(const std::filesystem::path& path) {
  struct Close {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  std::unique_ptr<std::FILE, Close> file(std::fopen(path.c_str(), "wbx"));
  if (file) return {};
  int code = errno;
  Error error = system_error(code, fmt::format("cannot create the take {}", path.string()));
  if (error.kind() == ErrorKind::Exists) {
    return fail(ErrorKind::Exists, fmt::format("{} exists already", path.string()),
                "a take is never overwritten: choose another name, or move the old take away");
  }
  if (error.kind() == ErrorKind::NotFound) {
    return fail(ErrorKind::NotFound, error.message(), "make the folder first");
  }
  return tl::unexpected(std::move(error));
}

Result<const AVCodec*> find_encoder(const char* name) {
  const AVCodec* codec = avcodec_find_encoder_by_name(name);
  if (codec == nullptr) {
    return fail(ErrorKind::Unsupported, fmt::format("this build of FFmpeg has no \"{}\" encoder", name),
                "takes need it: install an FFmpeg built with it, as Debian's is");
  }
  return codec;
}

Result<Track> add_track(AVFormatContext& file, const AVCodec& codec, media::CodecContextPtr encoder,
                        media::Options& options) {
  if ((file.oformat->flags & AVFMT_GLOBALHEADER) != 0) encoder->flags |= AV_CODEC_FLAG_GLOBAL_HEADER;
  int code = avcodec_open2(encoder.get(), &codec, options.get());
  if (code < 0) return av_fail(code, fmt::format("cannot start the encoder \"{}\"", codec.name));
  Track track;
  track.stream = avformat_new_stream(&file, nullptr);
  code = avcodec_parameters_from_context(track.stream->codecpar, encoder.get());
  if (code < 0) return av_fail(code, fmt::format("cannot start the encoder \"{}\"", codec.name));
  track.stream->time_base = encoder->time_base;
  track.stream->avg_frame_rate = encoder->framerate;
  track.encoder = std::move(encoder);
  return track;
}

Result<Track> add_picture_track(AVFormatContext& file, const TakeFormat& format) {
  const AVCodec* codec = TRY(find_encoder("libx264"));
  media::CodecContextPtr encoder(avcodec_alloc_context3(codec));
  encoder->width = format.size->width;
  encoder->height = format.size->height;
  encoder->pix_fmt = AV_PIX_FMT_YUV420P;
  encoder->sample_aspect_ratio = {1, 1};
  encoder->framerate = {format.frame_rate.num, format.frame_rate.den};
  encoder->time_base = av_inv_q(encoder->framerate);
  encoder->gop_size = static_cast<int>(std::lround(format.frame_rate.value()));
  encoder->colorspace = AVCOL_SPC_BT709;
  encoder->color_primaries = AVCOL_PRI_BT709;
  encoder->color_trc = AVCOL_TRC_BT709;
  encoder->color_range = AVCOL_RANGE_MPEG;
  encoder->thread_count = kEncoderThreads;
  media::Options options;
  options.set("preset", "superfast");
  options.set("crf", kQuality);
  return add_track(file, *codec, std::move(encoder), options);
}

Result<Track> add_sound_track(AVFormatContext& file) {
  const AVCodec* codec = TRY(find_encoder("pcm_s16le"));
  media::CodecContextPtr encoder(avcodec_alloc_context3(codec));
  encoder->sample_rate = media::kSampleRate;
  encoder->sample_fmt = AV_SAMPLE_FMT_S16;
  encoder->time_base = {1, media::kSampleRate};
  av_channel_layout_default(&encoder->ch_layout, media::kChannels);
  media::Options options;
  return add_track(file, *codec, std::move(encoder), options);
}

// To the microsecond, as the muxer reads it for its DateUTC.
std::string iso_8601(std::chrono::system_clock::time_point time) {
  auto whole = std::chrono::floor<std::chrono::seconds>(time);
  auto rest = std::chrono::duration_cast<Microseconds>(time - whole).count();
  return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:06}Z", fmt::gmtime(std::chrono::system_clock::to_time_t(whole)), rest);
}

int16_t to_16_bit(float sample) {
  return static_cast<int16_t>(std::lround(std::clamp(sample, -1.0F, 1.0F) * 32767));
}

}  // namespace

struct TakeWriter::State {
  std::filesystem::path path;
  TakeFormat format;
  std::optional<Track> picture;
  std::optional<Track> sound;
  media::PacketPtr packet{av_packet_alloc()};
  media::OutputFormatPtr file;
  std::unique_ptr<FileSync> sync;
  int64_t whole_bytes = 0;  // of the file, up to the last cluster that was written without an error
  std::optional<Error> failure;
  bool finished = false;

  Result<void> start();
  Result<void> open_file();
  // Null drains the encoder.
  Result<void> encode(Track& track, const AVFrame* frame);
  Result<void> drain_and_close();
  // Keeps an error, for those who push on.
  Result<void> remember(Result<void> result);
  tl::unexpected<Error> write_failed(int code) const;
};

Result<void> TakeWriter::State::open_file() {
  // "file:" keeps libav from reading a name like "a:b.mkv" as a protocol.
  std::string url = "file:" + path.string();
  int code = avio_open(&file->pb, url.c_str(), AVIO_FLAG_WRITE);
  if (code < 0) return write_failed(code);
  file->flags |= AVFMT_FLAG_FLUSH_PACKETS;
  media::Options options;
  options.set("cluster_time_limit", kClusterMilliseconds);
  code = avformat_write_header(file.get(), options.get());
  if (code < 0) return write_failed(code);
  sync = TRY(FileSync::start(path, kSyncInterval));
  return sync_folder(path.parent_path());
}

Result<void> TakeWriter::State::start() {
  AVFormatContext* context = nullptr;
  int code = avformat_alloc_output_context2(&context, nullptr, "matroska", nullptr);
  if (code < 0) return av_fail(code, "cannot set up the take's file format");
  file.reset(context);
  if (format.size) picture = TRY(add_picture_track(*file, format));
  if (format.has_sound) sound = TRY(add_sound_track(*file));
  av_dict_set(&file->metadata, "creation_time",
              iso_8601(format.began.value_or(std::chrono::system_clock::now())).c_str(), 0);
  TRY_VOID(claim(path));
  Result<void> opened = open_file();
  if (!opened) {
    std::error_code ignored;
    std::filesystem::remove(path, ignored);
  }
  return opened;
}

tl::unexpected<Error> TakeWriter::State::write_failed(int code) const {
  Error error = media::av_error(code, fmt::format("cannot write the take {}", path.string()));
  if (error.kind() != ErrorKind::NoSpace) return tl::unexpected(std::move(error));
  return fail(ErrorKind::NoSpace, error.message(),
              "make room on the disk and record again under another name; what was recorded so far is kept");
}

Result<void> TakeWriter::State::encode(Track& track, const AVFrame* frame) {
  int code = avcodec_send_frame(track.encoder.get(), frame);
  if (code < 0) return av_fail(code, "cannot encode the take");
  while ((code = avcodec_receive_packet(track.encoder.get(), packet.get())) >= 0) {
    packet->stream_index = track.stream->index;
    // x264 states none, and the file's length counts the last frame's.
    if (picture && &track == &*picture) packet->duration = 1;
    av_packet_rescale_ts(packet.get(), track.encoder->time_base, track.stream->time_base);
    code = av_interleaved_write_frame(file.get(), packet.get());
    // The muxer buffers: a write that failed shows on the file, not always in the call that caused it.
    if (code >= 0) code = file->pb->error;
    if (code < 0) return write_failed(code);
    whole_bytes = avio_tell(file->pb);  // the muxer keeps a cluster to itself until it is whole
  }
  if (code != AVERROR(EAGAIN) && code != AVERROR_EOF) return av_fail(code, "cannot encode the take");
  return {};
}

Result<void> TakeWriter::State::drain_and_close() {
  if (picture) TRY_VOID(encode(*picture, nullptr));
  if (sound) TRY_VOID(encode(*sound, nullptr));
  int code = av_write_trailer(file.get());
  if (code >= 0) code = file->pb->error;
  int closed = avio_closep(&file->pb);
  if (code >= 0) code = closed;
  if (code < 0) return write_failed(code);
  TRY_VOID(sync->status());
  return sync_file(path);
}

Result<void> TakeWriter::State::remember(Result<void> result) {
  if (!result) failure = result.error();
  return result;
}

TakeWriter::TakeWriter(std::unique_ptr<State> state) : state_(std::move(state)) {}

TakeWriter::~TakeWriter() {
  if (state_->finished) return;
  bool worthless = duration() == Microseconds{0};
  std::filesystem::path path = state_->path;
  std::error_code ignored;
  // What a full disk took of the last cluster would only trouble players.
  std::optional<int64_t> whole_bytes;
  if (state_->failure) whole_bytes = state_->whole_bytes;
  state_.reset();
  if (whole_bytes && *whole_bytes > 0)
    std::filesystem::resize_file(path, static_cast<uintmax_t>(*whole_bytes), ignored);
  if (worthless) std::filesystem::remove(path, ignored);
}

Result<std::unique_ptr<TakeWriter>> TakeWriter::create(const std::filesystem::path& path, const TakeFormat& format) {
  media::route_log();
  auto state = std::make_unique<State>();
  state->path = path;
  state->format = format;
  TRY_VOID(state->start());
  return std::unique_ptr<TakeWriter>(new TakeWriter(std::move(state)));
}

Result<void> TakeWriter::check_place(const std::filesystem::path& path) {
  TRY_VOID(claim(path));
  return remove_file(path);
}

Result<void> TakeWriter::push(media::Frame frame) {
  assert(frame.size() == state_->format.size);
  if (state_->failure) return tl::unexpected(*state_->failure);
  TRY_VOID(state_->remember(state_->sync->status()));
  frame.av()->pts = state_->picture->position++;
  frame.av()->pict_type = AV_PICTURE_TYPE_NONE;
  return state_->remember(state_->encode(*state_->picture, frame.av()));
}

Result<void> TakeWriter::push(const media::Samples& sound) {
  if (state_->failure) return tl::unexpected(*state_->failure);
  if (sound.empty()) return {};
  assert(state_->sound);
  media::FramePtr block(av_frame_alloc());
  block->format = AV_SAMPLE_FMT_S16;
  block->sample_rate = media::kSampleRate;
  block->nb_samples = static_cast<int>(sound.size() / media::kChannels);
  av_channel_layout_default(&block->ch_layout, media::kChannels);
  int code = av_frame_get_buffer(block.get(), 0);
  if (code < 0) return state_->remember(av_fail(code, "cannot allocate sound"));
  std::transform(sound.begin(), sound.end(), reinterpret_cast<int16_t*>(block->data[0]), to_16_bit);
  block->pts = state_->sound->position;
  state_->sound->position += block->nb_samples;
  return state_->remember(state_->encode(*state_->sound, block.get()));
}

Result<void> TakeWriter::finish() {
  if (state_->failure) return tl::unexpected(*state_->failure);
  TRY_VOID(state_->remember(state_->drain_and_close()));
  state_->finished = true;
  return {};
}

int64_t TakeWriter::frames() const {
  return state_->picture ? state_->picture->position : 0;
}

Microseconds TakeWriter::duration() const {
  if (!state_->picture)
    return Microseconds(av_rescale(state_->sound ? state_->sound->position : 0, 1'000'000, media::kSampleRate));
  const Rational& rate = state_->format.frame_rate;
  return Microseconds(av_rescale(frames(), int64_t{1'000'000} * rate.den, rate.num));
}

}  // namespace candid::capture
