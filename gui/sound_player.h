#pragma once
// Sound on the machine's speakers, through SDL.

#include <cstdint>
#include <mutex>

#include "core/time.h"
#include "media/audio_reader.h"

namespace candid::gui {

class SoundPlayer;

// The machine's sound card, for one who plays at a time. It is opened once and closed with the window, as SDL wants
// both on one thread and may take its time for them.
class Speakers {
 public:
  // Opens them at the first call; where there is no sound card, too, that is tried once. The window's thread.
  static Speakers& of_this_machine();

 private:
  friend class SoundPlayer;
  Speakers();

  uint32_t device_ = 0;  // SDL's number; 0: none
  std::mutex mutex_;
  const SoundPlayer* player_ = nullptr;  // whose turn it is
};

// One who plays on them. Whoever starts takes the speakers from who had them; without them, and without a sound card,
// nothing waits and nobody hears. One thread, any.
class SoundPlayer {
 public:
  // Borrowed: they outlast all work of the window.
  explicit SoundPlayer(Speakers& speakers) : speakers_(speakers) {}
  SoundPlayer(const SoundPlayer&) = delete;
  SoundPlayer& operator=(const SoundPlayer&) = delete;
  ~SoundPlayer() { stop(); }

  void start();
  // Gives the speakers back; what waits is dropped.
  void stop();
  bool is_heard() const;
  // Plays it after what waits already.
  void push(const media::Samples& sound);
  // How much waits.
  Microseconds waiting() const;

 private:
  Speakers& speakers_;
};

}  // namespace candid::gui
