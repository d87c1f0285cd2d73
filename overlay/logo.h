#pragma once
// A brand's logo as a small picture for places outside the video.

#include <cstdint>
#include <filesystem>
#include <vector>

#include "core/error.h"
#include "media/frame.h"

namespace candid::overlay {

struct Logo {
  std::vector<uint8_t> png;  // with alpha
  media::FrameSize size{};
  double coverage = 0;   // 0..1: how much of the picture is not transparent
  double lightness = 0;  // 0..1: of what is not, from black to white
};

// As large as fits into `most`, in the file's own shape; a file that check_image() takes. One machine makes the same
// bytes of the same file.
Result<Logo> draw_logo(const std::filesystem::path& path, media::FrameSize most);

}  // namespace candid::overlay
