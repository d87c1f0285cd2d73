// The Range header: the first line is a file's size, the second the header, the third If-Range.

#include <algorithm>
#include <charconv>
#include <string>
#include <vector>

#include "tests/fuzz/target.h"
#include "track/web/http_range.h"

namespace candid::track {
namespace {

using fuzz::claim;

void check_part(const std::vector<ByteRange>& ranges, uint64_t size) {
  claim(!ranges.empty() && ranges.size() <= kMostRanges, "a part is of some ranges, and not of many");
  uint64_t total = 0;
  for (const ByteRange& range : ranges) {
    claim(range.length > 0, "no range is empty");
    claim(range.first < size && range.length <= size - range.first, "every range lies within the file");
    claim(range.length <= size - total, "all of them together are no more than the file");
    total += range.length;
  }
}

// In order of place, and joined where they touch.
std::vector<ByteRange> bytes_of(std::vector<ByteRange> ranges) {
  std::sort(ranges.begin(), ranges.end(), [](const ByteRange& a, const ByteRange& b) { return a.first < b.first; });
  std::vector<ByteRange> joined;
  for (const ByteRange& range : ranges) {
    if (!joined.empty()) claim(joined.back().end() <= range.first, "no range overlaps another");
    if (!joined.empty() && joined.back().end() == range.first) {
      joined.back().length += range.length;
    } else {
      joined.push_back(range);
    }
  }
  return joined;
}

// The same ranges, the last first.
std::string reversed(std::string_view header) {
  size_t equals = header.find('=');
  if (equals == std::string_view::npos) return std::string(header);
  std::string list;
  std::string_view rest = header.substr(equals + 1);
  while (true) {
    size_t comma = rest.find(',');
    list.insert(0, list.empty() ? "" : ",").insert(0, rest.substr(0, comma));
    if (comma == std::string_view::npos) break;
    rest.remove_prefix(comma + 1);
  }
  return std::string(header.substr(0, equals + 1)) + list;
}

// A file in three pieces, none of them where the file's bytes are.
std::vector<Extent> extents_of(uint64_t size) {
  uint64_t third = size / 3;
  return {{"/one", 1000, third}, {"/two", 5, third}, {"/one", 0, size - 2 * third}};
}

void check_slice(uint64_t size, ByteRange range) {
  uint64_t total = 0;
  for (const Extent& extent : slice(extents_of(size), range)) {
    claim(extent.length > 0, "no extent is empty");
    total += extent.length;
  }
  claim(total == range.length, "as many bytes are cut out as the range has");
}

void check(uint64_t size, std::string_view header) {
  const RequestedRanges wanted = parse_ranges(header, size);
  const RequestedRange one = parse_range(header, size);
  switch (wanted.answer) {
    case RangeAnswer::Whole:
      claim(wanted.ranges == std::vector{ByteRange{0, size}}, "all is all of the file");
      break;
    case RangeAnswer::Unsatisfiable:
      claim(wanted.ranges.empty(), "what cannot be had has no ranges");
      claim(one.answer == RangeAnswer::Unsatisfiable, "nor has it one");
      break;
    case RangeAnswer::Part:
      check_part(wanted.ranges, size);
      for (const ByteRange& range : wanted.ranges) check_slice(size, range);
      claim((one.answer == RangeAnswer::Part) == (wanted.ranges.size() == 1), "one range is one range");
      break;
  }
  const RequestedRanges other = parse_ranges(reversed(header), size);
  claim(other.answer == wanted.answer, "the order of ranges changes no answer");
  claim(bytes_of(other.ranges) == bytes_of(wanted.ranges), "nor does it change which bytes are sent");
}

}  // namespace
}  // namespace candid::track

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace candid;
  std::string_view text = fuzz::text_of(data, size);
  std::string_view number = fuzz::take_line(text);
  // No file is larger than offsets are.
  int64_t length = 0;
  if (std::from_chars(number.data(), number.data() + number.size(), length).ec != std::errc{} || length < 0) return -1;
  std::string_view header = fuzz::take_line(text);
  track::check(static_cast<uint64_t>(length), header);
  std::string_view tag = fuzz::take_line(text);
  bool allows = track::if_range_allows(tag, "\"v1\"");
  fuzz::claim(allows == (tag.empty() || tag == "\"v1\""), "a range holds for the very same bytes alone");
  return 0;
}
