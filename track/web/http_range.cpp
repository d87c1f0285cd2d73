#include "track/web/http_range.h"

#include <algorithm>
#include <charconv>

#include "core/text.h"

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

}  // namespace

RequestedRange parse_range(std::string_view header, uint64_t size) {
  const RequestedRange whole{RangeAnswer::Whole, {0, size}};
  const RequestedRange unsatisfiable{RangeAnswer::Unsatisfiable, {}};
  header = strip(header);
  size_t equals = header.find('=');
  if (equals == std::string_view::npos || to_lower(header.substr(0, equals)) != "bytes") return whole;
  std::string_view spec = strip(header.substr(equals + 1));
  size_t dash = spec.find('-');
  if (dash == std::string_view::npos || spec.find(',') != std::string_view::npos) return whole;

  if (dash == 0) {  // the last N bytes
    auto count = parse_position(spec.substr(1));
    if (!count) return whole;
    if (*count == 0 || size == 0) return unsatisfiable;
    uint64_t length = std::min(*count, size);
    return {RangeAnswer::Part, {size - length, length}};
  }
  auto first = parse_position(spec.substr(0, dash));
  if (!first) return whole;
  uint64_t last = UINT64_MAX;
  if (dash + 1 < spec.size()) {
    auto given = parse_position(spec.substr(dash + 1));
    if (!given || *given < *first) return whole;
    last = *given;
  }
  if (*first >= size) return unsatisfiable;
  return {RangeAnswer::Part, {*first, std::min(last, size - 1) - *first + 1}};
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
