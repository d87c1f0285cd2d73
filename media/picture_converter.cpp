#include "media/picture_converter.h"

extern "C" {
#include <libavfilter/buffersink.h>
#include <libavfilter/buffersrc.h>
#include <libavutil/pixdesc.h>
}

#include <algorithm>
#include <cmath>
#include <optional>
#include <string_view>

#include <fmt/format.h>

#include "media/orientation.h"

namespace candid::media {
namespace {

int even_side(double value) {
  return std::max(2, static_cast<int>(value) / 2 * 2);
}

// The filters that turn a picture upright, each ended by a comma.
std::string turn(Orientation orientation) {
  switch (orientation.degrees) {
    case 90:
      return orientation.mirrored ? "transpose=cclock_flip," : "transpose=clock,";
    case 180:
      return orientation.mirrored ? "hflip," : "hflip,vflip,";
    case 270:
      return orientation.mirrored ? "transpose=clock_flip," : "transpose=cclock,";
    default:
      return orientation.mirrored ? "vflip," : "";
  }
}

struct SourceFormat {
  int width, height, format;
  AVColorSpace matrix;
  AVColorRange range;
  AVRational aspect;
  bool operator==(const SourceFormat& other) const {
    return width == other.width && height == other.height && format == other.format && matrix == other.matrix &&
           range == other.range && av_cmp_q(aspect, other.aspect) == 0;
  }
};

}  // namespace

struct PictureConverter::State {
  FrameSize size;
  Fit fit;
  double focus_x;
  double focus_y;
  Orientation orientation;
  std::optional<SourceFormat> source{};
  FilterGraphPtr graph{};
  AVFilterContext* entry = nullptr;  // owned by graph
  AVFilterContext* exit = nullptr;

