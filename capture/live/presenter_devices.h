#pragma once
// The drawn presenter as a camera and a microphone that deliver in real time, over and over: "test:live". Internal to
// capture.

#include <memory>
#include <utility>

#include "capture/devices/device.h"
#include "capture/source.h"

namespace candid::capture {

struct PresenterDevices {
  std::unique_ptr<PictureDevice> camera;
  std::unique_ptr<SoundDevice> microphone;
};

// Of the settings' size, rate and script.
Result<PresenterDevices> open_presenter(const SourceSettings& settings);

}  // namespace candid::capture
