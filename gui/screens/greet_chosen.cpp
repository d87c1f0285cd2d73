#include "gui/screens/greet_chosen.h"

#include <SDL_scancode.h>

#include "gui/widgets.h"
#include "gui/words.h"

namespace candid::gui {
namespace {

constexpr float kPlayedWidth = 320;  // units
constexpr float kPlayedSound = 36;   // units, high

}  // namespace

GreetChosen::Played::Played(const Waker& waker, const std::filesystem::path& played)
    : file(played), player(waker, played), sound(waker, played) {}

GreetChosen::Next GreetChosen::draw(Ui& ui, const campaign::GreetingStanding& greeting) {
  const Theme& theme = ui.theme;
  const campaign::GreetingStatus& status = greeting.status;
  ui.names.show(shown_name(*greeting.candidate),
                {theme.px(22), steady_width(theme, kPlayedWidth), 2, true, theme.colors().text});
  if (!status.problem.empty()) muted(theme, status.problem.c_str());
  for (const std::string& flaw : status.flaws) muted(theme, campaign::remedy_for(flaw).c_str());
  if (status.file.empty()) {
    played_.reset();
  } else {
    if (!played_ || played_->file != status.file) played_ = std::make_unique<Played>(ui.window.waker(), status.file);
    draw_played(theme);
  }
  Next next = Next::Stay;
  const bool is_again = played_ ? button_beside(theme, tr("Say it again")) : button(theme, tr("Greet only this one"));
  if (is_again) next = Next::SayAgain;
  if (status.state == campaign::GreetingState::Flawed) {
    if (button_beside(theme, tr("It is right as it is"))) next = Next::Accept;
  }
  return next;
}

void GreetChosen::draw_played(const Theme& theme) {
  if (auto picture = played_->player.take_picture()) played_->picture.set(std::move(*picture));
  ImDrawList& list = *ImGui::GetWindowDrawList();
  const float width = steady_width(theme, kPlayedWidth);
  const ImVec2 room{width, width / played_->picture.shape()};
  played_->picture.show(list, fitted(ImGui::GetCursorScreenPos(), room, played_->picture.shape()));
  ImGui::Dummy(room);
  const ImVec2 strip{width, theme.px(kPlayedSound)};
  played_->sound.show(theme, list, ImGui::GetCursorScreenPos(), strip);
  ImGui::Dummy(strip);
  const bool is_playing = played_->player.look().is_playing;
  if (button(theme, is_playing ? tr("Pause") : tr("Play")) || pressed(SDL_SCANCODE_SPACE))
    is_playing ? played_->player.pause() : played_->player.play(Microseconds{0});
}

void GreetChosen::pause() {
  if (played_) played_->player.pause();
}

}  // namespace candid::gui
