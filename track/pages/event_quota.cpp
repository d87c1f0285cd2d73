#include "track/pages/event_quota.h"

#include <fmt/format.h>

namespace candid::track {

void EventQuota::bound(HttpResponse& response) {
  if (response.record.empty()) return;
  const Event& first = response.record.front();
  // Each kind by itself, so that a flood of page loads hides no video that was fetched.
  if (!requests_.wait_or_add(fmt::format("{} {}", first.link_id, to_string(first.kind)))) return;
  response.record.clear();
}

std::optional<std::chrono::seconds> EventQuota::wait_or_add_report(int64_t link_id) {
  return reports_.wait_or_add(fmt::to_string(link_id));
}

}  // namespace candid::track
