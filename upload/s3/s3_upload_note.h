#pragma once
// What is written down about a multipart upload before its first part is sent (UploadNotes): enough for a later run to
// go on with it, or to give it up.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace candid::upload {

struct S3UploadNote {
  std::string store{};  // S3Client::identity(): a note of another store is none
  std::string id{};     // "": an upload was about to be made, and may have been
  uint64_t size = 0;    // of the object
  uint64_t part_size = 0;
  std::string content{};  // any text that another content would not have
  // There may be uploads of this object that nobody knows, as the answer that named them was lost.
  bool has_strays = false;

  bool operator==(const S3UploadNote&) const = default;
};

std::string to_text(const S3UploadNote& note);
// Nothing for a note of another kind of store, or one that is damaged.
std::optional<S3UploadNote> parse_s3_upload_note(std::string_view text);

}  // namespace candid::upload
