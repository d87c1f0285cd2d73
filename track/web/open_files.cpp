#include "track/web/open_files.h"

#include <algorithm>
#include <fstream>

#include <sys/resource.h>

#include "track/held_file.h"

namespace candid::track {
namespace {

// What the process itself has open at most, rounded up: its streams, queues and listeners (16), the ledger's files or
// connections (32), connections to a remote store that are idle (32) or fetch parts into files (8 workers, 4 parts
// each: 64), uploads that workers write (64), media that are sent (one file a socket thread: send_file.h), connections
// to the metrics (16), and those that are accepted and being closed to make room (16).
constexpr uint64_t kOwnFiles = 256;
// A connection is its socket alone, as media are open only while bytes are taken from them.
constexpr uint64_t kFilesOfConnection = 1;
// Linux's own choice of fs.nr_open, for where it cannot be read.
constexpr uint64_t kMostOfKernel = 1 << 20;

}  // namespace

uint64_t raise_open_file_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return 1024;  // what POSIX systems have at least, in practice
  const rlim_t most = reachable_open_files(limit.rlim_max);
  if (limit.rlim_cur >= most) return limit.rlim_cur;
  // The kernel judges the hard limit, too, even where it stays: the second lowers one that it would not take.
  for (const rlimit& raised : {rlimit{most, limit.rlim_max}, rlimit{most, most}}) {
    if (::setrlimit(RLIMIT_NOFILE, &raised) == 0) return most;
  }
  return limit.rlim_cur;
}

uint64_t reachable_open_files(uint64_t hard_limit) {
  uint64_t most = 0;
  if (std::ifstream file("/proc/sys/fs/nr_open"); !(file >> most)) most = kMostOfKernel;
  return std::min(hard_limit, most);
}

size_t connections_within(uint64_t open_files, size_t wanted) {
  constexpr uint64_t kOthers = kOwnFiles + kMostHeldFiles;
  const uint64_t room = open_files > kOthers ? (open_files - kOthers) / kFilesOfConnection : 0;
  return std::min<uint64_t>(wanted, std::max<uint64_t>(room, 1));
}

}  // namespace candid::track
