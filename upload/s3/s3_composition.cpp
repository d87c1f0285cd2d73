#include "upload/s3/s3_composition.h"

#include <algorithm>

#include <fmt/format.h>

#include "upload/s3/s3_multipart.h"

namespace candid::upload {
namespace {

uint64_t total(std::span<const ObjectRange> ranges) {
  uint64_t sum = 0;
  for (const ObjectRange& range : ranges) sum += range.length;
  return sum;
}

// Without empty ranges, and with neighbours of one object made one.
Result<std::vector<ObjectRange>> joined(std::span<const ObjectRange> ranges) {
  std::vector<ObjectRange> result;
  uint64_t size = 0;
  for (const ObjectRange& range : ranges) {
    if (range.length > kLargestObject || range.offset > kLargestObject)
      return fail(ErrorKind::InvalidInput, fmt::format("a range of {} is larger than any object", range.name));
    size += range.length;
    if (size > kLargestObject) return fail(ErrorKind::InvalidInput, "the ranges are more than S3 holds in one object");
    if (range.length == 0) continue;
    bool goes_on = !result.empty() && result.back().name == range.name &&
                   result.back().offset + result.back().length == range.offset;
    if (goes_on) {
      result.back().length += range.length;
    } else {
      result.push_back(range);
    }
  }
  return result;
}

class Planner {
 public:
  void add(const ObjectRange& range) {
    // What waits to be sent needs so much more before a part of it may be followed by another.
    uint64_t lent = waiting_.empty() ? 0 : kSmallestS3Part - total(waiting_);
    if (range.length <= lent || range.length - lent <= kSmallestS3Part) {
      wait(range);
      return;
    }
    if (lent > 0) wait({range.name, range.offset, lent});
    copy({range.name, range.offset + lent, range.length - lent});
  }

  std::vector<ComposedPart> finish() {
    flush();
    return std::move(parts_);
  }

 private:
  void wait(ObjectRange range) {
    waiting_.push_back(std::move(range));
    if (total(waiting_) >= kSmallestS3Part) flush();
  }

  void flush() {
    if (waiting_.empty()) return;
    parts_.push_back({std::move(waiting_), false});
    waiting_.clear();
  }

  // In pieces of about one size, so that none is too small.
  void copy(const ObjectRange& range) {
    uint64_t pieces = (range.length + kLargestS3Copy - 1) / kLargestS3Copy;
    for (uint64_t i = 0; i < pieces; ++i) {
      uint64_t from = range.length / pieces * i + std::min(i, range.length % pieces);
      uint64_t length = range.length / pieces + (i < range.length % pieces ? 1 : 0);
      parts_.push_back({{{range.name, range.offset + from, length}}, true});
    }
  }

  std::vector<ObjectRange> waiting_;  // less than kSmallestS3Part in all
  std::vector<ComposedPart> parts_;
};

}  // namespace

uint64_t ComposedPart::size() const {
  return total(ranges);
}

Result<std::vector<ComposedPart>> plan_composition(std::span<const ObjectRange> ranges) {
  std::vector<ObjectRange> pieces = TRY(joined(ranges));
  Planner planner;
  for (const ObjectRange& piece : pieces) planner.add(piece);
  std::vector<ComposedPart> parts = planner.finish();
  if (parts.size() > kMostParts)
    return fail(ErrorKind::InvalidInput, fmt::format("{} parts are more than S3 joins to one object", parts.size()));
  return parts;
}

}  // namespace candid::upload
