#include "overlay/logo.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "overlay/canvas.h"
#include "overlay/image.h"

namespace candid::overlay {
namespace {

// Of the sRGB values, weighted as BT.709 weighs them: near enough to tell ink from paper.
constexpr double kRed = 0.2126;
constexpr double kGreen = 0.7152;
constexpr double kBlue = 0.0722;

int even(double side) {
  return std::max(2, static_cast<int>(std::lround(side / 2)) * 2);
}

media::FrameSize fitted(double aspect, media::FrameSize most) {
  double width = std::min<double>(most.width, most.height * aspect);
  return {std::min(even(width), most.width), std::min(even(width / aspect), most.height)};
}

cairo_status_t append(void* into, const unsigned char* bytes, unsigned int length) {
  auto* png = static_cast<std::vector<uint8_t>*>(into);
  png->insert(png->end(), bytes, bytes + length);
  return CAIRO_STATUS_SUCCESS;
}

// Of premultiplied ARGB.
void weigh(Logo& logo, cairo_surface_t* surface) {
  const unsigned char* rows = cairo_image_surface_get_data(surface);
  const int stride = cairo_image_surface_get_stride(surface);
  double alpha = 0;
  double light = 0;
  for (int y = 0; y < logo.size.height; ++y) {
    const auto* row = reinterpret_cast<const uint32_t*>(rows + static_cast<ptrdiff_t>(y) * stride);
    for (int x = 0; x < logo.size.width; ++x) {
      alpha += row[x] >> 24;
      light += kRed * (row[x] >> 16 & 0xff) + kGreen * (row[x] >> 8 & 0xff) + kBlue * (row[x] & 0xff);
    }
  }
  logo.coverage = alpha / (255.0 * logo.size.width * logo.size.height);
  logo.lightness = alpha > 0 ? light / alpha : 0;
}

}  // namespace

Result<Logo> draw_logo(const std::filesystem::path& path, media::FrameSize most) {
  Image image = TRY(Image::load(path));
  Logo logo;
  logo.size = fitted(image.aspect(), most);
  Canvas canvas(logo.size.width, logo.size.height);
  TRY_VOID(image.paint(canvas, 0, 0, logo.size.width, logo.size.height));
  cairo_surface_t* surface = cairo_get_target(canvas.cairo());
  cairo_surface_flush(surface);
  weigh(logo, surface);
  cairo_status_t status = cairo_surface_write_to_png_stream(surface, append, &logo.png);
  if (status == CAIRO_STATUS_SUCCESS) return logo;
  return fail(ErrorKind::Internal,
              fmt::format("{} cannot be written as a PNG ({})", path.string(), cairo_status_to_string(status)));
}

}  // namespace candid::overlay
