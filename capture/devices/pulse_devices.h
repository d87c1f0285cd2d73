#pragma once
// Microphones as the sound server (PulseAudio, or PipeWire in its place) knows them. Internal to capture.

#include <chrono>
#include <vector>

#include "capture/devices/devices.h"
#include "core/error.h"

namespace candid::capture {

// Its default source is marked, whatever that is. Network when no server is there or none answers in time; it is not
// started for the question. No longer than `patience`.
Result<std::vector<Microphone>> pulse_microphones(std::chrono::milliseconds patience);

}  // namespace candid::capture
