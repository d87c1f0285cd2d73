#include "encode/animation.h"

extern "C" {
#include <libavfilter/buffersink.h>
#include <libavfilter/buffersrc.h>
}

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "core/log.h"
#include "media/av.h"

namespace candid::encode {
namespace {

using Bytes = std::vector<uint8_t>;

constexpr int kHundredths = 100;  // of a second: the time base of everything here

struct Rung {
  int longer_side;  // px
  int step;         // hundredths from one picture to the next
  int detail;       // GIF: colours; WebP: quality 0..100
};

constexpr Rung kGifLadder[] = {{480, 10, 256}, {480, 10, 128}, {480, 10, 64}, {400, 10, 128}, {400, 10, 64},
                               {400, 12, 64},  {320, 10, 64},  {320, 12, 64}, {320, 14, 48},  {280, 14, 48},
                               {240, 14, 48},  {240, 20, 32},  {200, 20, 32}, {160, 20, 24},  {120, 25, 16}};
constexpr Rung kWebpLadder[] = {{480, 10, 80}, {480, 10, 70}, {480, 10, 55}, {480, 10, 40},
                                {400, 10, 50}, {400, 12, 40}, {320, 10, 40}, {320, 14, 35},
                                {240, 14, 30}, {200, 20, 25}, {160, 20, 15}, {120, 25, 5}};

// The pictures of a rung: which frames, and when each begins.
struct Shots {
  std::vector<size_t> frames;
  std::vector<int64_t> starts;  // hundredths
  int64_t end = 0;              // hundredths
};

Shots choose_shots(size_t frame_count, Rational rate, int step) {
  Shots shots;
  double length = kHundredths * static_cast<double>(frame_count) / rate.value();
  auto wanted = static_cast<size_t>(std::max(1.0, std::round(length / step)));
  size_t count = std::min(wanted, frame_count);
  shots.end = std::max<int64_t>(1, std::llround(length));
  for (size_t i = 0; i < count; ++i) {
    shots.frames.push_back(i * frame_count / count);
    shots.starts.push_back(std::llround(length * static_cast<double>(i) / static_cast<double>(count)));
  }
  return shots;
}

media::FrameSize fit_within(media::FrameSize size, int longer_side) {
  double scale = std::min(1.0, static_cast<double>(longer_side) / std::max(size.width, size.height));
  auto side = [&](int length) { return std::max(2, static_cast<int>(std::lround(length * scale / 2)) * 2); };
  return {side(size.width), side(size.height)};
}

Result<media::FilterGraphPtr> open_graph(media::FrameSize size, const std::string& filters, AVFilterContext** entry,
                                         AVFilterContext** exit) {
  media::FilterGraphPtr graph(avfilter_graph_alloc());
  graph->nb_threads = 1;
  std::string arguments = fmt::format("video_size={}x{}:pix_fmt={}:time_base=1/{}:pixel_aspect=1/1", size.width,
                                      size.height, static_cast<int>(AV_PIX_FMT_YUV420P), kHundredths);
  int status = avfilter_graph_create_filter(entry, avfilter_get_by_name("buffer"), "in", arguments.c_str(), nullptr,
                                            graph.get());
  if (status >= 0) {
    status =
        avfilter_graph_create_filter(exit, avfilter_get_by_name("buffersink"), "out", nullptr, nullptr, graph.get());
  }
  if (status < 0) return media::av_fail(status, "cannot set up the preview's filters");
  AVFilterInOut* outputs = avfilter_inout_alloc();
  AVFilterInOut* inputs = avfilter_inout_alloc();
  outputs->name = av_strdup("in");
  outputs->filter_ctx = *entry;
  inputs->name = av_strdup("out");
  inputs->filter_ctx = *exit;
  status = avfilter_graph_parse_ptr(graph.get(), filters.c_str(), &inputs, &outputs, nullptr);
  avfilter_inout_free(&outputs);
  avfilter_inout_free(&inputs);
  if (status >= 0) status = avfilter_graph_config(graph.get(), nullptr);
  if (status < 0) return media::av_fail(status, "cannot set up the preview's filters");
  return graph;
}

// The shots, sent through `filters`. All of them at once: a palette is known after the last picture only.
Result<std::vector<media::FramePtr>> filtered(std::span<const media::Frame> frames, const Shots& shots,
                                              const std::string& filters) {
  AVFilterContext* entry = nullptr;  // owned by the graph
  AVFilterContext* exit = nullptr;
  media::FilterGraphPtr graph = TRY(open_graph(frames.front().size(), filters, &entry, &exit));
  for (size_t i = 0; i < shots.frames.size(); ++i) {
    media::Frame frame = frames[shots.frames[i]].share();
    frame.av()->pts = shots.starts[i];
    if (int status = av_buffersrc_add_frame(entry, frame.av()); status < 0)
      return media::av_fail(status, "cannot convert the preview's pictures");
  }
  if (int status = av_buffersrc_add_frame(entry, nullptr); status < 0)
    return media::av_fail(status, "cannot convert the preview's pictures");
  std::vector<media::FramePtr> pictures;
  while (true) {
    media::FramePtr picture(av_frame_alloc());
    int status = av_buffersink_get_frame(exit, picture.get());
    if (status == AVERROR_EOF) break;
    if (status < 0) return media::av_fail(status, "cannot convert the preview's pictures");
    pictures.push_back(std::move(picture));
  }
  if (pictures.size() != shots.frames.size())
    return fail(ErrorKind::Internal, "the preview's filters lost a picture on the way");
  return pictures;
}

// Scaling in the house's colours, then to RGB by BT.709's matrix. Noise that changes from picture to picture is most of
// a webcam's bytes once encoded and is nothing to look at, so it is smoothed over time in between.
std::string to_rgb(media::FrameSize size) {
  return fmt::format(
      "scale={}:{}:flags=area+accurate_rnd:in_color_matrix=bt709:out_color_matrix=bt709:in_range=tv:out_range=tv,"
      "hqdn3d=1:1:6:6,"
      "scale=flags=bicubic+accurate_rnd+full_chroma_int:in_color_matrix=bt709:in_range=tv,format=bgra",
      size.width, size.height);
}

Result<media::CodecContextPtr> open_encoder(const char* name, const AVFrame& first, const std::string& quality) {
  const AVCodec* encoder = avcodec_find_encoder_by_name(name);
  if (encoder == nullptr) {
    return fail(ErrorKind::Unsupported, fmt::format("this machine's FFmpeg has no {} encoder", name),
                "install Debian's libavcodec59");
  }
  media::CodecContextPtr codec(avcodec_alloc_context3(encoder));
  codec->width = first.width;
  codec->height = first.height;
  codec->pix_fmt = static_cast<AVPixelFormat>(first.format);
  codec->time_base = {1, kHundredths};
  codec->thread_count = 1;
  codec->flags |= AV_CODEC_FLAG_BITEXACT;
  media::Options options;
  if (!quality.empty()) options.set("quality", quality);
  if (int status = avcodec_open2(codec.get(), encoder, options.get()); status < 0)
    return media::av_fail(status, fmt::format("cannot open the {} encoder", name));
  return codec;
}

// A muxer that writes to memory.
class MemoryMuxer {
 public:
  static Result<MemoryMuxer> open(const char* format, const AVCodecContext& codec, media::Options& options) {
    AVFormatContext* raw = nullptr;
    int status = avformat_alloc_output_context2(&raw, nullptr, format, nullptr);
    MemoryMuxer muxer(raw);
    if (status >= 0) status = avio_open_dyn_buf(&raw->pb);
    if (status < 0) return media::av_fail(status, fmt::format("cannot open the {} writer", format));
    raw->flags |= AVFMT_FLAG_BITEXACT;
    AVStream* stream = avformat_new_stream(raw, nullptr);
    avcodec_parameters_from_context(stream->codecpar, &codec);
    stream->time_base = codec.time_base;
    status = avformat_write_header(raw, options.get());
    if (status < 0) return media::av_fail(status, fmt::format("cannot open the {} writer", format));
    return muxer;
  }

