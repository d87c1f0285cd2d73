#pragma once
// Single things drawn for sheets of pictures: a label, a picture; and whether a picture can be drawn at all.

#include <filesystem>
#include <string>

#include "core/error.h"
#include "media/frame.h"
#include "overlay/color.h"
#include "overlay/patch.h"

namespace candid::overlay {

// A line of text on transparent ground with its left top corner at (x, y), at most max_width px wide.
Result<Patch> draw_label(const std::string& text, double size_px, int max_width, Color color, int x, int y,
                         bool bold = false);

// A picture file scaled to `size`, with its left top corner at (x, y).
Result<Patch> draw_picture(const std::filesystem::path& path, media::FrameSize size, int x, int y);

// Fails when the file is not a picture that a layer can show.
Result<void> check_image(const std::filesystem::path& path);

}  // namespace candid::overlay
