#pragma once
// Smooth flat shapes on an OpenCV picture (8-bit BGR), with soft edges, in coordinates of the drawing's own. Internal
// to capture.

#include <cstdint>
#include <span>
#include <vector>

namespace cv {
class Mat;
}

namespace candid::capture {

struct Point {
  double x = 0;
  double y = 0;
};

using Path = std::vector<Point>;

struct Colour {
  uint8_t red = 0;
  uint8_t green = 0;
  uint8_t blue = 0;
  double opacity = 1;
};

// Through all the points, rounded (Catmull-Rom): as a closed outline, or from the first to the last.
Path rounded_outline(std::span<const Point> points);
Path rounded_path(std::span<const Point> points);
// The points given are one half, top to bottom, right of the axis x = 0; the result is the closed, rounded whole.
Path symmetric_outline(std::span<const Point> right_half);

// Borrows the picture. Methods may throw cv::Exception.
class Brush {
 public:
  // Unit lengths are `scale` pixels, and (0, 0) lies at `origin`, in pixels.
  Brush(cv::Mat& picture, Point origin, double scale);

  // A brush whose coordinates are moved, then turned clockwise about their new zero.
  Brush moved(Point offset, double turned_radians = 0) const;

  void fill(std::span<const Point> outline, Colour colour) const;
  void ellipse(Point centre, double radius_x, double radius_y, Colour colour) const;
  // A line that is `width` wide in its middle and thins towards its ends.
  void stroke(std::span<const Point> path, double width, Colour colour) const;
  // A line of even width with round ends.
  void limb(Point from, Point to, double width, Colour colour) const;
  // Fades out from the centre to the ellipse's edge.
  void glow(Point centre, double radius_x, double radius_y, Colour colour) const;

 private:
  Point to_pixels(Point point) const;

  cv::Mat* picture_;
  Point origin_;
  double cos_;  // times scale
  double sin_;
};

}  // namespace candid::capture
