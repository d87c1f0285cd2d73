#include "campaign/serving/object_digests.h"

#include <algorithm>
#include <cerrno>
#include <vector>

#include <fcntl.h>
#include <fmt/format.h>

namespace candid::campaign {
namespace {

constexpr size_t kMostKnown = 20'000;
constexpr size_t kMostWaiting = 1'000;
constexpr size_t kReadBytes = 1 << 20;

Error failed(std::string_view doing, const std::filesystem::path& file) {
  int code = errno;
  return system_error(code, fmt::format("cannot {} {}", doing, file.string()));
}

Error not_read_yet() {
  return Error(ErrorKind::Io, "the server is comparing large objects with their digests",
               "ask again in some seconds: it goes on meanwhile")
      .retry_may_help();
}

}  // namespace

Result<Sha256> ObjectDigests::of(const std::filesystem::path& file) {
  FileIdentity identity = TRY(identity_of(file));
  {
    std::unique_lock lock(mutex_);
    if (auto digest = known(identity)) return std::move(*digest);
    if (identity.size >= kLarge) {
      queue(file, identity);
      read_.wait_for(lock, wait_, [&] { return known(identity).has_value(); });
      auto digest = known(identity);
      return digest ? std::move(*digest) : tl::unexpected(not_read_yet());
    }
  }
  return read(file, {});
}

void ObjectDigests::remember(const FileIdentity& file, const Sha256& digest) {
  std::lock_guard lock(mutex_);
  remember_locked(file, digest);
}

std::optional<Result<Sha256>> ObjectDigests::known(const FileIdentity& file) const {
  auto found = known_.find(file);
  if (found == known_.end()) return std::nullopt;
  const Known& entry = found->second;
  std::chrono::milliseconds lasts = entry.digest ? std::chrono::milliseconds(kRemembered) : kFailureRemembered;
  return clock_.now() - entry.since < lasts ? std::optional(entry.digest) : std::nullopt;
}

void ObjectDigests::remember_locked(const FileIdentity& file, Result<Sha256> digest) {
  // All at once: who is asked about is asked about again, and then it is soon known again.
  if (known_.size() >= kMostKnown) known_.clear();
  known_.insert_or_assign(file, Known{std::move(digest), clock_.now()});
}

void ObjectDigests::queue(const std::filesystem::path& file, const FileIdentity& identity) {
  bool is_queued = std::any_of(waiting_.begin(), waiting_.end(),
                               [&](const Waiting& waiting) { return waiting.identity == identity; });
  if (is_queued || waiting_.size() >= kMostWaiting) return;
  if (!reader_.joinable()) {
    reader_ = std::jthread([this](const std::stop_token& stop) { read_all_that_waits(stop); });
  }
  waiting_.push_back({file, identity});
  arrived_.notify_one();
}

void ObjectDigests::read_all_that_waits(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  while (arrived_.wait(lock, stop, [&] { return !waiting_.empty(); }) && !stop.stop_requested()) {
    const Waiting next = waiting_.front();
    lock.unlock();
    auto digest = read(next.file, stop);
    lock.lock();
    if (!digest) remember_locked(next.identity, std::move(digest));
    waiting_.pop_front();
    read_.notify_all();
  }
}

// By its descriptor, so that what is remembered of a file is of its own bytes, whatever its name stands for by then.
Result<Sha256> ObjectDigests::read(const std::filesystem::path& file, const std::stop_token& stop) {
  OpenFile open(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (open.descriptor < 0) return tl::unexpected(failed("open", file));
  FileIdentity before = TRY(identity_of(open.descriptor));
  Sha256Hasher hasher;
  std::vector<uint8_t> buffer(kReadBytes);
  while (true) {
    if (stop.stop_requested()) return fail(ErrorKind::Cancelled, "stopped while an object was read");
    ssize_t got = ::read(open.descriptor, buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return tl::unexpected(failed("read", file));
    if (got == 0) break;
    hasher.update(std::span(buffer).first(static_cast<size_t>(got)));
  }
  FileIdentity after = TRY(identity_of(open.descriptor));
  Sha256 digest = hasher.finish();
  if (after == before) remember(after, digest);
  return digest;
}

}  // namespace candid::campaign