  bool is_house_format(const SourceFormat& given) const;
  Result<void> build(const SourceFormat& given);
};

PictureConverter::PictureConverter(const VideoRequest& request, Orientation orientation)
    : state_(new State{request.size, request.fit, request.focus_x, request.focus_y, orientation}) {}
PictureConverter::PictureConverter(PictureConverter&&) noexcept = default;
PictureConverter& PictureConverter::operator=(PictureConverter&&) noexcept = default;
PictureConverter::~PictureConverter() = default;

Result<void> PictureConverter::State::build(const SourceFormat& given) {
  graph.reset(avfilter_graph_alloc());
  graph->nb_threads = 1;
  // Only numbers and our own words enter these strings; no text of the user's ever does.
  std::string arguments = fmt::format("video_size={}x{}:pix_fmt={}:time_base=1/1000000:pixel_aspect={}/{}", given.width,
                                      given.height, given.format, given.aspect.num, std::max(1, given.aspect.den));
  int status = avfilter_graph_create_filter(&entry, avfilter_get_by_name("buffer"), "in", arguments.c_str(), nullptr,
                                            graph.get());
  if (status < 0) return av_fail(status, "cannot set up the picture conversion");
  status =
      avfilter_graph_create_filter(&exit, avfilter_get_by_name("buffersink"), "out", nullptr, nullptr, graph.get());
  if (status < 0) return av_fail(status, "cannot set up the picture conversion");

  FrameSize upright = upright_size(given.width, given.height, given.aspect, orientation);
  double by_width = static_cast<double>(size.width) / upright.width;
  double by_height = static_cast<double>(size.height) / upright.height;
  double scale = fit == Fit::Cover ? std::max(by_width, by_height) : std::min(by_width, by_height);
  int width = even_side(std::round(upright.width * scale));
  int height = even_side(std::round(upright.height * scale));
  // A rounding of one step must not leave a black line at the edge.
  if (std::abs(width - size.width) <= 2) width = size.width;
  if (std::abs(height - size.height) <= 2) height = size.height;
  auto cut_off = [](double focus, int whole, int part) {
    return std::clamp(static_cast<int>(std::lround(focus * whole - part / 2.0)), 0, std::max(0, whole - part)) / 2 * 2;
  };
  std::string place = fit == Fit::Cover
                          ? fmt::format("crop={}:{}:{}:{}", size.width, size.height,
                                        cut_off(focus_x, width, size.width), cut_off(focus_y, height, size.height))
                          : fmt::format("pad={}:{}:-1:-1:black", size.width, size.height);
  const char* matrix =
      given.matrix == AVCOL_SPC_BT709 ? "bt709" : (given.matrix == AVCOL_SPC_BT2020_NCL ? "bt2020" : "bt601");
  const char* range = given.range == AVCOL_RANGE_JPEG ? "pc" : "tv";
  std::string filters = fmt::format(
      "{}scale={}:{}:flags=bicubic+accurate_rnd+full_chroma_int:in_color_matrix={}:out_color_matrix=bt709:in_range={}:"
      "out_range=tv,format=yuv420p,{},setsar=1",
      turn(orientation), width, height, matrix, range, place);
  AVFilterInOut* outputs = avfilter_inout_alloc();
  AVFilterInOut* inputs = avfilter_inout_alloc();
  outputs->name = av_strdup("in");
  outputs->filter_ctx = entry;
  inputs->name = av_strdup("out");
  inputs->filter_ctx = exit;
  status = avfilter_graph_parse_ptr(graph.get(), filters.c_str(), &inputs, &outputs, nullptr);
  avfilter_inout_free(&outputs);
  avfilter_inout_free(&inputs);
  if (status >= 0) status = avfilter_graph_config(graph.get(), nullptr);
  if (status < 0) return av_fail(status, "cannot set up the picture conversion");
  source = given;
  return {};
}

// Whether there is nothing to be done: the filters would only copy the picture.
bool PictureConverter::State::is_house_format(const SourceFormat& given) const {
  return given.format == AV_PIX_FMT_YUV420P && FrameSize{given.width, given.height} == size &&
         given.matrix == AVCOL_SPC_BT709 && given.range != AVCOL_RANGE_JPEG && given.aspect.num == given.aspect.den &&
         orientation.degrees == 0 && !orientation.mirrored;
}

Result<Frame> PictureConverter::convert(AVFrame& frame) {
  // Unlabelled pictures follow the old rule of thumb: HD is BT.709, smaller is BT.601.
  AVColorSpace matrix = frame.colorspace;
  if (matrix == AVCOL_SPC_UNSPECIFIED || matrix == AVCOL_SPC_RGB) {
    matrix = std::min(frame.width, frame.height) >= 720 ? AVCOL_SPC_BT709 : AVCOL_SPC_SMPTE170M;
  }
  bool full_range_format =
      std::string_view(av_get_pix_fmt_name(static_cast<AVPixelFormat>(frame.format))).starts_with("yuvj");
  AVColorRange range = full_range_format ? AVCOL_RANGE_JPEG : frame.color_range;
  AVRational aspect = frame.sample_aspect_ratio.num > 0 ? frame.sample_aspect_ratio : AVRational{1, 1};
  SourceFormat source{frame.width, frame.height, frame.format, matrix, range, aspect};
  FramePtr converted(av_frame_alloc());
  if (state_->is_house_format(source)) {
    if (int status = av_frame_ref(converted.get(), &frame); status < 0)
      return av_fail(status, "cannot convert a picture");
  } else {
    if (!state_->source || !(*state_->source == source)) TRY_VOID(state_->build(source));
    frame.pts = 0;  // times are the reader's business
    int status = av_buffersrc_add_frame_flags(state_->entry, &frame, AV_BUFFERSRC_FLAG_KEEP_REF);
    if (status >= 0) status = av_buffersink_get_frame(state_->exit, converted.get());
    if (status < 0) return av_fail(status, "cannot convert a picture");
  }
  // A picture is its pixels: no orientation is left to be done, and an encoder must not pass on what else it carried.
  while (converted->nb_side_data > 0) av_frame_remove_side_data(converted.get(), converted->side_data[0]->type);
  converted->colorspace = AVCOL_SPC_BT709;
  converted->color_primaries = AVCOL_PRI_BT709;
  converted->color_trc = AVCOL_TRC_BT709;
  converted->color_range = AVCOL_RANGE_MPEG;
  converted->sample_aspect_ratio = {1, 1};
  converted->pict_type = AV_PICTURE_TYPE_NONE;
  return Frame::adopt(converted.release());
}

}  // namespace candid::media
