#pragma once
// A finished segment, remembered: which part holds its bytes, and how its frames lie there. File format:
// docs/formats.md.

#include <string>
#include <string_view>

#include "core/error.h"
#include "encode/segment.h"

namespace candid::encode {

struct SegmentRecord {
  std::string key;   // hash of everything that the bytes depend on
  std::string part;  // SHA-256, 64 hexadecimal digits
  SegmentIndex index;

  uint64_t size() const;  // of the part, bytes
};

std::string to_json(const SegmentRecord& record);
// Corrupt when it is not a whole record.
Result<SegmentRecord> parse_segment_record(std::string_view json);

}  // namespace candid::encode
