#include "capture/presenter/presenter_room.h"

#include <algorithm>

#include <opencv2/imgproc.hpp>

#include "capture/presenter/brush.h"

namespace candid::capture {
namespace {

// The shorter side of the picture is one unit long here, and the picture `width` units wide.
void paint_wall(cv::Mat& picture) {
  const cv::Vec3d top{226, 232, 236};
  const cv::Vec3d bottom{190, 202, 212};
  for (int y = 0; y < picture.rows; ++y) {
    cv::Vec3d colour = top + (bottom - top) * (static_cast<double>(y) / picture.rows);
    picture.row(y).setTo(cv::Scalar(colour[0], colour[1], colour[2]));
  }
}

void paint_shelf(const Brush& brush, double left, double right) {
  constexpr Colour kWood{176, 134, 98};
  constexpr Colour kBooks[] = {{88, 128, 134}, {214, 150, 104}, {238, 226, 204}, {120, 92, 100}, {156, 172, 142}};
  constexpr double kWidths[] = {0.034, 0.026, 0.042, 0.03, 0.024};
  constexpr double kHeights[] = {0.15, 0.13, 0.16, 0.125, 0.145};
  for (double board : {0.30, 0.56}) {
    double x = left + 0.05;
    for (int i = 0; i < 9 && x < right - 0.05; ++i) {
      size_t book = (static_cast<size_t>(i) * 3 + (board > 0.5 ? 2 : 0)) % std::size(kBooks);
      double end = x + kWidths[book];
      double top = board - kHeights[book];
      brush.fill(Path{{x, top}, {end, top}, {end, board}, {x, board}}, kBooks[book]);
      x = end + 0.004;
    }
    brush.fill(Path{{left, board}, {right, board}, {right, board + 0.022}, {left, board + 0.022}}, kWood);
  }
}

void paint_plant(const Brush& brush) {
  constexpr Colour kLeaf{112, 146, 108};
  constexpr Colour kLeafInShade{84, 120, 92};
  constexpr Colour kPot{222, 206, 188};
  struct Leaf {
    double turned;
    double length;
  };
  constexpr Leaf kLeaves[] = {{-1.0, 0.24}, {0.95, 0.25}, {-0.55, 0.34}, {0.55, 0.32}, {-0.15, 0.40}, {0.2, 0.36}};
  for (const Leaf& leaf : kLeaves) {
    double l = leaf.length;
    Path outline = rounded_outline(Path{{0, 0}, {0.045, -0.45 * l}, {0, -l}, {-0.045, -0.45 * l}});
    brush.moved({0, 0.66}, leaf.turned).fill(outline, leaf.turned < 0 ? kLeafInShade : kLeaf);
  }
  brush.fill(Path{{-0.075, 0.64}, {0.075, 0.64}, {0.055, 0.86}, {-0.055, 0.86}}, kPot);
}

void paint_sideboard(const Brush& brush, double width) {
  brush.fill(Path{{-0.1, 0.86}, {width + 0.1, 0.86}, {width + 0.1, 3}, {-0.1, 3}}, {164, 128, 98});
}

}  // namespace

void paint_room(cv::Mat& picture) {
  double scale = std::min(picture.cols, picture.rows);
  double width = picture.cols / scale;
  Brush brush(picture, {0, 0.45 * (picture.rows - scale)}, scale);
  paint_wall(picture);
  brush.glow({0.08 * width, 0.2}, 0.8, 0.8, {255, 246, 226, 0.75});
  paint_shelf(brush, 0.73 * width, 1.05 * width);
  paint_sideboard(brush, width);
  paint_plant(brush.moved({0.115 * width, 0}));
  cv::GaussianBlur(picture, picture, {}, 0.011 * scale);
  // Light gathers behind the presenter and falls off towards the corners.
  brush.glow({0.5 * width, 0.4}, 0.62, 0.62, {255, 248, 236, 0.35});
}

}  // namespace candid::capture
