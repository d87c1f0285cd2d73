#pragma once
// Objects and uploads in memory, and failures on demand, for tests of the API above the door.

#include <map>
#include <mutex>
#include <optional>
#include <string>

#include <fmt/format.h>

#include "core/digest.h"
#include "core/encoding.h"
#include "track/api/object_door.h"

namespace candid::track::test {

class MemoryDoor final : public ObjectDoor {
 public:
  std::map<std::string, std::string> objects;
  std::map<std::string, std::string> uploads;
  std::optional<Error> failure{};  // of whatever comes next

  Result<MediaFile> find(std::string_view name) override {
    if (failure) return tl::unexpected(*failure);
    auto found = objects.find(std::string(name));
    if (found == objects.end()) return fail(ErrorKind::NotFound, fmt::format("no object \"{}\"", name));
    MediaFile file;
    file.content_type = "application/octet-stream";
    file.etag = to_hex(sha256(found->second)).substr(0, 8);
    file.size = found->second.size();
    file.extents = {{std::filesystem::path("/objects") / name, 0, file.size}};
    return file;
  }

  Result<void> remove(std::string_view name) override {
    if (failure) return tl::unexpected(*failure);
    objects.erase(std::string(name));
    return {};
  }

  Result<uint64_t> received(const ObjectUpload& upload) override {
    if (failure) return tl::unexpected(*failure);
    if (is_whole(upload)) return upload.size;
    return uploads[upload.name].size();
  }

  Result<uint64_t> append(const ObjectUpload& upload, uint64_t offset, std::span<const uint8_t> bytes) override {
    if (failure) return tl::unexpected(*failure);
    if (offset == 0 && is_whole(upload)) return upload.size;
    std::string& sofar = uploads[upload.name];
    if (offset != sofar.size()) return fail(ErrorKind::Exists, "another piece was first");
    sofar.append(bytes.begin(), bytes.end());
    if (sofar.size() < upload.size) return sofar.size();
    std::string whole = std::exchange(sofar, {});
    if (to_hex(sha256(whole)) != upload.sha256) return fail(ErrorKind::Corrupt, "not what its digest says");
    objects[upload.name] = whole;
    return upload.size;
  }

 private:
  bool is_whole(const ObjectUpload& upload) const {
    auto found = objects.find(upload.name);
    return found != objects.end() && to_hex(sha256(found->second)) == upload.sha256;
  }
};

}  // namespace candid::track::test
