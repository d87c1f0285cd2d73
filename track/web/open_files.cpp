#include "track/web/open_files.h"

#include <algorithm>

#include <sys/resource.h>

namespace candid::track {
namespace {

// For the ledger's files and connections, those to a remote store, the log.
constexpr uint64_t kOwnFiles = 128;
// Its socket, an object that is held open, and the extent that is on its way.
constexpr uint64_t kFilesOfConnection = 3;

}  // namespace

uint64_t raise_open_file_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return 1024;  // what POSIX systems have at least, in practice
  rlimit raised{limit.rlim_max, limit.rlim_max};
  if (limit.rlim_cur < limit.rlim_max && ::setrlimit(RLIMIT_NOFILE, &raised) == 0) return raised.rlim_cur;
  return limit.rlim_cur;
}

size_t connections_within(uint64_t open_files, size_t wanted) {
  uint64_t room = open_files > kOwnFiles ? (open_files - kOwnFiles) / kFilesOfConnection : 0;
  return std::min<uint64_t>(wanted, std::max<uint64_t>(room, 1));
}

}  // namespace candid::track
