#pragma once
// How loud it is now, for somebody who looks while speaking.

#include "media/audio_reader.h"

namespace candid::capture {

// Peaks on the scale of a digital meter (IEC 60268-18: dB of full scale), falling back slowly enough to be read.
class LevelMeter {
 public:
  void push(const media::Samples& sound);

  double peak_dbfs() const { return shown_; }      // -90 in silence
  bool clips() const { return clipped_for_ > 0; }  // within the last second or so

 private:
  double shown_ = -90;
  int clipped_for_ = 0;  // calls
};

}  // namespace candid::capture
