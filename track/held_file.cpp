#include "track/held_file.h"

#include <atomic>
#include <cerrno>

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

namespace candid::track {
namespace {

// Of the process, as its files are.
std::atomic<size_t> held_files{0};

}  // namespace

Result<std::shared_ptr<HeldFile>> HeldFile::open(const std::filesystem::path& path, int flags) {
  std::shared_ptr<HeldFile> held(new HeldFile);  // counts before it opens
  if (held_files.fetch_add(1) >= kMostHeldFiles) {
    return tl::unexpected(
        Error(ErrorKind::Io, "too many files are on their way to their readers", "try again in a few seconds")
            .retry_may_help());
  }
  // Not to wait for a writer, should it be a pipe.
  held->descriptor_ = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | flags);
  if (held->descriptor_ < 0 || ::fstat(held->descriptor_, &held->facts_) != 0) {
    const int code = errno;
    return tl::unexpected(system_error(code, "cannot open a file to send it"));
  }
  if (S_ISREG(held->facts_.st_mode)) return held;
  return fail(ErrorKind::NotFound, "what is to be sent is no file");
}

HeldFile::~HeldFile() {
  if (descriptor_ >= 0) ::close(descriptor_);
  --held_files;
}

Extent HeldFile::extent() const {
  return {fmt::format("/proc/self/fd/{}", descriptor_), 0, size()};
}

}  // namespace candid::track
