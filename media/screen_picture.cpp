#include "media/screen_picture.h"

extern "C" {
#include <libswscale/swscale.h>
}

#include <algorithm>
#include <cstddef>

#include <fmt/format.h>

#include "media/av.h"

namespace candid::media {
namespace {

constexpr int kMostScreenSide = 16384;  // px; textures end there

struct FreeScaler {
  void operator()(SwsContext* context) const { sws_freeContext(context); }
};

FramePtr allocate_rgba(FrameSize size) {
  FramePtr picture(av_frame_alloc());
  if (!picture) return nullptr;
  picture->format = AV_PIX_FMT_RGBA;
  picture->width = size.width;
  picture->height = size.height;
  if (av_frame_get_buffer(picture.get(), 0) < 0) return nullptr;
  return picture;
}

void mirror_rows(AVFrame& picture) {
  for (int y = 0; y < picture.height; ++y) {
    auto* row = reinterpret_cast<uint32_t*>(picture.data[0] + static_cast<ptrdiff_t>(y) * picture.linesize[0]);
    std::reverse(row, row + picture.width);
  }
}

}  // namespace

struct ScreenPicture::State {
  FrameSize from{};
  std::unique_ptr<SwsContext, FreeScaler> scaler{};
  FramePtr picture{};

  bool suits(FrameSize source, FrameSize size) const {
    return scaler && picture && from == source && FrameSize{picture->width, picture->height} == size;
  }

  Result<void> set_up(FrameSize source, FrameSize size) {
    scaler.reset(sws_getContext(source.width, source.height, AV_PIX_FMT_YUV420P, size.width, size.height,
                                AV_PIX_FMT_RGBA, kFlags, nullptr, nullptr, nullptr));
    picture = allocate_rgba(size);
    from = source;
    if (!scaler || !picture) return av_fail(AVERROR(ENOMEM), "cannot set up a picture for the screen");
    constexpr int kLimitedRange = 0;
    constexpr int kFullRange = 1;
    constexpr int kOne = 1 << 16;
    const int* bt709 = sws_getCoefficients(SWS_CS_ITU709);
    sws_setColorspaceDetails(scaler.get(), bt709, kLimitedRange, bt709, kFullRange, 0, kOne, kOne);
    return {};
  }

  // Each pixel is the mean of what it covers: letters of a shared screen stay whole however small the window is.
  // SWS_ACCURATE_RND keeps colours within two steps of exact ones.
  static constexpr int kFlags = SWS_AREA | SWS_ACCURATE_RND;
};

ScreenPicture::ScreenPicture() : state_(std::make_unique<State>()) {}
ScreenPicture::ScreenPicture(ScreenPicture&&) noexcept = default;
ScreenPicture& ScreenPicture::operator=(ScreenPicture&&) noexcept = default;
ScreenPicture::~ScreenPicture() = default;

Result<ScreenPixels> ScreenPicture::convert(const Frame& frame, FrameSize size, Mirror mirror) {
  if (std::min(size.width, size.height) < 1 || std::max(size.width, size.height) > kMostScreenSide) {
    return fail(ErrorKind::InvalidInput, fmt::format("cannot show a picture of {}x{} px", size.width, size.height),
                fmt::format("sides from 1 to {} px", kMostScreenSide));
  }
  if (!state_->suits(frame.size(), size)) TRY_VOID(state_->set_up(frame.size(), size));
  AVFrame& picture = *state_->picture;
  const AVFrame& source = *frame.av();
  int rows =
      sws_scale(state_->scaler.get(), source.data, source.linesize, 0, source.height, picture.data, picture.linesize);
  if (rows != size.height)
    return av_fail(rows < 0 ? rows : AVERROR_EXTERNAL, "cannot convert a picture for the screen");
  if (mirror == Mirror::Yes) mirror_rows(picture);
  return ScreenPixels{picture.data[0], picture.linesize[0], size};
}

}  // namespace candid::media
