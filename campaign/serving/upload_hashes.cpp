#include "campaign/serving/upload_hashes.h"

namespace candid::campaign {
namespace {

constexpr size_t kMostUploads = 4096;

}  // namespace

std::optional<Sha256Hasher> UploadHashes::take(const FileIdentity& file) {
  std::lock_guard lock(mutex_);
  auto found = hashers_.extract(file);
  return found ? std::optional(std::move(found.mapped())) : std::nullopt;
}

void UploadHashes::keep(const FileIdentity& file, Sha256Hasher hasher) {
  std::lock_guard lock(mutex_);
  // Those that are given up are never taken. All at once: then the files are read.
  if (hashers_.size() >= kMostUploads) hashers_.clear();
  hashers_.insert_or_assign(file, std::move(hasher));
}

}  // namespace candid::campaign
