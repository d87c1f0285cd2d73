#pragma once
// Cameras as the kernel's V4L2 knows them. Internal to capture.

#include <cstdint>
#include <string>
#include <vector>

#include "capture/devices/devices.h"

namespace candid::capture {

// Every /dev/video* that captures pictures, by number. One that cannot be opened is listed with its problem, as long as
// it can be a camera.
std::vector<Camera> v4l2_cameras();

// A pixel format's name as libavdevice's v4l2 input takes it in `input_format`; empty for one that it does not read.
std::string v4l2_format_name(uint32_t fourcc);

// What a camera offers that can do any size or rate within a range: the usual ones among them, and the largest or
// fastest.
std::vector<media::FrameSize> sizes_within(media::FrameSize least, media::FrameSize most, media::FrameSize step);
std::vector<Rational> rates_within(Rational slowest, Rational fastest);

// Pictures a second, for an interval in seconds. Drivers round: 333333/10000000 s is 30, and 1001/30000 s is
// 30000/1001.
Rational rate_of_interval(uint32_t numerator, uint32_t denominator);

}  // namespace candid::capture
