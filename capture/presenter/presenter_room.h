#pragma once
// The room behind the test presenter: a wall in daylight, a shelf and a plant, out of focus. Internal to capture.

namespace cv {
class Mat;
}

namespace candid::capture {

// Covers an 8-bit BGR picture of any shape. May throw cv::Exception.
void paint_room(cv::Mat& picture);

}  // namespace candid::capture
