#pragma once
// Time. Media time is std::chrono::microseconds everywhere outside libav; wall time is UTC.

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/error.h"

namespace candid {

using Microseconds = std::chrono::microseconds;
using UtcTime = std::chrono::sys_time<std::chrono::milliseconds>;

constexpr double to_seconds(Microseconds time) {
  return std::chrono::duration<double>(time).count();
}

// A frame rate or time base as an exact fraction (30000/1001 is 29.97 fps).
struct Rational {
  int num = 0;
  int den = 1;
  double value() const { return static_cast<double>(num) / den; }
  bool operator==(const Rational&) const = default;
};

// "1.5s", "90s", "250ms", "2m", "m:ss", "m:ss.mmm", "h:mm:ss". A leading "-" is allowed and kept.
Result<Microseconds> parse_duration(std::string_view text);

// "20.0 s", "1:05", "1:02:05".
std::string format_duration(Microseconds duration);

// "2026-11-22T10:15:00Z"
std::string format_utc(UtcTime time);
Result<UtcTime> parse_utc(std::string_view text);

// The wall clock as a seam, so that tests choose the time.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual UtcTime now() const = 0;
  static const Clock& system();
};

}  // namespace candid
