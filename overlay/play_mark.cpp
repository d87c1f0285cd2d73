#include "overlay/play_mark.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "overlay/canvas.h"

namespace candid::overlay {
namespace {

constexpr double kDiameter = 0.22;  // of the picture's shorter side
// Dark enough for white on snow, clear enough to show that a picture lies behind it.
constexpr Color kDisc = {14, 17, 24, 158};
// A hair of light parts the disc from dark pictures.
constexpr Color kRim = {255, 255, 255, 64};
constexpr Color kTriangle = {255, 255, 255, 255};

void fill_disc(Canvas& canvas, double center_x, double center_y, double radius) {
  cairo_t* cr = canvas.cairo();
  double rim = std::max(1.0, radius * 0.035);
  cairo_new_path(cr);
  cairo_arc(cr, center_x, center_y, radius - rim, 0, 2 * std::numbers::pi);
  canvas.set_color(kDisc);
  cairo_fill(cr);
  cairo_new_path(cr);
  cairo_arc(cr, center_x, center_y, radius - rim / 2, 0, 2 * std::numbers::pi);
  cairo_set_line_width(cr, rim);
  canvas.set_color(kRim);
  cairo_stroke(cr);
}

// Equilateral, its corners on a circle around the disc's centre: a triangle looks centred where its centroid is, which
// lies left of its box's middle.
void fill_triangle(Canvas& canvas, double center_x, double center_y, double radius) {
  cairo_t* cr = canvas.cairo();
  // The stroke rounds the corners by half its width.
  double rounding = radius * 0.16;
  double reach = radius - rounding;
  cairo_new_path(cr);
  for (int corner = 0; corner < 3; ++corner) {
    double angle = corner * 2 * std::numbers::pi / 3;
    cairo_line_to(cr, center_x + reach * std::cos(angle), center_y + reach * std::sin(angle));
  }
  cairo_close_path(cr);
  canvas.set_color(kTriangle);
  cairo_set_line_join(cr, CAIRO_LINE_JOIN_ROUND);
  cairo_set_line_width(cr, 2 * rounding);
  cairo_fill_preserve(cr);
  cairo_stroke(cr);
}

}  // namespace

Patch draw_play_mark(media::FrameSize size) {
  double diameter = kDiameter * std::min(size.width, size.height);
  // As wide and high as the picture modulo 4, so that half of what is left over is even: the patch stands exactly in
  // the middle, where patches begin at even places.
  auto side = [&](int picture) { return (static_cast<int>(std::ceil(diameter)) / 4 + 1) * 4 + picture % 4; };
  Canvas canvas(side(size.width), side(size.height));
  double center_x = canvas.width() / 2.0;
  double center_y = canvas.height() / 2.0;
  double radius = diameter / 2;
  fill_disc(canvas, center_x, center_y, radius);
  fill_triangle(canvas, center_x, center_y, 0.58 * radius);
  return canvas.to_patch((size.width - canvas.width()) / 2, (size.height - canvas.height()) / 2);
}

}  // namespace candid::overlay
