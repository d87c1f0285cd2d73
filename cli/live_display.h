#pragma once
// A few lines of a terminal that are written anew again and again, below what was printed before.

#include <string>
#include <vector>

namespace candid::cli {

// On stderr. One thread.
class LiveDisplay {
 public:
  LiveDisplay() = default;
  LiveDisplay(const LiveDisplay&) = delete;
  LiveDisplay& operator=(const LiveDisplay&) = delete;
  ~LiveDisplay() { clear(); }

  // Each at most as wide as the terminal: wrapped() makes them so. ANSI colours take no width.
  void show(const std::vector<std::string>& lines);
  void clear();

  static int columns();  // of the terminal; 80 where that cannot be told
  static int rows();     // 24 where that cannot be told; what does not fit is left out, from the end

 private:
  size_t lines_shown_ = 0;
  std::string shown_;
};

// Words on as many lines as they need. Width is counted in terminal cells (wcwidth), without control characters.
std::vector<std::string> wrapped(const std::string& text, int columns);

}  // namespace candid::cli
