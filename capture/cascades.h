#pragma once
// OpenCV's trained detectors (package opencv-data). Internal to capture.

#include <string>

#include <opencv2/objdetect.hpp>

#include "core/error.h"

namespace candid::capture {

// Unsupported, naming the package, when the file is not there.
Result<cv::CascadeClassifier> load_cascade(const std::string& name);

}  // namespace candid::capture
