#pragma once
// One candidate's greeting: what is to be known about it, played, and said again.

#include <filesystem>
#include <memory>
#include <optional>

#include "campaign/greetings/greeting_folder.h"
#include "gui/picture_view.h"
#include "gui/player.h"
#include "gui/screen.h"
#include "gui/sound_strip.h"

namespace candid::gui {

// The window's thread.
class GreetChosen {
 public:
  enum class Next {
    Stay,
    SayAgain,  // or for the first time
    Accept,    // it is right as it is
  };
  Next draw(Ui& ui, const campaign::GreetingStanding& greeting);
  void pause();
  // The file is closed.
  void forget() { played_.reset(); }

 private:
  struct Played {
    Played(const Waker& waker, const std::filesystem::path& played);
    std::filesystem::path file;
    Player player;
    SoundStrip sound;
    PictureView picture{};
  };
  void draw_played(const Theme& theme);

  std::unique_ptr<Played> played_;
};

}  // namespace candid::gui
