#pragma once
// Whatever a camera gave → the house's frame (media/frame.h): turned upright, scaled, limited range, BT.709.
// Internal to media.

#include <optional>

#include "media/av.h"
#include "media/frame.h"
#include "media/video_reader.h"

namespace candid::media {

// How a stored picture is turned to be upright, from its display matrix (ISO/IEC 14496-12 §8.3.2).
struct Orientation {
  int degrees = 0;  // clockwise: 0, 90, 180, 270
  bool mirrored = false;
};
Orientation stream_orientation(const AVStream& stream);

// Upright, with square pixels, each side rounded down to even.
FrameSize upright_size(int width, int height, AVRational pixel_aspect, Orientation orientation);

class PictureConverter {
 public:
  PictureConverter(const VideoRequest& request, Orientation orientation)
      : size_(request.size),
        fit_(request.fit),
        focus_x_(request.focus_x),
        focus_y_(request.focus_y),
        orientation_(orientation) {}

  // `frame` may change size or format from call to call.
  Result<Frame> convert(AVFrame& frame);

 private:
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
  bool is_house_format(const SourceFormat& source) const;
  Result<void> build(const SourceFormat& source);

  FrameSize size_;
  Fit fit_;
  double focus_x_;
  double focus_y_;
  Orientation orientation_;
  std::optional<SourceFormat> source_;
  FilterGraphPtr graph_;
  AVFilterContext* entry_ = nullptr;  // owned by graph_
  AVFilterContext* exit_ = nullptr;
};

}  // namespace candid::media
