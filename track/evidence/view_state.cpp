#include "track/evidence/view_state.h"

#include <algorithm>
#include <array>

namespace candid::track {
namespace {

// In the order of the enum.
constexpr std::array<std::string_view, 20> kNames = {
    "sent",
    "delivered",
    "mail_image_only",
    "machine_preview",
    "machine_scanner",
    "machine_automation",
    "machine_crawler",
    "machine_agent",
    "machine_monitor",
    "prefetch",
    "page_unverified",
    "page_human",
    "played",
    "viewed",
    "watched_25",
    "watched_50",
    "watched_75",
    "watched_95",
    "owner_excluded",
    "invalid_event",
};

}  // namespace

std::string_view to_string(ViewState state) {
  return kNames.at(static_cast<size_t>(state));
}

std::optional<ViewState> view_state(std::string_view name) {
  const auto* found = std::find(kNames.begin(), kNames.end(), name);
  if (found == kNames.end()) return std::nullopt;
  return static_cast<ViewState>(found - kNames.begin());
}

}  // namespace candid::track
