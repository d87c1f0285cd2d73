#pragma once
// Sound devices that record, as the kernel lists them. Internal to capture.

#include <filesystem>
#include <vector>

#include "capture/devices/devices.h"

namespace candid::capture {

// Reads `cards`, `pcm` and the streams' `status` there; nothing where there is no ALSA. The ids say plughw, not hw: a
// microphone with one channel or 44,100 Hz alone could not be opened with two and 48,000 Hz otherwise. Cards stand
// there by their names, which outlast replugging, as numbers do not.
std::vector<Microphone> alsa_microphones(const std::filesystem::path& folder = "/proc/asound");

}  // namespace candid::capture
