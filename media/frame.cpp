#include "media/frame.h"

extern "C" {
#include <libavutil/imgutils.h>
}

#include <cassert>
#include <cstring>
#include <map>
#include <mutex>

#ifdef __GLIBC__
#include <malloc.h>
#endif

#include "media/av.h"

namespace candid::media {
namespace {

// For vector instructions that take a whole register where a row ends.
constexpr int kAlignment = 64;

struct FreePool {
  void operator()(AVBufferPool* pool) const { av_buffer_pool_uninit(&pool); }
};

// Buffers of one size are used again and again: the kernel clears fresh memory, which takes longer than a copy.
struct Buffers {
  std::mutex mutex;
  std::map<size_t, std::unique_ptr<AVBufferPool, FreePool>> pools;  // by bytes
};

Buffers& buffers() {
  static Buffers all;
  return all;
}

AVBufferRef* take_buffer(size_t bytes) {
  std::lock_guard lock(buffers().mutex);
  auto& pool = buffers().pools[bytes];
  if (!pool) pool.reset(av_buffer_pool_init(bytes, nullptr));
  return pool ? av_buffer_pool_get(pool.get()) : nullptr;
}

}  // namespace

void Frame::Free::operator()(AVFrame* frame) const {
  av_frame_free(&frame);
}

void give_back_frames() {
  {
    std::lock_guard lock(buffers().mutex);
    // A pool ends with the last of its buffers: those of frames that somebody has stay until then.
    buffers().pools.clear();
  }
#ifdef __GLIBC__
  // Arenas of threads keep what was freed in them below something that still lives.
  malloc_trim(0);
#endif
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
  int stride = FFALIGN(size.width, 2 * kAlignment);
  int bytes = av_image_get_buffer_size(AV_PIX_FMT_YUV420P, stride, size.height, kAlignment);
  if (bytes < 0) return av_fail(bytes, "cannot allocate a frame");
  av->buf[0] = take_buffer(static_cast<size_t>(bytes) + kAlignment);
  if (av->buf[0] == nullptr) return av_fail(AVERROR(ENOMEM), "cannot allocate a frame");
  av_image_fill_arrays(av->data, av->linesize, av->buf[0]->data, AV_PIX_FMT_YUV420P, stride, size.height, kAlignment);
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
  if (av_frame_is_writable(frame_.get()) != 0) return {};
  Frame copy = TRY(allocate(size()));
  int code = av_frame_copy(copy.av(), frame_.get());
  if (code >= 0) code = av_frame_copy_props(copy.av(), frame_.get());
  if (code < 0) return av_fail(code, "cannot copy a frame");
  *this = std::move(copy);
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
