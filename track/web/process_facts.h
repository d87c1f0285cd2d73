#pragma once
// What the kernel knows of this process; Linux's /proc is read here, and only here. Internal to track.

#include <cstdint>

namespace candid::track {

struct ProcessFacts {
  double start_seconds = 0;     // since 1970
  double cpu_seconds = 0;       // in user and kernel mode
  uint64_t resident_bytes = 0;  // memory
  uint64_t open_files = 0;
  uint64_t most_files = 0;
};

// What cannot be read is zero.
ProcessFacts process_facts();

}  // namespace candid::track
