#pragma once
// What x264 wrote about a first pass, judged: its library does not tell when a disk was full. Internal to encode.

#include <filesystem>

#include "core/error.h"
#include "media/frame.h"

namespace candid::encode {

// Why an encoder that writes them gave up, or left too little.
Error statistics_error(const std::filesystem::path& statistics);

// Fails with statistics_error() when either file is not as long as `frames` frames of this size make it.
Result<void> check_statistics(const std::filesystem::path& statistics, int64_t frames, media::FrameSize size);

}  // namespace candid::encode
