#pragma once
// One thing found wrong in the user's files, precise enough to go and mend it. Findings are collected, so that a person
// sees all of them at once, before any work.

#include <string>
#include <string_view>
#include <vector>

namespace candid {

enum class Severity { Note, Warning, Error };
std::string_view to_string(Severity severity);  // "note", "warning", "error"

struct Finding {
  Severity severity = Severity::Error;
  std::string file;    // as the user named it; may be empty
  int line = 0;        // 1-based; 0: the whole file
  std::string column;  // of a roster: the header; of campaign.toml: the key, "layer[2].start"
  std::string message;
  std::string hint;  // what to try; may be empty

  // "campaign.toml:14: layer[2].start: "3 apples" is not a time"
  std::string describe() const;
};

using Findings = std::vector<Finding>;

bool has_errors(const Findings& findings);

}  // namespace candid
