#include "track/web/open_files.h"

#include <algorithm>
#include <fstream>

#include <sys/resource.h>

namespace candid::track {
namespace {

// For the ledger's files and connections, those to a remote store, the log.
constexpr uint64_t kOwnFiles = 128;
// Its socket, an object that is held open, and the extent that is on its way.
constexpr uint64_t kFilesOfConnection = 3;
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
  uint64_t room = open_files > kOwnFiles ? (open_files - kOwnFiles) / kFilesOfConnection : 0;
  return std::min<uint64_t>(wanted, std::max<uint64_t>(room, 1));
}

}  // namespace candid::track
