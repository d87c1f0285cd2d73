#pragma once
// How blurred a picture is, whatever it shows and however noisy it is. Internal to capture.

#include <optional>

#include <opencv2/core.hpp>

namespace candid::capture {

// The standard deviation, in pixels, of the Gaussian that would blur perfect edges as much as the picture's strongest
// edges are; nothing where nothing stands out of the noise. 8-bit luma.
//
// An edge's gradient falls with blur: blurring it again by a known amount weakens a sharp edge much and a soft one
// little, and the ratio tells how soft it was (Zhuo and Sim 2011). Both gradients are taken after some blur, so that
// noise, which is fine, counts for little; and only at edges that are strong in the more blurred picture.
std::optional<double> blur_of(const cv::Mat& luma);

}  // namespace candid::capture
