#pragma once
// What the user reads: results on stdout, everything else on stderr. Colour only on a terminal and without NO_COLOR.

#include <chrono>
#include <string>
#include <string_view>

#include <nlohmann/json_fwd.hpp>

#include "core/error.h"
#include "core/finding.h"

namespace candid::cli {

class Console {
 public:
  Console();

  bool json = false;  // --json: one JSON value on stdout instead of words

  // A line of the result. Silent with --json.
  void say(std::string_view line) const;
  // "error: …" and "  try: …", on stderr.
  void error(const Error& error) const;
  void findings(const Findings& findings) const;
  // A line about the work itself, on stderr. Silent with --json.
  void note(std::string_view line) const;
  void print_json(const nlohmann::json& value) const;

  std::string strong(std::string_view text) const;
  std::string quiet(std::string_view text) const;

  bool err_is_terminal() const { return err_is_terminal_; }

 private:
  bool out_is_terminal_;
  bool err_is_terminal_;
  bool color_;
};

nlohmann::json to_json(const Findings& findings);
nlohmann::json to_json(const Error& error);

// One line that grows while work goes on: a bar on a terminal, a plain line every tenth otherwise. Not thread-safe.
class ProgressLine {
 public:
  ProgressLine(const Console& console, std::string what);
  ~ProgressLine();
  // fraction 0..1; `detail` such as "3 of 8".
  void update(double fraction, std::string_view detail);

 private:
  const Console& console_;
  std::string what_;
  std::chrono::steady_clock::time_point began_;
  int tenths_shown_ = -1;
  bool drawn_ = false;
};

}  // namespace candid::cli
