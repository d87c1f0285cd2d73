#include "overlay/canvas.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <numbers>
#include <vector>

namespace candid::overlay {
namespace {

// Each of `count` bytes, `step` apart, becomes the mean of those up to `reach` away; beyond the ends all is empty.
void soften(uint8_t* first, ptrdiff_t step, int count, int reach, std::vector<uint8_t>& before) {
  for (int i = 0; i < count; ++i) before[static_cast<size_t>(i)] = first[i * step];
  auto at = [&](int i) { return i >= 0 && i < count ? before[static_cast<size_t>(i)] : 0; };
  int sum = 0;
  for (int i = 0; i <= reach; ++i) sum += at(i);
  for (int i = 0; i < count; ++i) {
    first[i * step] = static_cast<uint8_t>((sum + reach) / (2 * reach + 1));
    sum += at(i + reach + 1) - at(i - reach);
  }
}

}  // namespace

Canvas::Canvas(int width, int height)
    : width_((std::max(width, 2) + 1) & ~1),
      height_((std::max(height, 2) + 1) & ~1),
      surface_(cairo_image_surface_create(CAIRO_FORMAT_ARGB32, width_, height_)),
      cairo_(cairo_create(surface_.get())) {}

void Canvas::set_color(Color color) {
  cairo_set_source_rgba(cairo_.get(), color.r / 255.0, color.g / 255.0, color.b / 255.0, color.alpha / 255.0);
}

void Canvas::fill_rounded(double x, double y, double width, double height, double radius, Color color) {
  radius = std::min({radius, width / 2, height / 2});
  cairo_t* cr = cairo_.get();
  constexpr double kQuarter = std::numbers::pi / 2;
  cairo_new_path(cr);
  cairo_arc(cr, x + width - radius, y + radius, radius, -kQuarter, 0);
  cairo_arc(cr, x + width - radius, y + height - radius, radius, 0, kQuarter);
  cairo_arc(cr, x + radius, y + height - radius, radius, kQuarter, 2 * kQuarter);
  cairo_arc(cr, x + radius, y + radius, radius, 2 * kQuarter, 3 * kQuarter);
  cairo_close_path(cr);
  set_color(color);
  cairo_fill(cr);
}

void Canvas::lay_over(const Canvas& other) {
  cairo_set_source_surface(cairo_.get(), other.surface_.get(), 0, 0);
  cairo_paint(cairo_.get());
}

void Canvas::blur_black(double radius) {
  cairo_surface_flush(surface_.get());
  uint8_t* bytes = cairo_image_surface_get_data(surface_.get());
  auto stride = static_cast<ptrdiff_t>(cairo_image_surface_get_stride(surface_.get()));
  // Three boxes come near a Gaussian (Wells 1986); their width is by the variance, which adds up.
  int reach = static_cast<int>(std::lround((std::sqrt(4 * radius * radius + 1) - 1) / 2));
  if (reach < 1) return;
  // Black has nothing else, premultiplied.
  constexpr int kAlpha = std::endian::native == std::endian::little ? 3 : 0;
  std::vector<uint8_t> line(static_cast<size_t>(std::max(width_, height_)));
  for (int pass = 0; pass < 3; ++pass) {
    for (int y = 0; y < height_; ++y) soften(bytes + y * stride + kAlpha, 4, width_, reach, line);
    for (int x = 0; x < width_; ++x) soften(bytes + 4 * x + kAlpha, stride, height_, reach, line);
  }
  cairo_surface_mark_dirty(surface_.get());
}

Patch Canvas::to_patch(int x, int y) {
  cairo_surface_flush(surface_.get());
  return make_patch(cairo_image_surface_get_data(surface_.get()), cairo_image_surface_get_stride(surface_.get()),
                    width_, height_, x & ~1, y & ~1);
}

}  // namespace candid::overlay
