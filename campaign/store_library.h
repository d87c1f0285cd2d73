#pragma once
// A folder store as the web server's media library: recipes become files made of extents.

#include <map>
#include <memory>
#include <mutex>

#include "track/media_library.h"
#include "upload/folder_store.h"

namespace candid::campaign {

// References: "recipe:MESSAGE_ID" is the MP4, "part:SHA256.jpg" and "part:SHA256.vtt" a part of that kind. Thread-safe.
class StoreLibrary final : public track::MediaLibrary {
 public:
  explicit StoreLibrary(const upload::FolderStore& store) : store_(store) {}
  Result<track::MediaFile> find(std::string_view ref) const override;

 private:
  Result<track::MediaFile> find_recipe(std::string_view message_id) const;
  Result<track::MediaFile> find_part(std::string_view name) const;

  // A recipe is parsed once a version of its file.
  struct Cached {
    std::filesystem::file_time_type written;
    track::MediaFile file;
  };
  const upload::FolderStore& store_;
  mutable std::mutex mutex_;
  mutable std::map<std::string, Cached, std::less<>> recipes_;
};

std::string video_ref(const std::string& message_id);
std::string poster_ref(const std::string& part);
std::string captions_ref(const std::string& part);  // "" for ""

}  // namespace candid::campaign
