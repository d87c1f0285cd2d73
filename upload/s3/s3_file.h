#pragma once
// A file as the parts of a multipart upload: each is read once for both of its digests, sent with its SHA-256 signed,
// and what the store says of it is compared.

#include <filesystem>
#include <mutex>
#include <optional>
#include <vector>

#include "upload/s3/line_speed.h"
#include "upload/s3/s3_multipart.h"

namespace candid::upload {

constexpr uint64_t kLargestPut = 8 << 20;  // what is sent in one request on any line

// From the size alone, so that every run cuts a file alike: at least 8 MiB, at most 10,000 parts. InvalidInput for more
// than S3 holds in one object (5 TiB).
Result<uint64_t> s3_part_size(uint64_t size);

class S3FileParts final : public S3PartSource {
 public:
  // The file holds `size` bytes. `line` learns from every part that arrives; it and the client outlive this.
  S3FileParts(S3Client& client, LineSpeed& line, std::string name, std::filesystem::path file, uint64_t size,
              uint64_t part_size);

  size_t count() const override { return digests_.size(); }
  uint64_t size_of(size_t index) const override;
  Result<std::optional<S3Part>> send(size_t index, const std::string& id, const std::function<void(uint64_t)>& on_sent,
                                     const std::stop_token& stop) override;
  Result<bool> is_same(size_t index, const S3Part& there) override;

  // The SHA-256 of the whole, from one reading that serves the digests of all parts as well; ends when a stop is
  // requested.
  Result<Sha256> sha256(const std::stop_token& stop);
  // The ETag that the whole object has where the service forms it of the content.
  Result<std::string> etag();

 private:
  Result<StretchDigests> digests(size_t index);
  net::FileRange range(size_t index) const;

  S3Client& client_;
  LineSpeed& line_;
  const std::string name_;
  const std::filesystem::path file_;
  const uint64_t size_;
  const uint64_t part_size_;
  std::mutex mutex_;  // guards digests_
  std::vector<std::optional<StretchDigests>> digests_;
};

}  // namespace candid::upload
