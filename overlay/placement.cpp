#include "overlay/placement.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>

namespace candid::overlay {
namespace {

constexpr std::array kAnchors = {Anchor::TopLeft,    Anchor::Top,    Anchor::TopRight,
                                 Anchor::Left,       Anchor::Center, Anchor::Right,
                                 Anchor::BottomLeft, Anchor::Bottom, Anchor::BottomRight};

// Column and row of an anchor, each 0..2.
int column(Anchor anchor) {
  return static_cast<int>(anchor) % 3;
}
int row(Anchor anchor) {
  return static_cast<int>(anchor) / 3;
}

double area(const Box& box) {
  return static_cast<double>(box.width) * box.height;
}

double common_area(const Box& a, const Box& b) {
  int width = std::min(a.left + a.width, b.left + b.width) - std::max(a.left, b.left);
  int height = std::min(a.top + a.height, b.top + b.height) - std::max(a.top, b.top);
  return width > 0 && height > 0 ? static_cast<double>(width) * height : 0;
}

// A box had better stay at its height: words that jump up are lost sooner than words that step aside.
double distance(const Box& a, const Box& b) {
  return std::hypot(a.left - b.left, 2 * (a.top - b.top));
}

// How far an anchor is from the one that was wanted, as a designer would have it: beside it first, then at the other
// edge, in the middle of the picture last.
int detour(Anchor wanted, Anchor other) {
  int across = std::abs(column(wanted) - column(other));
  bool is_same_row = row(wanted) == row(other);
  // From a corner to the other corner rather than to the middle between them.
  int sideways = column(wanted) == 1 ? across : across == 2 ? 1 : across == 1 ? 2 : 0;
  int rows = is_same_row ? 0 : row(other) == 1 ? 2 : row(wanted) == 1 && row(other) == 0 ? 2 : 1;
  return 3 * rows + sideways;
}

int even_offset(double value) {
  return static_cast<int>(std::lround(value)) & ~1;
}

}  // namespace

bool is_at_top(Anchor anchor) {
  return row(anchor) == 0;
}

bool is_at_bottom(Anchor anchor) {
  return row(anchor) == 2;
}

double Placer::unit() const {
  return std::min(size_.width, size_.height);
}

Box Placer::at_anchor(const Layer& layer, Anchor anchor, int width, int height, Reserved reserved) const {
  double highest = margin() + reserved.top;
  double lowest = size_.height - height - margin() - reserved.bottom;
  const std::array<double, 3> xs = {margin(), (size_.width - width) / 2.0, size_.width - width - margin()};
  const std::array<double, 3> ys = {highest, (size_.height - height) / 2.0, lowest};
  double x = xs[static_cast<size_t>(column(anchor))] + layer.offset_x * size_.width;
  double y = ys[static_cast<size_t>(row(anchor))] + layer.offset_y * size_.height;
  // An offset may lead into the margin, never out of the frame.
  return {std::clamp(even_offset(x), 0, std::max(0, (size_.width - width) & ~1)),
          std::clamp(even_offset(y), 0, std::max(0, (size_.height - height) & ~1)), width, height};
}

std::vector<Box> Placer::faces_between(Microseconds start, Microseconds end) const {
  std::vector<Box> faces;
  for (const FaceArea& face : look_.faces) {
    if (face.start >= end) break;
    if (face.end <= start) continue;
    // Outwards to whole pixels, and by the pixel that an even_offset place may be off.
    int left = static_cast<int>(std::floor(face.left * size_.width)) - 1;
    int top = static_cast<int>(std::floor(face.top * size_.height)) - 1;
    faces.push_back({left, top, static_cast<int>(std::ceil(face.right * size_.width)) + 1 - left,
                     static_cast<int>(std::ceil(face.bottom * size_.height)) + 1 - top});
  }
  return faces;
}

double Placer::covers(const Box& box, const std::vector<Box>& faces) const {
  double most = 0;
  for (const Box& face : faces) most = std::max(most, common_area(box, face) / std::max(1.0, area(face)));
  return most;
}

bool Placer::is_free(const Box& box, Microseconds start, Microseconds end) const {
  return covers(box, faces_between(start, end)) == 0;
}

bool Placer::is_free(const Layer& layer, Anchor anchor, int width, int height, Microseconds start,
                     Microseconds end) const {
  return is_free(at_anchor(layer, anchor, width, height, {}), start, end);
}

Placement Placer::place(const Layer& layer, int width, int height, Microseconds start, Microseconds end,
                        Reserved reserved) const {
  const Box wanted = at_anchor(layer, layer.place, width, height, reserved);
  std::vector<Box> faces = layer.keeps_off_faces ? faces_between(start, end) : std::vector<Box>();
  Placement best{wanted, layer.place, true, covers(wanted, faces)};
  if (best.covered == 0) return best;

  std::optional<Placement> nearest;
  auto consider = [&](const Box& box, Anchor anchor) {
    double covered = covers(box, faces);
    if (covered < best.covered) best = {box, anchor, false, covered};
    if (covered > 0) return;
    if (!nearest || distance(box, wanted) < distance(nearest->box, wanted)) nearest = {box, anchor, false, 0};
  };
  auto anchors = kAnchors;
  std::stable_sort(anchors.begin(), anchors.end(),
                   [&](Anchor a, Anchor b) { return detour(layer.place, a) < detour(layer.place, b); });
  for (Anchor anchor : anchors) {
    Box box = at_anchor(layer, anchor, width, height, reserved);
    double covered = covers(box, faces);
    if (covered == 0) return {box, anchor, true, 0};
    if (covered < best.covered) best = {box, anchor, true, covered};
  }

  double step = 0.02 * unit();
  double lowest = size_.height - height - margin() - reserved.bottom;
  for (double y = margin() + reserved.top; y <= lowest; y += step) {
    for (double x = margin(); x <= size_.width - width - margin(); x += step)
      consider({even_offset(x), even_offset(y), width, height}, layer.place);
  }
  return nearest.value_or(best);
}

}  // namespace candid::overlay
