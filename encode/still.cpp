#include "encode/still.h"

extern "C" {
#include <libswscale/swscale.h>
}

#include <algorithm>

#include "media/av.h"

namespace candid::encode {
namespace {

struct FreeScaler {
  void operator()(SwsContext* context) const { sws_freeContext(context); }
};

// Converts between sizes, formats and matrices; JPEG is BT.601 full range, all else of ours BT.709.
Result<media::FramePtr> convert(const media::Frame& frame, AVPixelFormat format, media::FrameSize size) {
  const AVFrame* from = frame.av();
  media::FramePtr to(av_frame_alloc());
  to->format = format;
  to->width = size.width;
  to->height = size.height;
  if (int status = av_frame_get_buffer(to.get(), 0); status < 0)
    return media::av_fail(status, "cannot allocate a picture");
  bool jpeg = format == AV_PIX_FMT_YUVJ420P;
  std::unique_ptr<SwsContext, FreeScaler> scaler(
      sws_getContext(from->width, from->height, AV_PIX_FMT_YUV420P, size.width, size.height, format,
                     SWS_BICUBIC | SWS_ACCURATE_RND | SWS_FULL_CHR_H_INT, nullptr, nullptr, nullptr));
  if (!scaler) return fail(ErrorKind::Internal, "cannot set up the picture conversion");
  sws_setColorspaceDetails(scaler.get(), sws_getCoefficients(SWS_CS_ITU709), 0,
                           sws_getCoefficients(jpeg ? SWS_CS_ITU601 : SWS_CS_ITU709),
                           jpeg || format == AV_PIX_FMT_RGB24, 0, 1 << 16, 1 << 16);
  sws_scale(scaler.get(), from->data, from->linesize, 0, from->height, to->data, to->linesize);
  return to;
}

Result<std::vector<uint8_t>> encode_picture(AVFrame& picture, AVCodecID id, int jpeg_quality) {
  const AVCodec* encoder = avcodec_find_encoder(id);
  if (encoder == nullptr)
    return fail(ErrorKind::Unsupported, "this machine's FFmpeg cannot write pictures", "install Debian's libavcodec59");
  media::CodecContextPtr codec(avcodec_alloc_context3(encoder));
  codec->width = picture.width;
  codec->height = picture.height;
  codec->pix_fmt = static_cast<AVPixelFormat>(picture.format);
  codec->color_range = AVCOL_RANGE_JPEG;
  codec->time_base = {1, 1};
  codec->thread_count = 1;
  codec->flags |= AV_CODEC_FLAG_BITEXACT;
  if (id == AV_CODEC_ID_MJPEG) {
    // mjpeg's quantiser runs from 2 (best) to 31.
    codec->flags |= AV_CODEC_FLAG_QSCALE;
    codec->global_quality = std::clamp(2 + (100 - jpeg_quality) * 29 / 100, 2, 31) * FF_QP2LAMBDA;
  }
  if (int status = avcodec_open2(codec.get(), encoder, nullptr); status < 0)
    return media::av_fail(status, "cannot open the picture encoder");
  picture.pts = 0;
  picture.quality = codec->global_quality;
  media::PacketPtr packet(av_packet_alloc());
  int status = avcodec_send_frame(codec.get(), &picture);
  if (status >= 0) avcodec_send_frame(codec.get(), nullptr);
  if (status >= 0) status = avcodec_receive_packet(codec.get(), packet.get());
  if (status < 0) return media::av_fail(status, "cannot write a picture");
  return std::vector<uint8_t>(packet->data, packet->data + packet->size);
}

}  // namespace

Result<std::vector<uint8_t>> to_jpeg(const media::Frame& frame, media::FrameSize size, int quality) {
  media::FramePtr picture = TRY(convert(frame, AV_PIX_FMT_YUVJ420P, size));
  return encode_picture(*picture, AV_CODEC_ID_MJPEG, quality);
}

Result<std::vector<uint8_t>> to_png(const media::Frame& frame) {
  media::FramePtr picture = TRY(convert(frame, AV_PIX_FMT_RGB24, frame.size()));
  return encode_picture(*picture, AV_CODEC_ID_PNG, 0);
}

Result<media::Frame> scaled(const media::Frame& frame, media::FrameSize size) {
  media::FramePtr picture = TRY(convert(frame, AV_PIX_FMT_YUV420P, size));
  return media::Frame::adopt(picture.release());
}

}  // namespace candid::encode