  Result<void> write(AVPacket& packet) {
    av_packet_rescale_ts(&packet, {1, kHundredths}, output_->streams[0]->time_base);
    if (int status = av_write_frame(output_.get(), &packet); status < 0)
      return media::av_fail(status, "cannot write the preview");
    return {};
  }

  Result<Bytes> finish() {
    if (int status = av_write_trailer(output_.get()); status < 0)
      return media::av_fail(status, "cannot end the preview");
    uint8_t* data = nullptr;
    int size = avio_close_dyn_buf(output_->pb, &data);
    output_->pb = nullptr;
    Bytes bytes(data, data + size);
    av_free(data);
    return bytes;
  }

 private:
  struct Free {
    void operator()(AVFormatContext* output) const {
      uint8_t* data = nullptr;
      if (output->pb != nullptr) avio_close_dyn_buf(output->pb, &data);
      av_free(data);
      avformat_free_context(output);
    }
  };
  explicit MemoryMuxer(AVFormatContext* output) : output_(output) {}
  std::unique_ptr<AVFormatContext, Free> output_;
};

Result<Bytes> encode_pictures(const std::vector<media::FramePtr>& pictures, AVCodecContext& codec, MemoryMuxer& muxer) {
  media::PacketPtr packet(av_packet_alloc());
  auto send = [&](AVFrame* picture) -> Result<void> {
    int status = avcodec_send_frame(&codec, picture);
    if (status < 0) return media::av_fail(status, "cannot encode the preview");
    while ((status = avcodec_receive_packet(&codec, packet.get())) >= 0) {
      TRY_VOID(muxer.write(*packet));
      av_packet_unref(packet.get());
    }
    if (status != AVERROR(EAGAIN) && status != AVERROR_EOF) return media::av_fail(status, "cannot encode the preview");
    return {};
  };
  for (const media::FramePtr& picture : pictures) {
    picture->pict_type = AV_PICTURE_TYPE_NONE;
    TRY_VOID(send(picture.get()));
  }
  TRY_VOID(send(nullptr));
  return muxer.finish();
}

Result<Bytes> gif_at(std::span<const media::Frame> frames, Rational rate, const Rung& rung) {
  Shots shots = choose_shots(frames.size(), rate, rung.step);
  // An ordered dither is the same from picture to picture, so what stands still costs nothing.
  auto pictures =
      TRY(filtered(frames, shots,
                   fmt::format("{},split[pictures][counted];[counted]palettegen=max_colors={}[palette];"
                               "[pictures][palette]paletteuse=dither=bayer:bayer_scale=4:diff_mode=rectangle",
                               to_rgb(fit_within(frames.front().size(), rung.longer_side)), rung.detail)));
  auto codec = TRY(open_encoder("gif", *pictures.front(), ""));
  media::Options options;
  options.set("loop", "0");
  options.set("final_delay", std::to_string(shots.end - shots.starts.back()));
  auto muxer = TRY(MemoryMuxer::open("gif", *codec, options));
  return encode_pictures(pictures, *codec, muxer);
}

Result<Bytes> webp_at(std::span<const media::Frame> frames, Rational rate, const Rung& rung) {
  Shots shots = choose_shots(frames.size(), rate, rung.step);
  auto pictures = TRY(filtered(frames, shots, to_rgb(fit_within(frames.front().size(), rung.longer_side))));
  auto codec = TRY(open_encoder("libwebp_anim", *pictures.front(), std::to_string(rung.detail)));
  media::Options options;
  options.set("loop", "0");
  auto muxer = TRY(MemoryMuxer::open("webp", *codec, options));
  return encode_pictures(pictures, *codec, muxer);
}

// How many bytes a rung takes beside another: power laws fitted to a webcam clip of 3 s on every rung.
double gif_weight(const Rung& rung) {
  return std::pow(rung.longer_side, 1.7) * std::pow(rung.step, -0.8) * std::pow(rung.detail, 0.45);
}
double webp_weight(const Rung& rung) {
  return std::pow(rung.longer_side, 1.1) * std::pow(rung.step, -0.8) * std::pow(2.0, rung.detail / 46.0);
}

using EncodeAt = Result<Bytes> (*)(std::span<const media::Frame>, Rational, const Rung&);
using Weight = double (*)(const Rung&);

Result<Bytes> highest_that_fits(std::span<const media::Frame> frames, Rational rate, uint64_t max_bytes,
                                std::span<const Rung> ladder, EncodeAt encode_at, Weight weight) {
  media::route_log();
  if (frames.empty() || rate.num <= 0 || rate.den <= 0)
    return fail(ErrorKind::InvalidInput, "a preview needs a frame and a rate");
  // As the rung turns out with frames that are smaller or slower than it allows.
  auto real_weight = [&](Rung rung) {
    media::FrameSize size = frames.front().size();
    rung.longer_side = std::min(rung.longer_side, std::max(size.width, size.height));
    rung.step = std::max(rung.step, static_cast<int>(kHundredths / rate.value()));
    return weight(rung);
  };
  size_t rung = 0;
  while (true) {
    Bytes bytes = TRY(encode_at(frames, rate, ladder[rung]));
    if (bytes.size() <= max_bytes) return bytes;
    log::debug("encode", fmt::format("preview of {} px takes {} bytes, {} are allowed", ladder[rung].longer_side,
                                     bytes.size(), max_bytes));
    if (rung + 1 == ladder.size()) {
      return fail(ErrorKind::InvalidInput,
                  fmt::format("even the smallest preview takes {} bytes; {} are allowed", bytes.size(), max_bytes),
                  "choose a shorter piece or allow more bytes");
    }
    double allowed = real_weight(ladder[rung]) * static_cast<double>(max_bytes) / static_cast<double>(bytes.size());
    do {
      ++rung;
    } while (rung + 1 < ladder.size() && real_weight(ladder[rung]) > allowed);
  }
}

}  // namespace

Result<std::vector<uint8_t>> to_gif(std::span<const media::Frame> frames, Rational rate,
                                    const AnimationLimits& limits) {
  return highest_that_fits(frames, rate, limits.max_bytes, kGifLadder, gif_at, gif_weight);
}

Result<std::vector<uint8_t>> to_webp(std::span<const media::Frame> frames, Rational rate,
                                     const AnimationLimits& limits) {
  return highest_that_fits(frames, rate, limits.max_bytes, kWebpLadder, webp_at, webp_weight);
}

}  // namespace candid::encode
