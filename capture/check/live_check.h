#pragma once
// The checks of take_check.h while a camera and a microphone run: what is wrong right now, before and during recording.

#include <memory>

#include "capture/check/take_fault.h"
#include "capture/source.h"
#include "core/error.h"

namespace candid::capture {

// What a level meter and a person before the camera want to know, besides findings.
struct LiveLevels {
  double peak_dbfs = -120;  // of the last second
  double level_dbfs = -120;
  bool voice_is_heard = false;  // in the time that is remembered
  bool face_is_seen = false;    // when it was looked for last
};

// One thread. Remembers the last ten seconds. A moment costs about 0.05 ms, 2 ms where its picture is looked at (four
// times a second), 10 to 15 ms where it is searched for a face (once a second), for 1080p.
class LiveCheck {
 public:
  // Unsupported when OpenCV's trained cascades are not installed.
  static Result<LiveCheck> create(const SourceFormat& format);
  LiveCheck(LiveCheck&&) noexcept;
  LiveCheck& operator=(LiveCheck&&) noexcept;
  ~LiveCheck();

  Result<void> push(const Moment& moment);
  LiveLevels levels() const;
  // Of the time that is remembered; spans count from the first moment. What needs time comes late: a missing voice or
  // face after five seconds. Costs a few milliseconds: ask once or twice a second.
  TakeFindings findings() const;

 private:
  struct State;
  explicit LiveCheck(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace candid::capture
