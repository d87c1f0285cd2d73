#pragma once
// A few pictures of a recording at the price of decoding no others: those that refer to nothing before them.

#include <filesystem>
#include <vector>

#include "core/error.h"
#include "core/time.h"
#include "media/frame.h"

namespace candid::media {

struct KeyFrame {
  Microseconds time{0};  // on the recording's own timeline, which begins at zero
  Frame picture;
};

// The key frames from `start` to before `end`, at least `apart` from one another, each wholly within `size` (black bars
// where shapes differ). How many there are is the recording's affair; none where its container has no exact index.
Result<std::vector<KeyFrame>> read_key_frames(const std::filesystem::path& path, FrameSize size, Microseconds start,
                                              Microseconds end, Microseconds apart);

}  // namespace candid::media
