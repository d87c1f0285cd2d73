#pragma once
// A folder store as the API's objects (track/api/object_door.h). Bytes of uploads under way lie in STORE/.uploads, one file
// an upload, and are on the disk before an answer says so; what nobody added to for a week is removed.

#include <atomic>
#include <filesystem>
#include <memory>

#include "core/time.h"
#include "track/api/object_door.h"
#include "upload/folder_store.h"

namespace candid::campaign {

class PartialUpload;

// Several programs may have a door to the same folder. A name any part of which begins with a dot is InvalidInput:
// those are the store's own files.
class StoreDoor final : public track::ObjectDoor {
 public:
  // The store and the clock outlive the door.
  static Result<std::unique_ptr<StoreDoor>> open(upload::FolderStore& store, const Clock& clock = Clock::system());

  Result<track::MediaFile> find(std::string_view name) override;
  Result<void> remove(std::string_view name) override;
  Result<uint64_t> received(const track::ObjectUpload& upload) override;
  Result<uint64_t> append(const track::ObjectUpload& upload, uint64_t offset, std::span<const uint8_t> bytes) override;

  // Removes uploads that nobody added to for a week; how many there were. Done in passing, too.
  Result<int> remove_stale_uploads();

 private:
  StoreDoor(upload::FolderStore& store, const Clock& clock, std::filesystem::path uploads)
      : store_(store), clock_(clock), uploads_(std::move(uploads)) {}
  // Where an object of this name lies, once it is there.
  Result<std::filesystem::path> path_of(std::string_view name) const;
  // The same for one that is to be made: InvalidInput where it would lie below another, or others below it, or where a
  // part's name is not its digest.
  Result<std::filesystem::path> place_for(const track::ObjectUpload& upload) const;
  std::filesystem::path partial_of(const track::ObjectUpload& upload) const;
  // The object is there already, with these bytes.
  Result<bool> is_whole(const track::ObjectUpload& upload) const;
  Result<void> finish(PartialUpload& partial, const track::ObjectUpload& upload);
  void remove_stale_uploads_in_passing();

  upload::FolderStore& store_;
  const Clock& clock_;
  const std::filesystem::path uploads_;
  std::atomic<int64_t> cleaned_at_ms_ = 0;
};

}  // namespace candid::campaign
