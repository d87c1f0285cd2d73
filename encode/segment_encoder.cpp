#include "encode/segment_encoder.h"

extern "C" {
#include <libavutil/cpu.h>
}

#include <cmath>
#include <optional>
#include <span>

#include <fmt/format.h>

#include "encode/pass_statistics.h"
#include "media/av.h"

namespace candid::encode {
namespace {

// The NAL units of a buffer, each preceded by its length in 4 bytes (x264's annexb=0). Nothing when the lengths do not
// add up. Start codes are not looked for: a length of 256..511 looks just like one.
std::optional<std::vector<std::span<const uint8_t>>> nal_units(std::span<const uint8_t> bytes) {
  std::vector<std::span<const uint8_t>> units;
  while (!bytes.empty()) {
    if (bytes.size() < 4) return std::nullopt;
    size_t size = size_t{bytes[0]} << 24 | size_t{bytes[1]} << 16 | size_t{bytes[2]} << 8 | bytes[3];
    if (size == 0 || size > bytes.size() - 4) return std::nullopt;
    units.push_back(bytes.subspan(4, size));
    bytes = bytes.subspan(4 + size);
  }
  return units;
}

constexpr int kNalSps = 7;
constexpr int kNalPps = 8;
int nal_type(std::span<const uint8_t> unit) {
  return unit.empty() ? 0 : unit[0] & 31;
}

Result<ParameterSets> read_parameter_sets(const AVCodecContext& codec) {
  ParameterSets sets;
  int count = 0;
  auto units = nal_units({codec.extradata, static_cast<size_t>(codec.extradata_size)});
  for (auto unit : units.value_or(std::vector<std::span<const uint8_t>>{})) {
    if (nal_type(unit) == kNalSps) sets.sps.assign(unit.begin(), unit.end()), ++count;
    if (nal_type(unit) == kNalPps) sets.pps.assign(unit.begin(), unit.end()), ++count;
  }
  if (count != 2 || sets.sps.empty() || sets.pps.empty()) {
    return fail(ErrorKind::Internal, "the H.264 encoder gave no single SPS and PPS");
  }
  return sets;
}

// Not libavcodec's own pass flags: they would put x264's "fast first pass" presets in, which see less.
std::string set_rate(const RateControl& rate, const VideoSettings& settings, AVCodecContext& codec,
                     media::Options& options) {
  if (const auto* second = std::get_if<SecondPass>(&rate)) {
    codec.bit_rate = std::max<int64_t>(1000, std::llround(second->bitrate));
    options.set("stats", second->statistics.string());
    return ":pass=2";
  }
  options.set("crf", fmt::format("{:.2f}", settings.crf));
  if (const auto* first = std::get_if<FirstPass>(&rate)) {
    options.set("stats", first->statistics.string());
    return ":pass=1";
  }
  return "";
}

}  // namespace

const std::vector<std::string>& presets() {
  static const std::vector<std::string> names = {"superfast", "veryfast", "faster", "fast", "medium", "slow", "slower"};
  return names;
}

int h264_level(media::FrameSize size, Rational frame_rate) {
  struct Level {
    int name;
    int64_t macroblocks_per_second;
    int64_t macroblocks;
  };
  constexpr Level kLevels[] = {{13, 11880, 396},    {21, 19800, 792},    {22, 20250, 1620},   {30, 40500, 1620},
                               {31, 108000, 3600},  {32, 216000, 5120},  {40, 245760, 8192},  {42, 522240, 8704},
                               {50, 589824, 22080}, {51, 983040, 36864}, {52, 2073600, 36864}};
  int64_t macroblocks = int64_t{(size.width + 15) / 16} * ((size.height + 15) / 16);
  auto rate = static_cast<int64_t>(std::ceil(static_cast<double>(macroblocks) * frame_rate.value()));
  for (const Level& level : kLevels) {
    if (macroblocks <= level.macroblocks && rate <= level.macroblocks_per_second) return level.name;
  }
  return 52;
}

struct SegmentEncoder::State {
  media::CodecContextPtr codec;
  media::PacketPtr packet{av_packet_alloc()};
  int64_t pushed = 0;
  Segment segment;
  std::optional<FirstPass> first_pass;

