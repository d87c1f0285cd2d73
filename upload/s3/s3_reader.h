#pragma once
// Reading objects, and knowing that what came is what is there: by its length, by its MD5 where the ETag is one, and by
// the name of a part. What came otherwise is read again, and in the end Corrupt.

#include <filesystem>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "upload/s3/s3_client.h"

namespace candid::upload {

// At most 1 GiB. NotFound when it is not there.
Result<std::vector<uint8_t>> s3_read(S3Client& client, std::string_view name);
// The file appears whole or not at all.
Result<void> s3_read_to_file(S3Client& client, std::string_view name, const std::filesystem::path& file);

// What an object is to be.
struct S3Expected {
  uint64_t size = 0;
  std::string etag{};                        // where the service forms it of the content
  std::function<Result<Sha256>()> sha256{};  // asked only where the ETag does not tell
};
enum class S3State { Same, Missing, Other };
// Compares what is there: by its ETag, else by reading it back.
Result<S3State> s3_compare(S3Client& client, std::string_view name, const S3Expected& expected,
                           const std::stop_token& stop);

}  // namespace candid::upload
