#pragma once
// What is said in a take: the lines of a script, and where each one was spoken.

#include <filesystem>
#include <string>
#include <vector>

#include "core/error.h"
#include "core/time.h"

namespace candid::capture {

using Script = std::vector<std::string>;  // one line a sentence or two, UTF-8

// A line as it was spoken, on the take's timeline.
struct ScriptMark {
  std::string text;
  Microseconds start{0};
  Microseconds end{0};
  bool operator==(const ScriptMark&) const = default;
};

// A recruiter's word after an interview, about twenty seconds long.
Script default_script();

// A text file with one line said after the other; blank lines and lines that begin with # are left out. InvalidInput
// when no line is left.
Result<Script> read_script(const std::filesystem::path& path);

}  // namespace candid::capture
