#pragma once
// A store as the web server's media library: recipes become files made of extents.

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "campaign/serving/object_files.h"
#include "track/media_library.h"
#include "upload/store.h"

namespace candid::campaign {

// References: "recipe:EDITION" (edition.h) is the MP4, "composed:EDITION" the one that lies whole in a bucket,
// "part:SHA256.jpg", "part:SHA256.png" and "part:SHA256.vtt" a part of that kind. Thread-safe.
class StoreLibrary final : public track::MediaLibrary {
 public:
  // Both outlive the library; without a bucket "composed" is the same as "recipe".
  explicit StoreLibrary(ObjectFiles& files, upload::Bucket* bucket = nullptr) : files_(files), bucket_(bucket) {}
  Result<track::MediaFile> find(std::string_view ref) const override;
  bool is_served_here(std::string_view ref) const override;
  std::vector<std::string> origins() const override;

 private:
  Result<track::MediaFile> find_composed(std::string_view edition) const;
  Result<track::MediaFile> find_recipe(std::string_view edition) const;
  Result<track::MediaFile> find_part(std::string_view name) const;

  // A recipe is parsed once a version.
  struct Cached {
    std::string version;
    track::MediaFile file;
    std::vector<std::string> parts;
  };
  ObjectFiles& files_;
  upload::Bucket* bucket_;
  mutable std::mutex mutex_;
  mutable std::map<std::string, std::shared_ptr<const Cached>, std::less<>> recipes_;
};

std::string video_ref(const std::string& edition);
std::string composed_ref(const std::string& edition);
bool is_composed_ref(std::string_view ref);
std::string poster_ref(const std::string& part);
std::string captions_ref(const std::string& part);  // "" for ""
std::string logo_ref(const std::string& part);

}  // namespace candid::campaign
