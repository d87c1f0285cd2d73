#pragma once
// How a program that was run from outside ended.

#include <cstdlib>
#include <filesystem>
#include <string>

#include <nlohmann/json.hpp>
#include <sys/wait.h>

#include "core/files.h"
#include "tests/support/clips.h"
#include "tests/support/results.h"

namespace candid::test {

struct Ended {
  int code;
  std::string out, err;
  nlohmann::json json() const { return nlohmann::json::parse(out); }
};

// Runs shell words with nothing to read; what they write goes to these files.
inline Ended run_shell(const std::string& command, const std::filesystem::path& out, const std::filesystem::path& err) {
  int status = std::system((command + " >" + quoted(out) + " 2>" + quoted(err) + " </dev/null").c_str());
  return {WEXITSTATUS(status), must(read_text_file(out)), must(read_text_file(err))};
}

}  // namespace candid::test
