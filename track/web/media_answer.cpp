#include "track/web/media_answer.h"

#include <fmt/format.h>

#include "core/random.h"
#include "core/text.h"
#include "track/web/answers.h"
#include "track/web/http_date.h"

namespace candid::track {
namespace {

constexpr size_t kBoundaryBits = 128;

// How tags are compared (§8.8.3.2): for the whole file a weak one is as good, for parts it is not.
enum class Comparison { Strong, Weak };

// Whether the list of If-Match or If-None-Match names the tag. Quotes and commas may stand inside of others' tags, so
// it is read from the front.
bool names(std::string_view list, std::string_view etag, Comparison comparison) {
  while (true) {
    size_t first = list.find_first_not_of(" \t,");
    if (first == std::string_view::npos) return false;
    list.remove_prefix(first);
    bool is_weak = list.starts_with("W/");
    std::string_view opaque = is_weak ? list.substr(2) : list;
    size_t end = opaque.starts_with('"') ? opaque.find('"', 1) : std::string_view::npos;
    if (end == std::string_view::npos) return false;  // it is no list of tags from here on
    opaque = opaque.substr(0, end + 1);
    if (opaque == etag && !(is_weak && comparison == Comparison::Strong)) return true;
    list.remove_prefix(opaque.size() + (is_weak ? 2 : 0));
  }
}

bool is_any(std::string_view list) {
  return trim(list) == "*";
}

std::optional<std::chrono::sys_seconds> date_in(const HttpRequest& request, const char* name, UtcTime now) {
  return parse_http_date(request.header(name), now);
}

bool is_reading(Method method) {
  return method == Method::Get || method == Method::Head;
}

// A tag or a date, which names this very state.
bool if_range_holds(std::string_view if_range, const Validators& validators) {
  if (if_range_allows(if_range, validators.etag)) return true;
  if (if_range.find('"') != std::string_view::npos || !validators.modified) return false;
  return parse_http_date(if_range, validators.now) == validators.modified;
}

std::string content_range(const ByteRange& range, uint64_t size) {
  return fmt::format("bytes {}-{}/{}", range.first, range.end() - 1, size);
}

void set_parts(HttpResponse& response, const MediaFile& file, const std::vector<ByteRange>& ranges) {
  const std::string boundary = random_token(kBoundaryBits);
  MediaBody body;
  auto add = [&](std::string head, const ByteRange& range) {
    body.length += head.size() + range.length;
    body.parts.push_back({std::move(head), slice(file.extents, range)});
  };
  const char* line_end = "";
  for (const ByteRange& range : ranges) {
    add(fmt::format("{}--{}\r\nContent-Type: {}\r\nContent-Range: {}\r\n\r\n", line_end, boundary, file.content_type,
                    content_range(range, file.size)),
        range);
    line_end = "\r\n";
  }
  add(fmt::format("\r\n--{}--\r\n", boundary), {});
  body.held = file.held;
  response.headers.emplace_back("Content-Type", fmt::format("multipart/byteranges; boundary={}", boundary));
  response.body = std::move(body);
}

void set_body(HttpResponse& response, const MediaFile& file, const ByteRange& range) {
  response.headers.emplace_back("Content-Type", file.content_type);
  MediaBody body;
  body.extents = slice(file.extents, range);
  body.length = range.length;
  body.held = file.held;
  response.body = std::move(body);
}

}  // namespace

Validators validators_of(const MediaFile& file, UtcTime changed, UtcTime now) {
  Validators validators;
  validators.etag = fmt::format("\"{}\"", file.etag);
  validators.now = now;
  const auto second = std::chrono::floor<std::chrono::seconds>(changed);
  if (second + std::chrono::seconds(1) <= now) validators.modified = second;
  return validators;
}

// In the order of §13.2.2.
Condition check_conditions(const HttpRequest& request, const Validators& validators) {
  const auto& modified = validators.modified;
  if (std::string_view tags = request.header("if-match"); !tags.empty()) {
    if (!is_any(tags) && !names(tags, validators.etag, Comparison::Strong)) return Condition::Failed;
  } else if (auto date = date_in(request, "if-unmodified-since", validators.now); date && modified) {
    if (*modified > *date) return Condition::Failed;
  }
  if (std::string_view tags = request.header("if-none-match"); !tags.empty()) {
    bool is_known = is_any(tags) || names(tags, validators.etag, Comparison::Weak);
    if (is_known) return is_reading(request.method) ? Condition::Unchanged : Condition::Failed;
  } else if (auto date = date_in(request, "if-modified-since", validators.now); date && modified) {
    if (is_reading(request.method) && *modified <= *date) return Condition::Unchanged;
  }
  return Condition::Holds;
}

RequestedRanges wanted_ranges(const HttpRequest& request, const Validators& validators, uint64_t size) {
  const bool counts = request.method == Method::Get && if_range_holds(request.header("if-range"), validators);
  return parse_ranges(counts ? request.header("range") : std::string_view(), size);
}

HttpResponse media_answer(const HttpRequest& request, const MediaFile& file, const Validators& validators) {
  HttpResponse response;
  const Condition condition = check_conditions(request, validators);
  if (condition == Condition::Failed) return plain_answer(412, "It is not the file that you know.\n");
  response.headers = {{"Accept-Ranges", "bytes"}, {"ETag", validators.etag}};
  if (validators.modified) response.headers.emplace_back("Last-Modified", http_date(UtcTime(*validators.modified)));
  if (condition == Condition::Unchanged) {
    response.status = 304;
    return response;
  }
  const RequestedRanges wanted = wanted_ranges(request, validators, file.size);
  if (wanted.answer == RangeAnswer::Unsatisfiable) {
    response.status = 416;
    response.headers.emplace_back("Content-Range", fmt::format("bytes */{}", file.size));
    return response;
  }
  if (wanted.answer == RangeAnswer::Part) response.status = 206;
  if (wanted.ranges.size() > 1) {
    set_parts(response, file, wanted.ranges);
    return response;
  }
  const ByteRange& range = wanted.ranges.front();
  if (wanted.answer == RangeAnswer::Part) {
    response.headers.emplace_back("Content-Range", content_range(range, file.size));
  }
  set_body(response, file, range);
  return response;
}

}  // namespace candid::track
