#pragma once
// The seam to stored objects for the API: names and bytes, no knowledge of what they are. Implemented over a store by
// whoever composes the server.

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "core/error.h"
#include "track/media_library.h"

namespace candid::track {

// One upload: this object, of this size, with this SHA-256 (hexadecimal). What has come of it survives a restart.
struct ObjectUpload {
  std::string name;
  uint64_t size = 0;
  std::string sha256;
};

// Thread-safe. InvalidInput for a bad name. Of one upload, one request at a time is served, and nobody waits while an
// object of gigabytes is compared: others get an Io that a retry helps with.
class ObjectDoor {
 public:
  virtual ~ObjectDoor() = default;
  // As it is served; NotFound when it is not there.
  virtual Result<MediaFile> find(std::string_view name) = 0;
  virtual Result<void> remove(std::string_view name) = 0;
  // Bytes of the upload that are here and durable.
  virtual Result<uint64_t> received(const ObjectUpload& upload) = 0;
  // Adds bytes at `offset`, which must be what received() says (Exists otherwise, as another request was first). With
  // the last byte the whole is compared with its SHA-256 and appears under its name; Corrupt when it differs, and the
  // upload starts anew. Returns the bytes that are durable now.
  virtual Result<uint64_t> append(const ObjectUpload& upload, uint64_t offset, std::span<const uint8_t> bytes) = 0;
};

}  // namespace candid::track
