// candid-gui: the window. `candid gui` starts it, so that servers need no graphics.

#include <clocale>
#include <filesystem>
#include <iostream>
#include <memory>
#include <string_view>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <langinfo.h>

#include "core/log.h"
#include "gui/app.h"
#include "gui/settings.h"
#include "gui/window.h"

namespace {

int tell(const candid::Error& error) {
  std::cerr << fmt::format("error: {}\n", error.describe());
  if (!error.hint().empty()) std::cerr << fmt::format("  try: {}\n", error.hint());
  return 1;
}

int run(const std::filesystem::path& campaign) {
  const std::filesystem::path file = candid::gui::settings_file();
  const candid::gui::Settings remembered = candid::gui::read_settings(file);
  auto window = candid::gui::Window::open(remembered.place);
  if (!window) return tell(window.error());
  auto app = candid::gui::App::create(**window, remembered);
  if (!app) return tell(app.error());
  if (!campaign.empty()) (*app)->open(campaign);
  (*window)->run(**app);
  candid::gui::Settings settings = (*app)->settings();
  settings.place = (*window)->place();
  if (settings == remembered) return 0;
  if (auto written = candid::gui::write_settings(file, settings); !written)
    candid::log::warning("gui", written.error().describe());
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  candid::log::set_level_from_environment();
  // SDL tells X11 the window's title in letters of this locale.
  if (std::setlocale(LC_CTYPE, "") == nullptr || std::string_view(nl_langinfo(CODESET)) != "UTF-8")
    std::setlocale(LC_CTYPE, "C.UTF-8");
  CLI::App program("Candid's window: record, greet, choose the look, proof, publish, see who watched", "candid-gui");
  std::filesystem::path campaign;
  program.add_option("CAMPAIGN", campaign, "a campaign's folder to open")->check(CLI::ExistingDirectory);
  CLI11_PARSE(program, argc, argv);
  return run(campaign.empty() ? campaign : std::filesystem::absolute(campaign).lexically_normal());
}
