#pragma once
// A folder store as the API's objects (track/api/object_door.h). Bytes of uploads under way lie in STORE/.uploads, one
// file an upload, and are on the disk before an answer says so; what nobody added to for a week is removed.
//
// The ledger lies on the same disk, and a full one would keep links from being revoked: pieces are NoSpace where less
// than a reserve would be left.

#include <atomic>
#include <filesystem>
#include <memory>

#include "campaign/serving/object_digests.h"
#include "campaign/serving/upload_hashes.h"
#include "core/time.h"
#include "track/api/object_door.h"
#include "upload/folder_store.h"

namespace candid::campaign {

class PartialUpload;

// The bytes of a disk of this size that stay free of objects: the larger of 512 MB and 2 %, but at most an eighth.
uint64_t reserve_of_disk(uint64_t disk_bytes);

// Several programs may have a door to the same folder. A name any part of which begins with a dot is InvalidInput:
// those are the store's own files. So is an upload under a name that publishing does not use, as others could lie below
// it, or it below others: parts/xx/SHA256, recipes/NAME.json, videos/NAME.mp4 and the store's identity are taken.
class StoreDoor final : public track::ObjectDoor {
 public:
  // The store and the clock outlive the door. The first door to a store makes its folder private (0700), as its videos
  // are; who lets others in afterwards is not overruled.
  static Result<std::unique_ptr<StoreDoor>> open(upload::FolderStore& store, const Clock& clock = Clock::system(),
                                                 uint64_t (*reserve)(uint64_t disk_bytes) = reserve_of_disk);

  Result<track::MediaFile> find(std::string_view name) override;
  Result<void> remove(std::string_view name) override;
  Result<uint64_t> received(const track::ObjectUpload& upload) override;
  Result<uint64_t> append(const track::ObjectUpload& upload, uint64_t offset, std::span<const uint8_t> bytes) override;

  // Removes uploads that nobody added to for a week; how many there were. Done in passing, too.
  Result<int> remove_stale_uploads();

 private:
  using Reserve = uint64_t (*)(uint64_t disk_bytes);
  StoreDoor(upload::FolderStore& store, const Clock& clock, std::filesystem::path uploads, Reserve reserve)
      : store_(store), clock_(clock), uploads_(std::move(uploads)), reserve_(reserve), digests_(clock) {}
  // Where an object of this name lies, once it is there.
  Result<std::filesystem::path> path_of(std::string_view name) const;
  // The same for one that is to be made: InvalidInput for a name that publishing does not use, where it would lie below
  // another, or others below it, or where a part's name is not its digest.
  Result<std::filesystem::path> place_for(const track::ObjectUpload& upload) const;
  std::filesystem::path partial_of(const track::ObjectUpload& upload) const;
  // The object is there already, with these bytes. Parts are compared as well: who publishes with --verify asks for it.
  Result<bool> is_whole(const track::ObjectUpload& upload);
  // NoSpace where so many bytes more would leave less than the reserve.
  Result<void> check_reserve(uint64_t bytes) const;
  // Adds the bytes, and goes on with the upload's SHA-256 where it is known.
  Result<void> add(PartialUpload& partial, const track::ObjectUpload& upload, std::span<const uint8_t> bytes);
  Result<void> finish(PartialUpload& partial, const track::ObjectUpload& upload);
  void remove_stale_uploads_in_passing();

  upload::FolderStore& store_;
  const Clock& clock_;
  const std::filesystem::path uploads_;
  const Reserve reserve_;
  ObjectDigests digests_;
  UploadHashes hashes_;
  std::atomic<int64_t> cleaned_at_ms_ = 0;
};

}  // namespace candid::campaign
