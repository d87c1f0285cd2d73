#pragma once
// A transparent cairo surface that becomes a Patch. Internal to overlay.

#include <memory>

#include <cairo.h>

#include "overlay/color.h"
#include "overlay/patch.h"

namespace candid::overlay {

class Canvas {
 public:
  // Sizes are rounded up to even.
  Canvas(int width, int height);

  cairo_t* cairo() { return cairo_.get(); }
  int width() const { return width_; }
  int height() const { return height_; }

  void set_color(Color color);
  void fill_rounded(double x, double y, double width, double height, double radius, Color color);
  // Softens what is drawn so far, all of it in black, by a standard deviation of about `radius` px.
  void blur_black(double radius);
  // Another canvas of this size, above what is drawn so far.
  void lay_over(const Canvas& other);
  // The finished patch with its left top corner at (x, y), rounded down to even.
  Patch to_patch(int x, int y);

 private:
  struct FreeSurface {
    void operator()(cairo_surface_t* surface) const { cairo_surface_destroy(surface); }
  };
  struct FreeCairo {
    void operator()(cairo_t* cairo) const { cairo_destroy(cairo); }
  };
  int width_;
  int height_;
  std::unique_ptr<cairo_surface_t, FreeSurface> surface_;
  std::unique_ptr<cairo_t, FreeCairo> cairo_;
};

}  // namespace candid::overlay
