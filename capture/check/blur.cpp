#include "capture/check/blur.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include <opencv2/imgproc.hpp>

namespace candid::capture {
namespace {

constexpr double kFine = 1.0;     // px: takes away most noise
constexpr double kCoarse = 2.5;   // px
constexpr double kEdges = 0.02;   // the strongest share of pixels
constexpr double kWeakest = 2.5;  // levels a pixel, of the coarse gradient: what noise of 5 levels reaches, and banding
constexpr size_t kFewestPixels = 24;  // pixels

cv::Mat gradient_of(const cv::Mat& luma, double sigma) {
  cv::Mat blurred;
  luma.convertTo(blurred, CV_32F);
  cv::GaussianBlur(blurred, blurred, {}, sigma, sigma, cv::BORDER_REPLICATE);
  cv::Mat x;
  cv::Mat y;
  // Central differences, in levels a pixel.
  cv::Sobel(blurred, x, CV_32F, 1, 0, 1, 0.5, 0, cv::BORDER_REPLICATE);
  cv::Sobel(blurred, y, CV_32F, 0, 1, 1, 0.5, 0, cv::BORDER_REPLICATE);
  cv::Mat size;
  cv::magnitude(x, y, size);
  return size;
}

}  // namespace

std::optional<double> blur_of(const cv::Mat& luma) {
  cv::Mat fine = gradient_of(luma, kFine);
  cv::Mat coarse = gradient_of(luma, kCoarse);
  std::vector<float> strengths(coarse.begin<float>(), coarse.end<float>());
  auto at = strengths.begin() + static_cast<ptrdiff_t>(static_cast<double>(strengths.size()) * (1 - kEdges));
  std::nth_element(strengths.begin(), at, strengths.end());
  float weakest = std::max(*at, static_cast<float>(kWeakest));
  std::vector<float> ratios;
  for (int y = 0; y < coarse.rows; ++y) {
    for (int x = 0; x < coarse.cols; ++x) {
      float strength = coarse.at<float>(y, x);
      if (strength >= weakest) ratios.push_back(fine.at<float>(y, x) / strength);
    }
  }
  if (ratios.size() < kFewestPixels) return std::nullopt;
  // The sharper half: beside an edge's middle the ratio falls, and some edges are round.
  auto typical = ratios.begin() + static_cast<ptrdiff_t>(ratios.size() * 3 / 4);
  std::nth_element(ratios.begin(), typical, ratios.end());
  double squared = static_cast<double>(*typical) * *typical;
  constexpr double kSharpest = kCoarse * kCoarse / (kFine * kFine);
  if (squared >= kSharpest) return 0.0;
  constexpr double kSoftest = 1.02;  // from here on the difference is rounding
  squared = std::max(squared, kSoftest);
  return std::sqrt((kCoarse * kCoarse - squared * kFine * kFine) / (squared - 1));
}

}  // namespace candid::capture
