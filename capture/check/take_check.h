#pragma once
// Whether a take is fit to send: measures its sound, its pictures and how they fit, and says what is wrong.

#include <deque>
#include <filesystem>
#include <functional>
#include <optional>
#include <stop_token>

#include "capture/check/lip_sync.h"
#include "capture/check/picture_check.h"
#include "capture/check/picture_findings.h"
#include "capture/check/sound_check.h"
#include "capture/check/sound_findings.h"
#include "capture/check/take_fault.h"
#include "core/error.h"
#include "media/loudness.h"
#include "media/track_times.h"

namespace candid::capture {

struct TakeReport {
  media::RecordingTimes times;
  SoundFacts sound;          // of a take with sound
  media::Loudness loudness;  // of a take with sound
  PictureSummary picture;    // of a take with pictures
  Shows shows = Shows::Person;
  std::deque<PictureFacts> pictures;
  std::optional<LipOffset> lips;  // where they tell
  TakeFindings findings;          // errors first
  std::optional<Trim> trim;       // where it begins or ends with a long silence

  // No finding is an Error.
  bool is_fit() const;
};

// `progress` is called now and then with the share that is done. Takes of sound alone are checked for sound alone;
// takes without sound are not fit. Cancelled when stopped; otherwise fails as media::probe and the readers do. The same
// file gives the same report on every machine. Decodes everything once: a minute of 1080p takes ten seconds of one
// core.
Result<TakeReport> check_take(const std::filesystem::path& take, std::stop_token stop = {},
                              const std::function<void(double)>& progress = {});

// Judges what lies between the tracks: starts, ends, gaps and lips. Exposed for tests.
TakeFindings alignment_findings(const media::RecordingTimes& times, const std::optional<LipOffset>& lips);

}  // namespace candid::capture
