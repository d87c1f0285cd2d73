#include "tests/fuzz/target.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include <unistd.h>

#include "core/log.h"

namespace candid::fuzz {

std::string_view take_line(std::string_view& text) {
  size_t end = std::min(text.find('\n'), text.size());
  std::string_view line = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return line;
}

void broken(std::string_view claim) {
  std::fprintf(stderr, "\nbroken claim: %.*s\n", static_cast<int>(claim.size()), claim.data());
  std::abort();
}

void prepare_process() {
  log::set_level(log::Level::Off);
  if (access("/dev/shm", W_OK | X_OK) == 0) setenv("TMPDIR", "/dev/shm", 0);
}

}  // namespace candid::fuzz
