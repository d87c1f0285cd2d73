#include "capture/desk/disk_warning.h"

#include <fmt/format.h>

namespace candid::capture {
namespace {

constexpr Microseconds kDiskWarning = std::chrono::minutes(10);

}  // namespace

std::optional<std::string> disk_warning(const RecordState& state) {
  if (!state.time_left || *state.time_left >= kDiskWarning) return std::nullopt;
  return fmt::format("the disk has room for {} more", format_duration(*state.time_left));
}

}  // namespace candid::capture
