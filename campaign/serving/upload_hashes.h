#pragma once
// The SHA-256 of uploads under way, as far as they have come: pieces are hashed while they are in memory, so that a
// whole of gigabytes need not be read again at its end. Known by the file as it was left: after a restart, or when
// another program added to it, nothing is known, and the file is read. Internal to campaign.

#include <map>
#include <mutex>
#include <optional>

#include "campaign/serving/open_file.h"
#include "core/digest.h"

namespace candid::campaign {

// Thread-safe.
class UploadHashes {
 public:
  // Of all bytes of the file, to be gone on with; it is not kept any longer.
  std::optional<Sha256Hasher> take(const FileIdentity& file);
  void keep(const FileIdentity& file, Sha256Hasher hasher);

 private:
  std::mutex mutex_;
  std::map<FileIdentity, Sha256Hasher> hashers_;
};

}  // namespace candid::campaign
