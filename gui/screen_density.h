#pragma once
// How large a desktop of X11 wants everything to be drawn; elsewhere SDL knows.

#include <optional>
#include <string_view>

namespace candid::gui {

// Of the display in $DISPLAY, dots an inch: what its settings ask for (Xft.dpi, as every toolkit reads it), or else
// what the server was started with, which is 96 where nobody said otherwise. Screens' own sizes in millimetres say
// nothing of what a person wants. Nothing where there is no such display.
std::optional<float> x11_dots_per_inch();

// Xft.dpi in a display's resources ("Xft.dpi:\t192\n…"); nothing where it is not there, or is no number of any use.
std::optional<float> dots_in_resources(std::string_view resources);

}  // namespace candid::gui
