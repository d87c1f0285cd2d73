#pragma once
// A microphone read from the sound server. Internal to capture.

#include <memory>

#include "capture/devices/device.h"
#include "capture/devices/devices.h"

namespace candid::capture {

// One that the server took away is an error: it is not exchanged for another.
Result<std::unique_ptr<SoundDevice>> open_pulse_microphone(const Microphone& microphone);

}  // namespace candid::capture
