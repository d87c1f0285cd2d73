#pragma once
// What the speaker sees during a sitting: whose turn it is.

#include <string>
#include <vector>

#include "core/time.h"

namespace candid::cli {

struct GreetView {
  enum class State { Ready, Recording, Paused };
  State state = State::Ready;
  std::string name;
  std::string pronunciation;     // may be empty
  std::string words;             // what to say; may be empty
  std::string next_name;         // who comes after; may be empty
  bool is_good_already = false;  // the name is up once more
  size_t number = 0;             // 1-based
  size_t total = 0;
  size_t good = 0;
  Microseconds recorded{0};
  std::string level;                  // level_bar()
  std::vector<std::string> warnings;  // about the recording: it may end soon, or lacks something
};

// For LiveDisplay: none is wider than so many columns.
std::vector<std::string> lines_of(const GreetView& view, int columns);

}  // namespace candid::cli
