#pragma once
// Sound on the machine's speakers, through SDL. The window's thread and one other may use it, one at a time.

#include <cstdint>

#include "core/time.h"
#include "media/audio_reader.h"

namespace candid::gui {

// Without a sound card it plays to nobody, in real time all the same.
class SoundPlayer {
 public:
  SoundPlayer();
  SoundPlayer(const SoundPlayer&) = delete;
  SoundPlayer& operator=(const SoundPlayer&) = delete;
  ~SoundPlayer();

  bool has_device() const { return device_ != 0; }
  // Plays it after what waits already.
  void push(const media::Samples& sound);
  // How much waits.
  Microseconds waiting() const;
  void start();
  void pause();
  void forget();  // what waits

 private:
  uint32_t device_ = 0;  // SDL's number; 0: none
};

}  // namespace candid::gui
