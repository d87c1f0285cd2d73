#pragma once
// What a visit proves, in words that do not change: they are shown, exported and compared.

#include <optional>
#include <string_view>

namespace candid::track {

// Weakest first; the last two stand apart and never count for a candidate.
enum class ViewState {
  Sent,
  Delivered,
  MailImageOnly,
  MachinePreview,
  MachineScanner,
  MachineAutomation,
  MachineCrawler,
  MachineAgent,
  MachineMonitor,
  Prefetch,
  PageUnverified,
  PageHuman,
  Played,
  Viewed,
  Watched25,
  Watched50,
  Watched75,
  Watched95,
  OwnerExcluded,
  InvalidEvent,
};

// "sent", "machine_preview", "watched_25", …
std::string_view to_string(ViewState state);
std::optional<ViewState> view_state(std::string_view name);

inline bool is_machine(ViewState state) {
  return state >= ViewState::MachinePreview && state <= ViewState::Prefetch;
}

}  // namespace candid::track
