#pragma once
// The monitors of X11 displays. Internal to capture.

#include <string>
#include <vector>

#include "capture/devices/devices.h"
#include "core/error.h"

namespace candid::capture {

struct DisplayScreens {
  Screen whole;                  // all monitors together; its id is the display's name
  std::vector<Screen> monitors;  // as RandR 1.5 tells; none where it does not
};

// Nothing answers there: Network. `display` as in $DISPLAY: ":0", "host:10.0".
Result<DisplayScreens> screens_of(const std::string& display);

// Whether a display answers within a second: Network where it does not, and where there is none. xcb itself would wait
// for ever.
Result<void> display_answers(const std::string& display);

// ":0/eDP-1" and ":0.0+100,50" begin with a display's name; "eDP-1" does not.
struct ScreenName {
  std::string display;  // empty: that of the environment
  std::string rest;     // "/eDP-1", "+100,50", "" or, without a display, all of it
};
ScreenName parse_screen_name(const std::string& name);

}  // namespace candid::capture
