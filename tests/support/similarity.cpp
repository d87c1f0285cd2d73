#include "tests/support/similarity.h"

#include <algorithm>

namespace candid::test {
namespace {

constexpr int kWindow = 8;
constexpr int kStep = 4;
constexpr int kTile = 32;

double window_ssim(const Picture& a, const Picture& b, int left, int top, int channel) {
  constexpr double kC1 = 0.01 * 255 * 0.01 * 255;
  constexpr double kC2 = 0.03 * 255 * 0.03 * 255;
  constexpr double kCount = kWindow * kWindow;
  double sum_a = 0, sum_b = 0, squares_a = 0, squares_b = 0, products = 0;
  for (int y = top; y < top + kWindow; ++y) {
    for (int x = left; x < left + kWindow; ++x) {
      auto at = static_cast<size_t>((y * a.width + x) * 3 + channel);
      double va = a.rgb[at];
      double vb = b.rgb[at];
      sum_a += va, sum_b += vb, squares_a += va * va, squares_b += vb * vb, products += va * vb;
    }
  }
  double mean_a = sum_a / kCount;
  double mean_b = sum_b / kCount;
  double variance_a = squares_a / kCount - mean_a * mean_a;
  double variance_b = squares_b / kCount - mean_b * mean_b;
  double covariance = products / kCount - mean_a * mean_b;
  return (2 * mean_a * mean_b + kC1) * (2 * covariance + kC2) /
         ((mean_a * mean_a + mean_b * mean_b + kC1) * (variance_a + variance_b + kC2));
}

}  // namespace

Similarity similarity(const Picture& a, const Picture& b) {
  if (a.width != b.width || a.height != b.height || a.rgb.size() != b.rgb.size()) return {};
  Similarity result{0, 1};
  double sum = 0;
  int windows = 0;
  for (int tile_y = 0; tile_y < a.height; tile_y += kTile) {
    for (int tile_x = 0; tile_x < a.width; tile_x += kTile) {
      double tile_sum = 0;
      int tile_windows = 0;
      for (int y = tile_y; y < std::min(tile_y + kTile, a.height - kWindow + 1); y += kStep) {
        for (int x = tile_x; x < std::min(tile_x + kTile, a.width - kWindow + 1); x += kStep) {
          for (int channel = 0; channel < 3; ++channel) tile_sum += window_ssim(a, b, x, y, channel);
          tile_windows += 3;
        }
      }
      if (tile_windows == 0) continue;
      sum += tile_sum;
      windows += tile_windows;
      result.worst = std::min(result.worst, tile_sum / tile_windows);
    }
  }
  result.mean = windows == 0 ? 0 : sum / windows;
  return result;
}

}  // namespace candid::test
