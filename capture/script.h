#pragma once
// What is said in a take: the lines of a script, and where each one was spoken.

#include <string>
#include <vector>

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

}  // namespace candid::capture
