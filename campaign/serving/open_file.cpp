#include "campaign/serving/open_file.h"

#include <cerrno>

#include <fmt/format.h>
#include <sys/stat.h>

namespace candid::campaign {
namespace {

FileIdentity identity_in(const struct stat& facts) {
  return {facts.st_dev, facts.st_ino, static_cast<uint64_t>(facts.st_size), facts.st_mtim.tv_sec,
          facts.st_mtim.tv_nsec};
}

}  // namespace

Result<FileIdentity> identity_of(const std::filesystem::path& file) {
  struct stat facts {};
  if (::stat(file.c_str(), &facts) == 0) return identity_in(facts);
  int code = errno;
  return tl::unexpected(system_error(code, fmt::format("cannot look at {}", file.string())));
}

Result<FileIdentity> identity_of(int descriptor) {
  struct stat facts {};
  if (::fstat(descriptor, &facts) == 0) return identity_in(facts);
  int code = errno;
  return tl::unexpected(system_error(code, "cannot look at an open file"));
}

}  // namespace candid::campaign
