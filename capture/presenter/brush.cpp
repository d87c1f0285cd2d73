#include "capture/presenter/brush.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include <opencv2/imgproc.hpp>

namespace candid::capture {
namespace {

constexpr int kSubpixelBits = 4;
constexpr int kStepsPerPoint = 14;
constexpr int kEllipsePoints = 48;
constexpr double kOutlineTolerance = 0.12;  // pixels

Point operator+(Point a, Point b) {
  return {a.x + b.x, a.y + b.y};
}
Point operator-(Point a, Point b) {
  return {a.x - b.x, a.y - b.y};
}
Point operator*(Point a, double factor) {
  return {a.x * factor, a.y * factor};
}

// Uniform Catmull-Rom between b and c.
Point between(Point a, Point b, Point c, Point d, double t) {
  return (b * 2 + (c - a) * t + (a * 2 - b * 5 + c * 4 - d) * (t * t) + (b * 3 - a - c * 3 + d) * (t * t * t)) * 0.5;
}

cv::Scalar bgr(Colour colour) {
  return {static_cast<double>(colour.blue), static_cast<double>(colour.green), static_cast<double>(colour.red)};
}

uint8_t mixed(uint8_t under, uint8_t over, double share) {
  return static_cast<uint8_t>(std::lround(under + (over - under) * share));
}

}  // namespace

Path rounded_outline(std::span<const Point> points) {
  Path path;
  size_t count = points.size();
  for (size_t i = 0; i < count; ++i) {
    for (int step = 0; step < kStepsPerPoint; ++step) {
      path.push_back(between(points[(i + count - 1) % count], points[i], points[(i + 1) % count],
                             points[(i + 2) % count], static_cast<double>(step) / kStepsPerPoint));
    }
  }
  return path;
}

Path rounded_path(std::span<const Point> points) {
  Path path;
  size_t last = points.size() - 1;
  for (size_t i = 0; i < last; ++i) {
    for (int step = 0; step < kStepsPerPoint; ++step) {
      path.push_back(between(points[i == 0 ? 0 : i - 1], points[i], points[i + 1], points[std::min(i + 2, last)],
                             static_cast<double>(step) / kStepsPerPoint));
    }
  }
  path.push_back(points[last]);
  return path;
}

Path symmetric_outline(std::span<const Point> right_half) {
  Path whole(right_half.begin(), right_half.end());
  for (auto point = right_half.rbegin(); point != right_half.rend(); ++point) {
    if (point->x != 0) whole.push_back({-point->x, point->y});
  }
  return rounded_outline(whole);
}

Brush::Brush(cv::Mat& picture, Point origin, double scale)
    : picture_(&picture), origin_(origin), cos_(scale), sin_(0) {}

Point Brush::to_pixels(Point point) const {
  return {origin_.x + cos_ * point.x - sin_ * point.y, origin_.y + sin_ * point.x + cos_ * point.y};
}

Brush Brush::moved(Point offset, double turned_radians) const {
  Brush brush = *this;
  brush.origin_ = to_pixels(offset);
  brush.cos_ = cos_ * std::cos(turned_radians) - sin_ * std::sin(turned_radians);
  brush.sin_ = sin_ * std::cos(turned_radians) + cos_ * std::sin(turned_radians);
  return brush;
}

void Brush::fill(std::span<const Point> outline, Colour colour) const {
  std::vector<cv::Point2f> pixels;
  for (Point point : outline) {
    Point pixel = to_pixels(point);
    pixels.emplace_back(static_cast<float>(pixel.x), static_cast<float>(pixel.y));
  }
  // OpenCV softens edge by edge, and where many short ones meet the outline turns bumpy.
  std::vector<cv::Point2f> few;
  cv::approxPolyDP(pixels, few, kOutlineTolerance, true);
  std::vector<cv::Point> fixed;
  fixed.reserve(few.size());
  for (cv::Point2f pixel : few) fixed.emplace_back(pixel * static_cast<float>(1 << kSubpixelBits));

  if (colour.opacity >= 1) {
    cv::fillPoly(*picture_, std::vector{fixed}, bgr(colour), cv::LINE_AA, kSubpixelBits);
    return;
  }
  cv::Rect bounds = cv::boundingRect(few) + cv::Size(4, 4) - cv::Point(2, 2);
  bounds &= cv::Rect({0, 0}, picture_->size());
  if (bounds.empty()) return;
  cv::Mat under = (*picture_)(bounds);
  cv::Mat painted = under.clone();
  cv::fillPoly(painted, std::vector{fixed}, bgr(colour), cv::LINE_AA, kSubpixelBits, -bounds.tl());
  cv::addWeighted(painted, colour.opacity, under, 1 - colour.opacity, 0, under);
}

void Brush::ellipse(Point centre, double radius_x, double radius_y, Colour colour) const {
  Path outline;
  for (int i = 0; i < kEllipsePoints; ++i) {
    double angle = 2 * std::numbers::pi * i / kEllipsePoints;
    outline.push_back(centre + Point{radius_x * std::cos(angle), radius_y * std::sin(angle)});
  }
  fill(outline, colour);
}

void Brush::stroke(std::span<const Point> path, double width, Colour colour) const {
  constexpr double kEndShare = 0.15;
  Path left;
  Path right;
  size_t last = path.size() - 1;
  for (size_t i = 0; i <= last; ++i) {
    Point along = path[std::min(i + 1, last)] - path[i == 0 ? 0 : i - 1];
    double length = std::max(1e-9, std::hypot(along.x, along.y));
    double middle = std::sin(std::numbers::pi * static_cast<double>(i) / static_cast<double>(last));
    double half = width / 2 * (kEndShare + (1 - kEndShare) * middle);
    Point normal = Point{-along.y, along.x} * (half / length);
    left.push_back(path[i] + normal);
    right.push_back(path[i] - normal);
  }
  left.insert(left.end(), right.rbegin(), right.rend());
  fill(left, colour);
}

void Brush::limb(Point from, Point to, double width, Colour colour) const {
  constexpr int kCapPoints = 12;
  double direction = std::atan2(to.y - from.y, to.x - from.x);
  Path outline;
  for (int end = 0; end < 2; ++end) {
    for (int i = 0; i <= kCapPoints; ++i) {
      double angle = direction + std::numbers::pi * (0.5 + end + static_cast<double>(i) / kCapPoints);
      outline.push_back((end == 0 ? from : to) + Point{std::cos(angle), std::sin(angle)} * (width / 2));
    }
  }
  fill(outline, colour);
}

void Brush::glow(Point centre, double radius_x, double radius_y, Colour colour) const {
  Point middle = to_pixels(centre);
  double scale = std::hypot(cos_, sin_);
  double reach_x = radius_x * scale;
  double reach_y = radius_y * scale;
  cv::Rect bounds(cvFloor(middle.x - reach_x), cvFloor(middle.y - reach_y), cvCeil(2 * reach_x) + 1,
                  cvCeil(2 * reach_y) + 1);
  bounds &= cv::Rect({0, 0}, picture_->size());
  for (int y = bounds.y; y < bounds.br().y; ++y) {
    auto* row = picture_->ptr<cv::Vec3b>(y);
    double dy = (y - middle.y) / reach_y;
    for (int x = bounds.x; x < bounds.br().x; ++x) {
      double dx = (x - middle.x) / reach_x;
      double inside = std::max(0.0, 1 - dx * dx - dy * dy);
      double share = colour.opacity * inside * inside;
      row[x] = {mixed(row[x][0], colour.blue, share), mixed(row[x][1], colour.green, share),
                mixed(row[x][2], colour.red, share)};
    }
  }
}

}  // namespace candid::capture
