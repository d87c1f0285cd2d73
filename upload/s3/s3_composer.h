#pragma once
// The parts of a composition (s3_composition.h): copied inside the bucket, or sent from what this machine has.

#include <functional>
#include <string>
#include <vector>

#include "upload/s3/s3_composition.h"
#include "upload/s3/s3_multipart.h"

namespace candid::upload {

using ReadRange = std::function<Result<std::vector<uint8_t>>(const ObjectRange&)>;

// The bytes of a part that is not copied. Corrupt when `read` gives other than the range's length.
Result<std::string> read_part(const ComposedPart& part, const ReadRange& read);

class S3ComposedParts final : public S3PartSource {
 public:
  S3ComposedParts(S3Client& client, std::string name, std::vector<ComposedPart> parts, const ReadRange& read)
      : client_(client), name_(std::move(name)), parts_(std::move(parts)), read_(read) {}

  size_t count() const override { return parts_.size(); }
  uint64_t size_of(size_t index) const override { return parts_[index].size(); }
  Result<std::optional<S3Part>> send(size_t index, const std::string& id, const std::function<void(uint64_t)>& on_sent,
                                     const std::stop_token& stop) override;
  // What was copied is known by nothing: an earlier composition is begun anew, which costs little.
  Result<bool> is_same(size_t, const S3Part&) override { return false; }

 private:
  Result<std::optional<S3Part>> send_bytes(size_t index, const std::string& id,
                                           const std::function<void(uint64_t)>& on_sent, const std::stop_token& stop);

  S3Client& client_;
  const std::string name_;
  const std::vector<ComposedPart> parts_;
  const ReadRange& read_;
};

}  // namespace candid::upload
