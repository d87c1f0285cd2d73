#pragma once
// Cameras, screens and ALSA microphones, read through libavdevice. Internal to capture.

#include <memory>
#include <optional>

#include "capture/devices/device.h"
#include "capture/devices/devices.h"
#include "core/error.h"

namespace candid::capture {

// Pictures come in `wanted`, cut where its shape differs, or in the mode's size. Io, with the program that holds it,
// when it is busy.
Result<std::unique_ptr<PictureDevice>> open_camera(const Camera& camera, const ChosenMode& mode,
                                                   std::optional<media::FrameSize> wanted = std::nullopt);
// In `wanted`, with bars where its shape differs, or in the screen's own size, made even.
Result<std::unique_ptr<PictureDevice>> open_screen(const Screen& screen, Rational rate,
                                                   std::optional<media::FrameSize> wanted = std::nullopt);
Result<std::unique_ptr<SoundDevice>> open_alsa_microphone(const Microphone& microphone);

}  // namespace candid::capture
