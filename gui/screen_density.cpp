#include "gui/screen_density.h"

#include <cstdlib>
#include <memory>
#include <string>

#include <xcb/xcb.h>

namespace candid::gui {
namespace {

constexpr uint32_t kMostWords = 16'384;  // of 4 bytes, of a display's resources
constexpr float kLeastDots = 48;         // beyond these nobody would see anything
constexpr float kMostDots = 768;

struct Disconnect {
  void operator()(xcb_connection_t* connection) const { xcb_disconnect(connection); }
};
struct Free {
  void operator()(xcb_get_property_reply_t* reply) const { std::free(reply); }
};

}  // namespace

std::optional<float> dots_in_resources(std::string_view resources) {
  constexpr std::string_view kName = "Xft.dpi:";
  for (size_t at = resources.find(kName); at != std::string_view::npos; at = resources.find(kName, at + 1)) {
    if (at > 0 && resources[at - 1] != '\n') continue;
    const std::string_view rest = resources.substr(at + kName.size());
    const std::string value(rest.substr(0, rest.find('\n')));
    const float dots = std::strtof(value.c_str(), nullptr);
    if (dots >= kLeastDots && dots <= kMostDots) return dots;
  }
  return std::nullopt;
}

std::optional<float> x11_dots_per_inch() {
  int number = 0;
  const std::unique_ptr<xcb_connection_t, Disconnect> connection(xcb_connect(nullptr, &number));
  if (xcb_connection_has_error(connection.get()) != 0) return std::nullopt;
  xcb_screen_iterator_t screens = xcb_setup_roots_iterator(xcb_get_setup(connection.get()));
  for (; number > 0 && screens.rem > 1; --number) xcb_screen_next(&screens);
  if (screens.rem == 0) return std::nullopt;
  const xcb_screen_t& screen = *screens.data;
  const xcb_get_property_cookie_t asked =
      xcb_get_property(connection.get(), 0, screen.root, XCB_ATOM_RESOURCE_MANAGER, XCB_ATOM_STRING, 0, kMostWords);
  const std::unique_ptr<xcb_get_property_reply_t, Free> reply(xcb_get_property_reply(connection.get(), asked, nullptr));
  if (reply) {
    const auto* text = static_cast<const char*>(xcb_get_property_value(reply.get()));
    const auto length = static_cast<size_t>(xcb_get_property_value_length(reply.get()));
    if (const auto dots = dots_in_resources({text, length})) return dots;
  }
  if (screen.width_in_millimeters == 0) return std::nullopt;
  constexpr float kMillimetres = 25.4F;  // an inch
  return static_cast<float>(screen.width_in_pixels) * kMillimetres / static_cast<float>(screen.width_in_millimeters);
}

}  // namespace candid::gui
