#pragma once
// Plays a recording beside the window: pictures as they are due, sound through the speakers.

#include <condition_variable>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>

#include "core/error.h"
#include "core/time.h"
#include "gui/waker.h"
#include "gui/worker.h"
#include "media/frame.h"
#include "media/probe.h"

namespace candid::gui {

// All calls from the window's thread.
class Player {
 public:
  // Reads what the file is, then shows its first picture.
  Player(Waker waker, std::filesystem::path file);

  void play(Microseconds from);
  void pause();
  // Shows the picture there; goes on playing from there if it plays.
  void seek(Microseconds to);

  struct View {
    bool is_ready = false;  // the file was read
    bool is_playing = false;
    Microseconds position{0};
    media::RecordingFacts facts{};
    std::optional<Error> problem{};
  };
  View look() const;
  // The newest picture, once.
  std::optional<media::Frame> take_picture();

 private:
  struct Shared;
  static void work(const std::shared_ptr<Shared>& shared, const Waker& waker, const std::filesystem::path& file,
                   const std::stop_token& stop);

  std::shared_ptr<Shared> shared_;
  Worker worker_;
};

}  // namespace candid::gui
