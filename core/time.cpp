#include "core/time.h"

#include <charconv>
#include <cmath>
#include <ctime>
#include <vector>

#include <fmt/chrono.h>
#include <fmt/format.h>

namespace candid {
namespace {

constexpr std::string_view kDurationHint = R"(a time reads "1.5s", "250ms", "2m", "1:30" or "1:02:03")";
// Longer than any recording we handle, and far from overflow.
constexpr double kLongestSeconds = 7 * 24 * 3600.0;

bool parse_number(std::string_view text, double& value) {
  if (text.empty()) return false;
  for (char c : text) {
    if ((c < '0' || c > '9') && c != '.') return false;
  }
  auto [end, status] = std::from_chars(text.data(), text.data() + text.size(), value);
  return status == std::errc{} && end == text.data() + text.size();
}

}  // namespace

Result<Microseconds> parse_duration(std::string_view text) {
  auto wrong = [&] {
    return fail(ErrorKind::InvalidInput, fmt::format("\"{}\" is not a time", text), std::string(kDurationHint));
  };
  std::string_view rest = text;
  bool negative = false;
  if (!rest.empty() && rest.front() == '-') {
    negative = true;
    rest.remove_prefix(1);
  }
  double seconds = 0;
  if (rest.find(':') != std::string_view::npos) {
    std::vector<double> parts;
    while (true) {
      size_t colon = rest.find(':');
      double part = 0;
      if (!parse_number(rest.substr(0, colon), part)) return wrong();
      if (!parts.empty() && part >= 60) return wrong();
      // Only seconds, the last part, have a fraction.
      if (colon != std::string_view::npos && part != std::floor(part)) return wrong();
      parts.push_back(part);
      if (colon == std::string_view::npos) break;
      rest.remove_prefix(colon + 1);
    }
    if (parts.size() > 3) return wrong();
    for (double part : parts) seconds = seconds * 60 + part;
  } else {
    double scale = 1;
    if (rest.ends_with("ms")) {
      scale = 0.001;
      rest.remove_suffix(2);
    } else if (rest.ends_with("s")) {
      rest.remove_suffix(1);
    } else if (rest.ends_with("m")) {
      scale = 60;
      rest.remove_suffix(1);
    } else {
      return wrong();
    }
    if (!parse_number(rest, seconds)) return wrong();
    seconds *= scale;
  }
  if (seconds > kLongestSeconds) return wrong();
  auto micros = static_cast<int64_t>(std::llround(seconds * 1e6));
  return Microseconds(negative ? -micros : micros);
}

std::string format_duration(Microseconds duration) {
  if (duration.count() < 0) return "-" + format_duration(-duration);
  int64_t tenths = (duration.count() + 50'000) / 100'000;
  if (tenths < 600) return fmt::format("{}.{} s", tenths / 10, tenths % 10);
  int64_t seconds = (duration.count() + 500'000) / 1'000'000;
  if (seconds < 3600) return fmt::format("{}:{:02}", seconds / 60, seconds % 60);
  return fmt::format("{}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60);
}

std::string format_utc(UtcTime time) {
  return fmt::format("{:%Y-%m-%dT%H:%M:%S}Z", fmt::gmtime(std::chrono::system_clock::to_time_t(time)));
}

Result<UtcTime> parse_utc(std::string_view text) {
  std::tm parts{};
  std::string copy(text);
  const char* end = strptime(copy.c_str(), "%Y-%m-%dT%H:%M:%SZ", &parts);
  std::tm same = parts;  // timegm turns the 30th of February into the 2nd of March
  std::time_t seconds = timegm(&same);
  if (end == nullptr || *end != '\0' || same.tm_mday != parts.tm_mday || same.tm_hour != parts.tm_hour) {
    return fail(ErrorKind::InvalidInput, fmt::format("\"{}\" is not a UTC time", text), "write 2026-01-31T09:30:00Z");
  }
  return std::chrono::time_point_cast<std::chrono::milliseconds>(std::chrono::system_clock::from_time_t(seconds));
}

const Clock& Clock::system() {
  class SystemClock final : public Clock {
    UtcTime now() const override {
      return std::chrono::time_point_cast<std::chrono::milliseconds>(std::chrono::system_clock::now());
    }
  };
  static const SystemClock clock;
  return clock;
}

}  // namespace candid
