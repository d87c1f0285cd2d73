#include "capture/cascades.h"

#include <fmt/format.h>

namespace candid::capture {

Result<cv::CascadeClassifier> load_cascade(const std::string& name) {
  std::string path = fmt::format("{}/{}", CANDID_CASCADES_FOLDER, name);
  try {
    if (cv::CascadeClassifier cascade; cascade.load(path)) return cascade;
  } catch (const cv::Exception& exception) {
    return fail(ErrorKind::Unsupported, fmt::format("cannot read the face detector {} ({})", path, exception.what()),
                "reinstall the package opencv-data");
  }
  return fail(ErrorKind::Unsupported, fmt::format("cannot read the face detector {}", path),
              "install the package opencv-data");
}

}  // namespace candid::capture
