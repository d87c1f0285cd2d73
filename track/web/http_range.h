#pragma once
// Which bytes a request asks for: the Range header of RFC 9110 §14, and the extents that hold those bytes.

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "track/media_library.h"

namespace candid::track {

struct ByteRange {
  uint64_t first = 0;
  uint64_t length = 0;
  bool operator==(const ByteRange&) const = default;
};

enum class RangeAnswer {
  Whole,          // 200: no range, one we cannot read, or several (a server may ignore any Range, §14.2)
  Part,           // 206
  Unsatisfiable,  // 416
};

struct RequestedRange {
  RangeAnswer answer = RangeAnswer::Whole;
  ByteRange range;  // of Part; of Whole: everything
  bool operator==(const RequestedRange&) const = default;
};

// `header` is the value of Range, empty when there is none.
RequestedRange parse_range(std::string_view header, uint64_t size);

// §13.1.5: a range holds only while the strong entity tag is the same. A date or a weak tag never matches here.
bool if_range_allows(std::string_view if_range, std::string_view quoted_etag);

// The extents, cut so that they are exactly `range`.
std::vector<Extent> slice(const std::vector<Extent>& extents, ByteRange range);

}  // namespace candid::track
