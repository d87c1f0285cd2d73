#pragma once
// The window's screens, a file each.

#include <array>
#include <filesystem>
#include <memory>

#include "gui/screen.h"

namespace candid::gui {

std::unique_ptr<Screen> make_home_screen();
std::unique_ptr<Screen> make_record_screen();
std::unique_ptr<Screen> make_greet_screen();
std::unique_ptr<Screen> make_design_screen();
std::unique_ptr<Screen> make_candidates_screen();
std::unique_ptr<Screen> make_publish_screen();
std::unique_ptr<Screen> make_results_screen();

// By ScreenKind.
std::array<std::unique_ptr<Screen>, kScreens> make_screens();

// A roster or a video that was dropped onto the window is asked about on the home screen.
void drop_on_home(Screen& home, const std::filesystem::path& file);

}  // namespace candid::gui
