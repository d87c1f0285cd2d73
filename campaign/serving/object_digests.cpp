#include "campaign/serving/object_digests.h"

#include <cerrno>

#include <fmt/format.h>
#include <sys/stat.h>

namespace candid::campaign {
namespace {

constexpr size_t kMostKnown = 20'000;

}  // namespace

Result<ObjectDigests::Identity> ObjectDigests::identity_of(const std::filesystem::path& file) {
  struct stat facts {};
  if (::stat(file.c_str(), &facts) != 0) {
    int code = errno;
    return tl::unexpected(system_error(code, fmt::format("cannot look at {}", file.string())));
  }
  return Identity{facts.st_dev, facts.st_ino, static_cast<uint64_t>(facts.st_size), facts.st_mtim.tv_sec,
                  facts.st_mtim.tv_nsec};
}

Result<Sha256> ObjectDigests::of(const std::filesystem::path& file) {
  Identity identity = TRY(identity_of(file));
  {
    std::lock_guard lock(mutex_);
    auto found = known_.find(identity);
    if (found != known_.end() && clock_.now() - found->second.since < kRemembered) return found->second.digest;
  }
  if (std::get<2>(identity) < kLarge) return read(file, identity);
  std::unique_lock turn(large_, std::try_to_lock);
  if (turn.owns_lock()) return read(file, identity);
  return tl::unexpected(
      Error(ErrorKind::Io, "the server is comparing another large object with its digest", "ask again in some seconds")
          .retry_may_help());
}

Result<Sha256> ObjectDigests::read(const std::filesystem::path& file, const Identity& identity) {
  Sha256 digest = TRY(sha256_file(file));
  auto afterwards = identity_of(file);
  if (afterwards && *afterwards == identity) remember(file, digest);
  return digest;
}

void ObjectDigests::remember(const std::filesystem::path& file, const Sha256& digest) {
  auto identity = identity_of(file);
  if (!identity) return;
  std::lock_guard lock(mutex_);
  // All at once: who is asked about is asked about again, and then it is soon known again.
  if (known_.size() >= kMostKnown) known_.clear();
  known_[*identity] = {digest, clock_.now()};
}

}  // namespace candid::campaign
