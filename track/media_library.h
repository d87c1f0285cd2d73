#pragma once
// The seam to stored media: a message's video, poster and captions by their opaque names.

#include <cstdint>
#include <filesystem>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/error.h"

namespace candid::track {

// `length` bytes of a file, from `offset`.
struct Extent {
  std::filesystem::path file;
  uint64_t offset = 0;
  uint64_t length = 0;
  bool operator==(const Extent&) const = default;
};

// Extents in their order, made once and shared: a video's are many, and each request for some of it asks for all.
class ExtentList {
 public:
  ExtentList() : ExtentList(std::vector<Extent>()) {}
  ExtentList(std::vector<Extent> extents)  // NOLINT(google-explicit-constructor): it is one
      : extents_(std::make_shared<const std::vector<Extent>>(std::move(extents))) {}
  ExtentList(std::initializer_list<Extent> extents) : ExtentList(std::vector<Extent>(extents)) {}

  operator const std::vector<Extent>&() const { return *extents_; }  // NOLINT(google-explicit-constructor)
  const Extent& at(size_t index) const { return extents_->at(index); }
  auto begin() const { return extents_->begin(); }
  auto end() const { return extents_->end(); }

 private:
  std::shared_ptr<const std::vector<Extent>> extents_;
};

// A file as it is served: its extents one after the other, `size` bytes in all. They do not change under one etag.
// Where the bytes lie in a bucket, `redirect` is a signed, short-lived address of the file instead, and there are no
// extents.
struct MediaFile {
  std::string content_type{};
  std::string etag{};  // opaque, without quotes; names these exact bytes
  uint64_t size = 0;
  ExtentList extents{};
  std::string redirect{};
  std::shared_ptr<void> held{};  // the extents stay readable while this lives; empty: they do anyway
};

class MediaLibrary {
 public:
  virtual ~MediaLibrary() = default;
  // NotFound for an unknown name. Called from several threads at once, for every request: keep it quick.
  virtual Result<MediaFile> find(std::string_view ref) const = 0;
  // Whether the bytes of this video pass through our servers, rather than come from where redirects lead. Looks nothing
  // up.
  virtual bool is_served_here(std::string_view) const { return true; }
  // Where redirects lead, "https://bucket.example.com": pages name these in their content security policy.
  virtual std::vector<std::string> origins() const { return {}; }
};

}  // namespace candid::track
