#pragma once
// Beside each clip that was cut here, GREETINGS/ID.greeting.json: whom it greets. It stays right when the sittings,
// which are gigabytes, are deleted. Format: docs/formats.md.

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "campaign/greetings/greeting_words.h"
#include "core/error.h"

namespace candid::campaign {

// A clip that was cut out of a sitting.
struct CutRecord {
  std::string candidate;  // id
  GreetingWords said;
  std::string digest;              // SHA-256 of the clip's file, hexadecimal; empty: nothing was to be heard, no clip
  std::vector<std::string> flaws;  // capture::to_string(CutFlaw)
  bool operator==(const CutRecord&) const = default;
};

std::filesystem::path note_path(const std::filesystem::path& clip);

Result<void> write_note(const std::filesystem::path& clip, const CutRecord& record);
// Nothing where there is none: the clip is not of our making. A note that is no note has no digest, and so fits no
// clip.
Result<std::optional<CutRecord>> read_note(const std::filesystem::path& clip);

}  // namespace candid::campaign
