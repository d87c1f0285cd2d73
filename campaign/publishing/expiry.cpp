#include "campaign/publishing/expiry.h"

#include <charconv>

#include <fmt/format.h>

#include "core/text.h"

namespace candid::campaign {
namespace {

constexpr int kMostDays = 3650;

}  // namespace

UtcTime Expiry::after(UtcTime given_out) const {
  return moment ? *moment : given_out + std::chrono::days(days.value_or(0));
}

Result<Expiry> parse_expiry(std::string_view text) {
  const char* end = text.data() + text.size();
  int days = 0;
  auto number = std::from_chars(text.data(), end, days);
  bool is_days = number.ec == std::errc{} && std::string_view(number.ptr, end) == "d";
  if (is_days && days >= 1 && days <= kMostDays) return Expiry{days, {}};
  // "2026-12-31" alone: what else parse_utc takes is for programs.
  if (text.size() == 10) {
    auto day = parse_utc(fmt::format("{}T00:00:00Z", text));
    if (day) return Expiry{{}, *day + std::chrono::days(1)};
  }
  return fail(ErrorKind::InvalidInput, fmt::format("\"{}\" is neither a number of days nor a date", shorten(text, 30)),
              fmt::format("\"30d\" (1d to {}d), or the last day: \"2026-12-31\"", kMostDays));
}

}  // namespace candid::campaign
