#include "media/picture_converter.h"

extern "C" {
#include <libavfilter/buffersink.h>
#include <libavfilter/buffersrc.h>
#include <libavutil/display.h>
#include <libavutil/pixdesc.h>
}

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

namespace candid::media {
namespace {

int even(double value) {
  return std::max(2, static_cast<int>(value) / 2 * 2);
}

bool is_sideways(Orientation orientation) {
  return orientation.degrees == 90 || orientation.degrees == 270;
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

}  // namespace

Orientation stream_orientation(const AVStream& stream) {
  const auto* matrix =
      reinterpret_cast<const int32_t*>(av_stream_get_side_data(&stream, AV_PKT_DATA_DISPLAYMATRIX, nullptr));
  if (matrix == nullptr) return {};
  double angle = -av_display_rotation_get(matrix);
  if (std::isnan(angle)) return {};
  int degrees = (static_cast<int>(std::lround(angle / 90)) * 90 % 360 + 360) % 360;
  double determinant = static_cast<double>(matrix[0]) * matrix[4] - static_cast<double>(matrix[1]) * matrix[3];
  return {degrees, determinant < 0};
}

FrameSize upright_size(int width, int height, AVRational pixel_aspect, Orientation orientation) {
  double shown_width = width;
  double shown_height = height;
  if (pixel_aspect.num > 0 && pixel_aspect.den > 0) {
    // Square pixels without losing lines: the side with the longer pixels grows.
    double aspect = av_q2d(pixel_aspect);
    if (aspect > 1) shown_width *= aspect;
    if (aspect < 1) shown_height /= aspect;
  }
  if (is_sideways(orientation)) std::swap(shown_width, shown_height);
  return {even(std::round(shown_width)), even(std::round(shown_height))};
}

Result<void> PictureConverter::build(const SourceFormat& source) {
  graph_.reset(avfilter_graph_alloc());
  graph_->nb_threads = 1;
  // Only numbers and our own words enter these strings; no text of the user's ever does.
  std::string arguments =
      fmt::format("video_size={}x{}:pix_fmt={}:time_base=1/1000000:pixel_aspect={}/{}", source.width, source.height,
                  source.format, source.aspect.num, std::max(1, source.aspect.den));
  int status = avfilter_graph_create_filter(&entry_, avfilter_get_by_name("buffer"), "in", arguments.c_str(), nullptr,
                                            graph_.get());
  if (status < 0) return av_fail(status, "cannot set up the picture conversion");
  status =
      avfilter_graph_create_filter(&exit_, avfilter_get_by_name("buffersink"), "out", nullptr, nullptr, graph_.get());
  if (status < 0) return av_fail(status, "cannot set up the picture conversion");

  FrameSize upright = upright_size(source.width, source.height, source.aspect, orientation_);
  double by_width = static_cast<double>(size_.width) / upright.width;
  double by_height = static_cast<double>(size_.height) / upright.height;
  double scale = fit_ == Fit::Cover ? std::max(by_width, by_height) : std::min(by_width, by_height);
  int width = even(std::round(upright.width * scale));
  int height = even(std::round(upright.height * scale));
  // A rounding of one step must not leave a black line at the edge.
  if (std::abs(width - size_.width) <= 2) width = size_.width;
  if (std::abs(height - size_.height) <= 2) height = size_.height;
  auto cut_off = [](double focus, int whole, int part) {
    return std::clamp(static_cast<int>(std::lround(focus * whole - part / 2.0)), 0, std::max(0, whole - part)) / 2 * 2;
  };
  std::string place = fit_ == Fit::Cover
                          ? fmt::format("crop={}:{}:{}:{}", size_.width, size_.height,
                                        cut_off(focus_x_, width, size_.width), cut_off(focus_y_, height, size_.height))
                          : fmt::format("pad={}:{}:-1:-1:black", size_.width, size_.height);
  const char* matrix =
      source.matrix == AVCOL_SPC_BT709 ? "bt709" : (source.matrix == AVCOL_SPC_BT2020_NCL ? "bt2020" : "bt601");
  const char* range = source.range == AVCOL_RANGE_JPEG ? "pc" : "tv";
  std::string filters = fmt::format(
      "{}scale={}:{}:flags=bicubic+accurate_rnd+full_chroma_int:in_color_matrix={}:out_color_matrix=bt709:in_range={}:"
      "out_range=tv,format=yuv420p,{},setsar=1",
      turn(orientation_), width, height, matrix, range, place);
  AVFilterInOut* outputs = avfilter_inout_alloc();
  AVFilterInOut* inputs = avfilter_inout_alloc();
  outputs->name = av_strdup("in");
  outputs->filter_ctx = entry_;
  inputs->name = av_strdup("out");
  inputs->filter_ctx = exit_;
  status = avfilter_graph_parse_ptr(graph_.get(), filters.c_str(), &inputs, &outputs, nullptr);
  avfilter_inout_free(&outputs);
  avfilter_inout_free(&inputs);
  if (status >= 0) status = avfilter_graph_config(graph_.get(), nullptr);
  if (status < 0) return av_fail(status, "cannot set up the picture conversion");
  source_ = source;
  return {};
}

// Whether there is nothing to be done: the filters would only copy the picture.
bool PictureConverter::is_house_format(const SourceFormat& source) const {
  return source.format == AV_PIX_FMT_YUV420P && FrameSize{source.width, source.height} == size_ &&
         source.matrix == AVCOL_SPC_BT709 && source.range != AVCOL_RANGE_JPEG &&
         source.aspect.num == source.aspect.den && orientation_.degrees == 0 && !orientation_.mirrored;
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
  if (is_house_format(source)) {
    if (int status = av_frame_ref(converted.get(), &frame); status < 0)
      return av_fail(status, "cannot convert a picture");
  } else {
    if (!source_ || !(*source_ == source)) TRY_VOID(build(source));
    frame.pts = 0;  // times are the reader's business
    int status = av_buffersrc_add_frame_flags(entry_, &frame, AV_BUFFERSRC_FLAG_KEEP_REF);
    if (status >= 0) status = av_buffersink_get_frame(exit_, converted.get());
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
