#pragma once
// The XML of S3's answers and of one request (docs.aws.amazon.com/AmazonS3/latest/API). An answer is whatever somebody
// on the network sent: its size and the number of its entries are bounded, nothing in it refers to anything outside of
// it, and no text of it is used before it is known to be harmless.

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"

namespace candid::upload {

// <Error>. Every field holds letters, digits, '.', '-' and '_' alone, or nothing.
struct S3Error {
  std::string code{};
  std::string region{};  // where the bucket is, of errors that tell
};
// Nothing when the body is no <Error>.
std::optional<S3Error> parse_s3_error(std::span<const uint8_t> body);

struct S3Part {
  int number = 0;      // from 1
  std::string etag{};  // without quotes
  uint64_t size = 0;
};
struct S3PartPage {
  std::vector<S3Part> parts{};
  std::optional<int> next{};  // the marker of the page that follows
};
// ListPartsResult.
Result<S3PartPage> parse_part_page(std::span<const uint8_t> body);

struct S3Upload {
  std::string key{};
  std::string id{};
  std::string initiated{};  // "2026-11-26T01:02:03.000Z", or whatever stood there
};
struct S3UploadPage {
  std::vector<S3Upload> uploads{};
  bool is_last = true;
  std::string next_key{};
  std::string next_id{};
};
// ListMultipartUploadsResult.
Result<S3UploadPage> parse_upload_page(std::span<const uint8_t> body);

// The upload's id from InitiateMultipartUploadResult.
Result<std::string> parse_created_upload(std::span<const uint8_t> body);
// Whether an upload was finished: a CompleteMultipartUploadResult. The ETag that it names, or "", as Ceph's may name
// none.
Result<std::string> parse_completed_upload(std::span<const uint8_t> body);
// The ETag of a part that was copied, from CopyPartResult, without quotes.
Result<std::string> parse_copied_part(std::span<const uint8_t> body);

// The body of CompleteMultipartUpload.
std::string complete_upload_body(std::span<const S3Part> parts);

// A header's or element's ETag without quotes; nothing when it is none (RFC 9110 §8.8.3's characters, at most 256).
std::optional<std::string> plain_etag(std::string_view text);

}  // namespace candid::upload
