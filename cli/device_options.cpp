#include "cli/device_options.h"

#include <charconv>

#include <fmt/format.h>

#include "core/text.h"

namespace candid::cli {
namespace {

Result<media::FrameSize> parse_size(const std::string& text) {
  media::FrameSize size;
  const char* end = text.data() + text.size();
  auto width = std::from_chars(text.data(), end, size.width);
  if (width.ec == std::errc{} && width.ptr != end && *width.ptr == 'x') {
    auto height = std::from_chars(width.ptr + 1, end, size.height);
    if (height.ec == std::errc{} && height.ptr == end) return size;
  }
  return fail(ErrorKind::InvalidInput, fmt::format("--size: \"{}\" is not a size", shorten(text, 30)),
              "write 1280x720");
}

// "30", "29.97", "30000/1001"
Result<Rational> parse_rate(const std::string& text) {
  Rational rate;
  const char* end = text.data() + text.size();
  auto whole = std::from_chars(text.data(), end, rate.num);
  if (whole.ec == std::errc{} && whole.ptr == end) return rate;
  if (whole.ec == std::errc{} && *whole.ptr == '/') {
    auto below = std::from_chars(whole.ptr + 1, end, rate.den);
    if (below.ec == std::errc{} && below.ptr == end && rate.den > 0) return rate;
  }
  // NTSC's rates by their usual names.
  for (auto [name, num] : {std::pair{"23.976", 24000}, {"29.97", 30000}, {"59.94", 60000}}) {
    if (text == name) return Rational{num, 1001};
  }
  return fail(ErrorKind::InvalidInput, fmt::format("--fps: \"{}\" is not a rate", shorten(text, 30)),
              "write 30, 29.97 or 30000/1001");
}

Result<capture::Corner> parse_corner(const std::string& text) {
  using capture::Corner;
  for (auto [name, corner] : {std::pair{"bottom-right", Corner::BottomRight},
                              {"bottom-left", Corner::BottomLeft},
                              {"top-right", Corner::TopRight},
                              {"top-left", Corner::TopLeft}}) {
    if (text == name) return corner;
  }
  return fail(ErrorKind::InvalidInput, fmt::format("--bubble: \"{}\" is not a corner", shorten(text, 30)),
              "bottom-right, bottom-left, top-right or top-left");
}

// "none" is nothing; what was not said becomes `otherwise`.
std::string name_or(const std::string& said, const char* otherwise) {
  if (said.empty()) return otherwise;
  return said == "none" ? "" : said;
}

}  // namespace

void add_device_options(CLI::App& command, DeviceOptions& options) {
  command
      .add_option("--camera", options.camera,
                  "a camera's name or /dev/video0 (see candid devices), or none; test: is a drawn presenter who needs "
                  "no hardware, test:live the same in real time")
      ->type_name("NAME");
  command.add_option("--mic", options.microphone, "a microphone's name (see candid devices), or none")
      ->type_name("NAME");
  command
      .add_option("--screen", options.screen,
                  "record a screen: default, or a name from candid devices; a camera asked for beside it becomes a "
                  "round picture in a corner")
      ->type_name("NAME");
  command.add_option("--bubble", options.bubble, "the corner for the camera on a screen")->capture_default_str();
  command
      .add_option("--size", options.size, "picture size; otherwise 1280x720 or the camera's nearest, a screen's own")
      ->type_name("WxH");
  command.add_option("--fps", options.rate, "pictures a second; otherwise 30 or the camera's nearest")
      ->type_name("RATE");
  command.add_option("--format", options.format, "how the camera sends: mjpeg, raw; otherwise what costs least")
      ->type_name("NAME");
}

Result<capture::SourceSettings> source_settings(const DeviceOptions& options) {
  capture::SourceSettings settings;
  settings.screen = name_or(options.screen, "");
  settings.camera = name_or(options.camera, settings.screen.empty() ? "default" : "");
  const bool is_drawn = settings.camera.starts_with("test:");
  settings.microphone = name_or(options.microphone, is_drawn ? "test:" : "default");
  if (!options.size.empty()) settings.size = TRY(parse_size(options.size));
  if (!options.rate.empty()) settings.frame_rate = TRY(parse_rate(options.rate));
  settings.camera_format = options.format;
  settings.bubble = TRY(parse_corner(options.bubble));
  return settings;
}

}  // namespace candid::cli
