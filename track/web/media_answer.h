#pragma once
// A stored file as the answer to GET and HEAD: conditions (RFC 9110 §13) and ranges (§14), one or several.

#include <chrono>
#include <optional>
#include <string>

#include "core/time.h"
#include "track/media_library.h"
#include "track/web/http_message.h"
#include "track/web/http_range.h"

namespace candid::track {

// What tells one state of a file from another.
struct Validators {
  std::string etag{};  // strong, in its quotes
  // Of the last change. Left out while another change could come within the same second: only then does an equal date
  // prove equal bytes (§8.8.2.2).
  std::optional<std::chrono::sys_seconds> modified{};
  UtcTime now{};
};

Validators validators_of(const MediaFile& file, UtcTime changed, UtcTime now);

enum class Condition {
  Holds,
  Unchanged,  // 304
  Failed,     // 412
};
Condition check_conditions(const HttpRequest& request, const Validators& validators);

// What the request asks for of a file of `size` bytes; everything for HEAD, for which ranges mean nothing, and where
// If-Range names another state.
RequestedRanges wanted_ranges(const HttpRequest& request, const Validators& validators, uint64_t size);

// 200, 206, 304, 412 or 416, without headers about caching. Several ranges are parts of a multipart/byteranges.
HttpResponse media_answer(const HttpRequest& request, const MediaFile& file, const Validators& validators);

}  // namespace candid::track
