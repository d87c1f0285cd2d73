#pragma once
// How an object is put together of ranges of others inside a bucket. S3's rules
// (docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html, .../API/API_UploadPartCopy.html): every part but the last
// has at least 5 MiB, none more than 5 GiB, there are at most 10,000; a range may be copied only of an object that is
// larger than 5 MiB. Pure: plans, and transfers nothing.

#include <span>
#include <vector>

#include "core/error.h"
#include "upload/store.h"

namespace candid::upload {

constexpr uint64_t kSmallestS3Part = 5 << 20;
constexpr uint64_t kLargestS3Copy = uint64_t{5} << 30;

struct ComposedPart {
  // One range that the store copies, or the bytes of all of them, in order, sent by us (at most 10 MiB).
  std::vector<ObjectRange> ranges{};
  bool is_copied = false;
  uint64_t size() const;
};

// The parts in order; together exactly the ranges. Empty ranges count for nothing. A range is copied where it is long
// enough; what is sent by us is no more than the rules ask for. InvalidInput for a range that overflows, and for more
// parts, or a larger object, than S3 takes. One part that is not copied is a plain PUT.
Result<std::vector<ComposedPart>> plan_composition(std::span<const ObjectRange> ranges);

}  // namespace candid::upload
