#pragma once
// Pictures and sound that come when they come → moments at a constant rate, each picture beside the sound of its time.
// Knows no device and no thread: times go in with what they are of. Internal to capture.

#include <deque>
#include <memory>
#include <optional>

#include "capture/devices/device.h"
#include "capture/live/sound_aligner.h"
#include "capture/source.h"

namespace candid::capture {

// One thread.
class Synchronizer {
 public:
  struct Format {
    bool has_pictures = true;
    std::optional<int> sound_rate;  // the device's, samples a second; nothing: no sound
    Rational rate{30, 1};           // of moments
    size_t most_waiting = 30;       // pictures
  };
  explicit Synchronizer(Format format);

  // In order of time. Counted as slow and dropped when as many wait as may.
  void push(CapturedPicture picture);
  Result<void> push(CapturedSound sound);
  // The next moment when all of it is there, or when at `now` what lacks is too late to be waited for.
  Result<std::optional<Moment>> pull(Microseconds now);

  // Lets go of all that waits, and of all that comes until the next pull(), which begins anew.
  void rest();

  SourceCounts counts() const;
  double drift_ppm() const { return sound_ ? sound_->drift_ppm() : 0; }
  Microseconds time_of(int64_t moment) const;

 private:
  enum class Next { Picture, Repeat, Wait };
  double place_of(Microseconds time) const;
  Next next_picture(Microseconds now);
  void let_go(const CapturedPicture& picture, Microseconds now);
  bool find_origin();
  bool is_sound_ready(Microseconds now) const;
  int64_t sample_at(int64_t moment) const;

  Format format_;
  std::optional<Microseconds> origin_;
  std::deque<CapturedPicture> pictures_;
  std::deque<CapturedSound> early_;  // sound from before the first picture
  std::unique_ptr<SoundAligner> sound_;
  std::optional<media::Frame> shown_;
  int64_t next_ = 0;       // moment
  int64_t given_up_ = 0;   // pictures that were not waited for any longer, and may yet come
  Microseconds patience_;  // with pictures; grows with the device's delay
  bool resting_ = false;
  SourceCounts counts_;
};

}  // namespace candid::capture
