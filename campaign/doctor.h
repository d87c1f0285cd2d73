#pragma once
// What this machine can do, and the remedy for what it cannot.

#include <filesystem>
#include <string>
#include <vector>

namespace candid::campaign {

struct Check {
  std::string name;  // "H.264 encoder"
  bool is_fine = false;
  bool is_needed = true;  // else a convenience: its lack stops no main job
  std::string detail;     // what was found
  std::string remedy;     // when it is not fine
};

// `data` is where ledger and store are, or will be.
std::vector<Check> examine_machine(const std::filesystem::path& data);

}  // namespace candid::campaign
