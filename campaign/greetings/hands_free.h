#pragma once
// Hears when a greeting was said, so that nobody has to press a key: somebody spoke, and then was silent.

#include "core/time.h"
#include "media/audio_reader.h"

namespace candid::campaign {

// One thread.
class HandsFree {
 public:
  // Shorter than this was a cough, or a chair.
  static constexpr Microseconds kShortestSpeech{450'000};
  // Longer than a pause between two words or sentences of a greeting.
  static constexpr Microseconds kSilence{1'100'000};

  // The next sound of the sitting. True once after each time that somebody spoke and fell silent.
  bool hear(const media::Samples& sound);
  // What was said so far does not count: another name is up.
  void begin_anew();

 private:
  double floor_dbfs_ = 0;  // the room's, as soon as it was heard
  Microseconds spoken_{0};
  Microseconds silent_{0};
};

}  // namespace candid::campaign
