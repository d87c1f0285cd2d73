#include "track/web/http_range.h"

#include <algorithm>
#include <charconv>

#include "track/web/ascii.h"

namespace candid::track {
namespace {

constexpr std::string_view kDigits = "0123456789";

// A number too large for 64 bits is still a number: it lies behind the end of every file.
std::optional<uint64_t> parse_position(std::string_view text) {
  if (text.empty() || text.find_first_not_of(kDigits) != std::string_view::npos) return std::nullopt;
  uint64_t value = 0;
  auto [end, status] = std::from_chars(text.data(), text.data() + text.size(), value);
  return status == std::errc{} ? value : UINT64_MAX;
}

std::string_view strip(std::string_view text) {
  size_t first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

// "0-99", "100-", "-5"; nothing for what is none of these. One that lies behind the end has no length.
std::optional<ByteRange> parse_spec(std::string_view spec, uint64_t size) {
  size_t dash = spec.find('-');
  if (dash == std::string_view::npos) return std::nullopt;
  if (dash == 0) {  // the last N bytes
    auto count = parse_position(spec.substr(1));
    if (!count) return std::nullopt;
    uint64_t length = std::min(*count, size);
    return ByteRange{size - length, length};
  }
  auto first = parse_position(spec.substr(0, dash));
  if (!first) return std::nullopt;
  uint64_t last = UINT64_MAX;
  if (dash + 1 < spec.size()) {
    auto given = parse_position(spec.substr(dash + 1));
    if (!given || *given < *first) return std::nullopt;
    last = *given;
  }
  if (*first >= size) return ByteRange{size, 0};
  return ByteRange{*first, std::min(last, size - 1) - *first + 1};
}

// Those of the list that can be satisfied; nothing where one of them is no range, or they are too many.
std::optional<std::vector<ByteRange>> parse_list(std::string_view list, uint64_t size) {
  std::vector<ByteRange> ranges;
  size_t specs = 0;
  while (true) {
    size_t comma = list.find(',');
    std::string_view spec = strip(list.substr(0, comma));
    // A recipient takes empty elements of a list for nothing (§5.6.1.2).
    if (!spec.empty()) {
      auto range = parse_spec(spec, size);
      if (!range || ++specs > kMostRanges) return std::nullopt;
      if (range->length > 0) ranges.push_back(*range);
    }
    if (comma == std::string_view::npos) break;
    list.remove_prefix(comma + 1);
  }
  if (specs == 0) return std::nullopt;
  return ranges;
}

bool overlap(const ByteRange& a, const ByteRange& b) {
  return a.first < b.end() && b.first < a.end();
}

std::vector<ByteRange> without_overlaps(const std::vector<ByteRange>& asked) {
  std::vector<ByteRange> joined;
  for (ByteRange range : asked) {
    auto place = static_cast<std::ptrdiff_t>(joined.size());
    // What was joined may reach another one then; they are few.
    while (true) {
      auto other = std::find_if(joined.begin(), joined.end(), [&](const ByteRange& b) { return overlap(range, b); });
      if (other == joined.end()) break;
      uint64_t begin = std::min(range.first, other->first);
      range = {begin, std::max(range.end(), other->end()) - begin};
      place = std::min(place, other - joined.begin());
      joined.erase(other);
    }
    joined.insert(joined.begin() + place, range);
  }
  return joined;
}

}  // namespace

RequestedRanges parse_ranges(std::string_view header, uint64_t size) {
  const RequestedRanges whole{RangeAnswer::Whole, {{0, size}}};
  header = strip(header);
  size_t equals = header.find('=');
  if (equals == std::string_view::npos || !equal_ignoring_case(header.substr(0, equals), "bytes")) return whole;
  auto ranges = parse_list(header.substr(equals + 1), size);
  if (!ranges) return whole;
  if (ranges->empty()) return {RangeAnswer::Unsatisfiable, {}};
  uint64_t left = size;
  for (const ByteRange& range : *ranges) {
    if (range.length > left) return whole;
    left -= range.length;
  }
  return {RangeAnswer::Part, without_overlaps(*ranges)};
}

RequestedRange parse_range(std::string_view header, uint64_t size) {
  RequestedRanges several = parse_ranges(header, size);
  if (several.answer == RangeAnswer::Unsatisfiable) return {RangeAnswer::Unsatisfiable, {}};
  if (several.answer == RangeAnswer::Whole || several.ranges.size() > 1) return {RangeAnswer::Whole, {0, size}};
  return {several.answer, several.ranges.front()};
}

bool if_range_allows(std::string_view if_range, std::string_view quoted_etag) {
  return if_range.empty() || if_range == quoted_etag;
}

std::vector<Extent> slice(const std::vector<Extent>& extents, ByteRange range) {
  std::vector<Extent> cut;
  uint64_t skip = range.first;
  uint64_t wanted = range.length;
  for (const Extent& extent : extents) {
    if (wanted == 0) break;
    if (skip >= extent.length) {
      skip -= extent.length;
      continue;
    }
    uint64_t take = std::min(extent.length - skip, wanted);
    cut.push_back({extent.file, extent.offset + skip, take});
    skip = 0;
    wanted -= take;
  }
  return cut;
}

}  // namespace candid::track
