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
  uint64_t end() const { return first + length; }
  bool operator==(const ByteRange&) const = default;
};

enum class RangeAnswer {
  Whole,          // 200: no range, one we cannot read, or more than anybody needs (a server may ignore any, §14.2)
  Part,           // 206
  Unsatisfiable,  // 416
};

// What asks for more ranges than this is answered whole: each part of an answer has a head of its own, so that a short
// header could ask for a large answer.
inline constexpr size_t kMostRanges = 32;

struct RequestedRanges {
  RangeAnswer answer = RangeAnswer::Whole;
  // Of Part one or more, none of which overlaps another, in the order in which they were asked for; of Whole one:
  // everything.
  std::vector<ByteRange> ranges{};
  bool operator==(const RequestedRanges&) const = default;
};

// `header` is the value of Range, empty when there is none. Ranges that overlap are joined where the first of them
// stands (§15.3.7.2); those that lie behind the end are left out while others remain. Ranges that ask for more bytes
// than there are, all together, are answered whole.
RequestedRanges parse_ranges(std::string_view header, uint64_t size);

struct RequestedRange {
  RangeAnswer answer = RangeAnswer::Whole;
  ByteRange range;  // of Part; of Whole: everything
  bool operator==(const RequestedRange&) const = default;
};

// The same for who sends one range at most: several are answered whole.
RequestedRange parse_range(std::string_view header, uint64_t size);

// §13.1.5: a range holds only while the strong entity tag is the same. A date or a weak tag never matches here.
bool if_range_allows(std::string_view if_range, std::string_view quoted_etag);

// The extents, cut so that they are exactly `range`.
std::vector<Extent> slice(const std::vector<Extent>& extents, ByteRange range);

}  // namespace candid::track