  // x264 tells only that something failed; what a first pass adds to encoding is writing.
  tl::unexpected<Error> failure(int status, const char* what) const {
    if (first_pass && status == AVERROR_EXTERNAL) return tl::unexpected(statistics_error(first_pass->statistics));
    return media::av_fail(status, what);
  }
};

SegmentEncoder::SegmentEncoder(std::unique_ptr<State> state) : state_(std::move(state)) {}
SegmentEncoder::SegmentEncoder(SegmentEncoder&&) noexcept = default;
SegmentEncoder::~SegmentEncoder() = default;

Result<SegmentEncoder> SegmentEncoder::create(const VideoSettings& settings, const RateControl& rate) {
  media::route_log();
  const AVCodec* x264 = avcodec_find_encoder_by_name("libx264");
  if (x264 == nullptr) {
    return fail(ErrorKind::Unsupported, "this machine's FFmpeg has no libx264 encoder",
                "install Debian's libavcodec-extra or libavcodec59");
  }
  auto state = std::make_unique<State>();
  state->codec.reset(avcodec_alloc_context3(x264));
  AVCodecContext& codec = *state->codec;
  codec.width = settings.size.width;
  codec.height = settings.size.height;
  codec.pix_fmt = AV_PIX_FMT_YUV420P;
  codec.time_base = {settings.frame_rate.den, settings.frame_rate.num};
  codec.framerate = {settings.frame_rate.num, settings.frame_rate.den};
  codec.sample_aspect_ratio = {1, 1};
  codec.colorspace = AVCOL_SPC_BT709;
  codec.color_primaries = AVCOL_PRI_BT709;
  codec.color_trc = AVCOL_TRC_BT709;
  codec.color_range = AVCOL_RANGE_MPEG;
  codec.chroma_sample_location = AVCHROMA_LOC_LEFT;
  codec.profile = FF_PROFILE_H264_HIGH;
  codec.gop_size = settings.keyframe_interval();
  // Threads change x264's decisions; messages run side by side instead.
  codec.thread_count = 1;
  codec.flags |= AV_CODEC_FLAG_GLOBAL_HEADER | AV_CODEC_FLAG_CLOSED_GOP;
  media::Options options;
  options.set("preset", settings.preset);
  std::string pass = set_rate(rate, settings, codec, options);
  options.set("forced-idr", "1");
  int level = h264_level(settings.size, settings.frame_rate);
  // x264 0.164's AVX-512 mbtree reads memory it never wrote when the width in macroblocks is no multiple of 8: the same
  // frames would give other bytes. AVX2 does not.
  const char* code = (av_get_cpu_flags() & AV_CPU_FLAG_AVX512) != 0 ? ":asm=avx2" : "";
  options.set("x264-params",
              fmt::format("stitchable=1:open-gop=0:annexb=0:repeat-headers=0:force-cfr=1:level={}.{}{}{}", level / 10,
                          level % 10, code, pass));
  int status = avcodec_open2(&codec, x264, options.get());
  if (status < 0) {
    return media::av_fail(status, fmt::format("cannot open the H.264 encoder for {}x{}, preset {}", settings.size.width,
                                              settings.size.height, settings.preset));
  }
  if (const auto* first = std::get_if<FirstPass>(&rate)) state->first_pass = *first;
  state->segment.parameter_sets = TRY(read_parameter_sets(codec));
  return SegmentEncoder(std::move(state));
}

Result<void> SegmentEncoder::push(media::Frame frame) {
  AVFrame* picture = frame.av();
  picture->pts = state_->pushed++;
  picture->pict_type = AV_PICTURE_TYPE_NONE;
  if (int status = avcodec_send_frame(state_->codec.get(), picture); status < 0)
    return state_->failure(status, "cannot encode a frame");
  return receive();
}

Result<void> SegmentEncoder::finish() {
  if (int status = avcodec_send_frame(state_->codec.get(), nullptr); status < 0)
    return state_->failure(status, "cannot end the encoding");
  TRY_VOID(receive());
  if (static_cast<int64_t>(state_->segment.frames.size()) != state_->pushed) {
    return fail(ErrorKind::Internal,
                fmt::format("the encoder took {} frames and gave {}", state_->pushed, state_->segment.frames.size()));
  }
  if (!state_->first_pass) return {};
  media::FrameSize size{state_->codec->width, state_->codec->height};
  state_->codec.reset();  // x264 writes the last of its statistics when it is closed
  return check_statistics(state_->first_pass->statistics, state_->pushed, size);
}

Result<void> SegmentEncoder::receive() {
  Segment& segment = state_->segment;
  AVPacket* packet = state_->packet.get();
  int status = 0;
  while ((status = avcodec_receive_packet(state_->codec.get(), packet)) >= 0) {
    if (!nal_units({packet->data, static_cast<size_t>(packet->size)})) {
      return fail(ErrorKind::Internal, "the H.264 encoder gave a packet whose lengths do not add up");
    }
    segment.bytes.insert(segment.bytes.end(), packet->data, packet->data + packet->size);
    segment.frames.push_back({static_cast<uint32_t>(packet->size), static_cast<int32_t>(packet->pts),
                              (packet->flags & AV_PKT_FLAG_KEY) != 0});
    av_packet_unref(packet);
  }
  if (status != AVERROR(EAGAIN) && status != AVERROR_EOF) return state_->failure(status, "cannot encode a frame");
  return {};
}

Segment SegmentEncoder::take() {
  return std::move(state_->segment);
}

Result<std::string> encoder_identity() {
  VideoSettings settings;
  settings.size = {64, 64};
  SegmentEncoder encoder = TRY(SegmentEncoder::create(settings));
  media::Frame black = TRY(media::Frame::allocate(settings.size));
  black.fill(16, 128, 128);
  TRY_VOID(encoder.push(std::move(black)));
  TRY_VOID(encoder.finish());
  // x264 introduces itself in the first packet: "x264 - core 164 r3095 baee400 - H.264/MPEG-4 AVC codec - …".
  Segment segment = encoder.take();
  std::string_view bytes(reinterpret_cast<const char*>(segment.bytes.data()), segment.bytes.size());
  size_t begin = bytes.find("x264 - core ");
  std::string_view x264 = begin == std::string_view::npos ? "x264" : bytes.substr(begin);
  return fmt::format("libavcodec {}, {}", avcodec_version(), x264.substr(0, x264.find(" - H.264")));
}

}  // namespace candid::encode
