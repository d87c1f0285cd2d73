#pragma once
// Judges sessions that others tell, a JSON object a line (docs/views.md): how the rules are tried on cases from
// outside.

#include <functional>
#include <istream>
#include <string>
#include <vector>

#include "core/error.h"

namespace candid::track {

struct JudgedLines {
  size_t judged = 0;
  size_t refused = 0;                // lines that cannot be read
  std::vector<std::string> slips{};  // what was ignored: each once, with its first line; then how many more there are
};

// A line that cannot be read is told to `refused`, with its number (from 1) and why, and is left out. Then each other
// line's verdict is told to `verdict`, in their order, as JSON without a line break. Empty lines are no lines. Fails
// only where the input does: with InvalidInput for more lines than memory should hold.
Result<JudgedLines> judge_lines(std::istream& input, const std::function<void(const std::string&)>& verdict,
                                const std::function<void(size_t line, const Error&)>& refused);

}  // namespace candid::track
