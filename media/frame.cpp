#include "media/frame.h"

#include <cassert>
#include <cstring>

#include "media/av.h"

namespace candid::media {

void Frame::Free::operator()(AVFrame* frame) const {
  av_frame_free(&frame);
}

Result<Frame> Frame::allocate(FrameSize size) {
  Frame frame(av_frame_alloc());
  AVFrame* av = frame.av();
  av->format = AV_PIX_FMT_YUV420P;
  av->width = size.width;
  av->height = size.height;
  av->colorspace = AVCOL_SPC_BT709;
  av->color_primaries = AVCOL_PRI_BT709;
  av->color_trc = AVCOL_TRC_BT709;
  av->color_range = AVCOL_RANGE_MPEG;
  av->sample_aspect_ratio = {1, 1};
  if (int code = av_frame_get_buffer(av, 0); code < 0) return av_fail(code, "cannot allocate a frame");
  return frame;
}

Frame Frame::adopt(AVFrame* frame) {
  assert(frame->format == AV_PIX_FMT_YUV420P);
  return Frame(frame);
}

FrameSize Frame::size() const {
  return {frame_->width, frame_->height};
}

Frame Frame::share() const {
  return Frame(av_frame_clone(frame_.get()));
}

Result<void> Frame::make_writable() {
  if (int code = av_frame_make_writable(frame_.get()); code < 0) return av_fail(code, "cannot copy a frame");
  return {};
}

void Frame::fill(uint8_t y, uint8_t cb, uint8_t cr) {
  const uint8_t values[] = {y, cb, cr};
  for (int i = 0; i < 3; ++i) {
    Plane plane = mutable_plane(i);
    for (int row = 0; row < plane.height; ++row) {
      std::memset(plane.data + static_cast<ptrdiff_t>(row) * plane.stride, values[i], static_cast<size_t>(plane.width));
    }
  }
}

Plane Frame::mutable_plane(int index) {
  assert(index >= 0 && index < 3);
  int shift = index == 0 ? 0 : 1;
  return {frame_->data[index], frame_->linesize[index], frame_->width >> shift, frame_->height >> shift};
}

ConstPlane Frame::plane(int index) const {
  assert(index >= 0 && index < 3);
  int shift = index == 0 ? 0 : 1;
  return {frame_->data[index], frame_->linesize[index], frame_->width >> shift, frame_->height >> shift};
}

}  // namespace candid::media
