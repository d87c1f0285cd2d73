#include "capture/devices/screens.h"

#include <cstdlib>

#include <fmt/format.h>
#include <xcb/randr.h>
#include <xcb/xcb.h>

#include "capture/devices/device_names.h"

namespace candid::capture {
namespace {

struct Disconnect {
  void operator()(xcb_connection_t* connection) const { xcb_disconnect(connection); }
};
struct Free {
  void operator()(void* reply) const { std::free(reply); }
};
template <typename T>
using Reply = std::unique_ptr<T, Free>;

std::string atom_name(xcb_connection_t* connection, xcb_atom_t atom) {
  Reply<xcb_get_atom_name_reply_t> reply(
      xcb_get_atom_name_reply(connection, xcb_get_atom_name(connection, atom), nullptr));
  if (!reply) return {};
  return readable(
      {xcb_get_atom_name_name(reply.get()), static_cast<size_t>(xcb_get_atom_name_name_length(reply.get()))});
}

bool has_monitors(xcb_connection_t* connection) {
  const xcb_query_extension_reply_t* extension = xcb_get_extension_data(connection, &xcb_randr_id);
  if (extension == nullptr || extension->present == 0) return false;
  Reply<xcb_randr_query_version_reply_t> version(
      xcb_randr_query_version_reply(connection, xcb_randr_query_version(connection, 1, 5), nullptr));
  return version && (version->major_version > 1 || version->minor_version >= 5);
}

std::vector<Screen> monitors_of(xcb_connection_t* connection, xcb_window_t root, const std::string& display) {
  if (!has_monitors(connection)) return {};
  Reply<xcb_randr_get_monitors_reply_t> reply(
      xcb_randr_get_monitors_reply(connection, xcb_randr_get_monitors(connection, root, 1), nullptr));
  std::vector<Screen> monitors;
  if (!reply) return monitors;
  for (auto at = xcb_randr_get_monitors_monitors_iterator(reply.get()); at.rem > 0; xcb_randr_monitor_info_next(&at)) {
    Screen screen;
    screen.display = display;
    screen.name = atom_name(connection, at.data->name);
    screen.id = fmt::format("{}/{}", display, screen.name);
    screen.x = at.data->x;
    screen.y = at.data->y;
    screen.size = {at.data->width, at.data->height};
    screen.is_primary = at.data->primary != 0;
    monitors.push_back(std::move(screen));
  }
  bool has_primary =
      std::any_of(monitors.begin(), monitors.end(), [](const Screen& screen) { return screen.is_primary; });
  if (!has_primary && !monitors.empty()) monitors.front().is_primary = true;
  return monitors;
}

const xcb_screen_t* numbered(const xcb_setup_t* setup, int number) {
  auto at = xcb_setup_roots_iterator(setup);
  for (; at.rem > 0 && number > 0; --number) xcb_screen_next(&at);
  return at.rem > 0 ? at.data : nullptr;
}

}  // namespace

Result<DisplayScreens> screens_of(const std::string& display) {
  TRY_VOID(display_answers(display));
  int number = 0;
  std::unique_ptr<xcb_connection_t, Disconnect> connection(xcb_connect(display.c_str(), &number));
  int code = xcb_connection_has_error(connection.get());
  if (code == XCB_CONN_CLOSED_INVALID_SCREEN) {
    return fail(ErrorKind::NotFound, fmt::format("display \"{}\" has no screen of that number", readable(display)),
                "the first is 0, or no number at all");
  }
  const xcb_screen_t* root = code == 0 ? numbered(xcb_get_setup(connection.get()), number) : nullptr;
  if (root == nullptr) {
    return fail(
        ErrorKind::PermissionDenied,
        fmt::format("display \"{}\" does not let this user in (xcb error {})", readable(display), code),
        "$XAUTHORITY must name the display's key; or allow this user, in its session: xhost +si:localuser:$USER");
  }
  DisplayScreens screens;
  screens.whole.id = display;
  screens.whole.display = display;
  screens.whole.name = "the whole display";
  screens.whole.is_primary = true;
  screens.whole.size = {root->width_in_pixels, root->height_in_pixels};
  screens.monitors = monitors_of(connection.get(), root->root, display);
  return screens;
}

ScreenName parse_screen_name(const std::string& name) {
  size_t colon = name.find(':');
  auto is_digit = [&](size_t at) { return at < name.size() && name[at] >= '0' && name[at] <= '9'; };
  if (colon == std::string::npos || !is_digit(colon + 1)) return {"", name};
  size_t end = std::min(name.find_first_not_of("0123456789.", colon + 1), name.size());
  if (end < name.size() && name[end] != '/' && name[end] != '+') return {"", name};
  return {name.substr(0, end), name.substr(end)};
}

}  // namespace candid::capture
