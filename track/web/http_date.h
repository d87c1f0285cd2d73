#pragma once
// Times as HTTP has them (RFC 9110 §5.6.7), to the second, in GMT.

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "core/time.h"

namespace candid::track {

// "Sun, 06 Nov 1994 08:49:37 GMT"; what is below a second is cut off.
std::string http_date(UtcTime time);
// In that form, or in one of the two that are obsolete (RFC 850, asctime), which recipients must read still. A year of
// two digits that would lie more than 50 years after `now` is the past one (§5.6.7). Nothing for what is no date.
std::optional<std::chrono::sys_seconds> parse_http_date(std::string_view text, UtcTime now);

}  // namespace candid::track
