#include "overlay/canvas.h"

#include <algorithm>
#include <numbers>

namespace candid::overlay {

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

Patch Canvas::to_patch(int x, int y) {
  cairo_surface_flush(surface_.get());
  return make_patch(cairo_image_surface_get_data(surface_.get()), cairo_image_surface_get_stride(surface_.get()),
                    width_, height_, x & ~1, y & ~1);
}

}  // namespace candid::overlay
