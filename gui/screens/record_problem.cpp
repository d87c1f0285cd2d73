#include "gui/screens/record_problem.h"

#include <SDL_scancode.h>

#include "gui/widgets.h"
#include "gui/words.h"

namespace candid::gui {
namespace {

constexpr float kDevicesWidth = 300;  // units
constexpr float kDevicesHeight = 240;

}  // namespace

RecordProblem::Next RecordProblem::draw(Ui& ui, DeviceChoice& devices) {
  const Theme& theme = ui.theme;
  title(theme, tr("Record"));
  show_error(theme, problem_);
  if (problem_.kind() == ErrorKind::NotFound)
    muted(theme, tr("Plug a camera in and look again, or choose “Test picture” to try everything without one."));
  gap(theme, 8);
  ImGui::BeginChild("devices", {steady_width(theme, kDevicesWidth), theme.px(kDevicesHeight)}, false,
                    ImGuiWindowFlags_NavFlattened);
  bool is_wanted = devices.draw(ui);
  ImGui::EndChild();
  if (button(theme, tr("Try again"), ButtonKind::Primary) || pressed(SDL_SCANCODE_RETURN)) is_wanted = true;
  if (pressed(SDL_SCANCODE_T)) {
    ui.settings.camera = kTestDevice;
    is_wanted = true;
  }
  if (pressed(SDL_SCANCODE_C)) devices.take_next_camera();
  muted(theme, tr("Enter: try again. C: the next camera. T: the test picture."));
  return is_wanted ? Next::TryAgain : Next::Stay;
}

}  // namespace candid::gui
