#pragma once
// The shape of a video's picture: the sizes that campaign.toml names for it, and the areas in which words are safe.

#include <string>
#include <string_view>

#include "media/frame.h"

namespace candid::campaign {

struct VideoShape {
  std::string_view name;  // "16:9"
  int across = 1;
  int down = 1;
};

// Those that people watch: wide screens, squares in a feed, phones held upright.
inline constexpr VideoShape kVideoShapes[] = {{"16:9", 16, 9}, {"1:1", 1, 1}, {"9:16", 9, 16}};

// The lengths of the shorter side, px, that [video] size knows as "480p", "720p" and "1080p".
inline constexpr int kVideoLines[] = {480, 720, 1080};

// A picture of this shape whose shorter side is `lines` px, with even sides.
media::FrameSize size_of(const VideoShape& shape, int lines);

// As [video] size says it: "1280x720".
std::string size_value(media::FrameSize size);

// What screens may cut off at each edge, as shares of the picture's width and of its height: action is safe within
// 93 % of each, titles within 90 % (EBU R 95, "Safe areas for 16:9 television production", 2017; SMPTE ST 2046-1:2009).
inline constexpr double kActionSafeEdge = 0.035;
inline constexpr double kTitleSafeEdge = 0.05;

}  // namespace candid::campaign
