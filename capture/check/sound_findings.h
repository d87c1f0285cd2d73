#pragma once
// Judges what SoundCheck measured. The limits and where they come from stand in sound_findings.cpp.

#include <optional>

#include "capture/check/sound_check.h"
#include "capture/check/take_fault.h"

namespace candid::capture {

// Of sound that is there. Silence around the voice is not judged here.
TakeFindings sound_findings(const SoundFacts& facts);

// What to leave out at both ends so that the take begins shortly before the first word and ends shortly after the last.
struct Trim {
  Microseconds start{0};  // from the take's start
  Microseconds end{0};    // from its end
  // As campaign.toml has it: trim = ["0.8s", "-0.5s"]
  std::string line() const;
  bool operator==(const Trim&) const = default;
};

// Nothing when the voice fills the take, or there is none.
std::optional<Trim> offered_trim(const SoundFacts& facts, Microseconds take_length);
TakeFindings silence_findings(const SoundFacts& facts, Microseconds take_length);

}  // namespace candid::capture
