#include "track/pages/tracking_policy.h"

#include <nlohmann/json.hpp>

namespace candid::track {
namespace {

constexpr size_t kRememberedLinks = 20'000;

bool agrees(const Event& event) {
  nlohmann::json body = nlohmann::json::parse(event.body, nullptr, false);
  return body.is_object() && body.value("agreed", nlohmann::json()) == true;
}

}  // namespace

bool may_store(Recording recording, EventKind kind, bool is_data_request) {
  switch (recording) {
    case Recording::On:
      return true;
    case Recording::Stopped:
      return kind == EventKind::Reply || kind == EventKind::Reaction;
    case Recording::AskFirst:
      return kind == EventKind::Consent || (kind == EventKind::Reply && is_data_request);
    case Recording::Counted:
    case Recording::Off:
      return kind == EventKind::Reply && is_data_request;
  }
  return false;
}

Event stripped(Event event, Recording recording) {
  if (recording == Recording::On) return event;
  event.session.clear();
  event.sequence.reset();
  event.agent.clear();
  event.network.clear();
  return event;
}

Result<Recording> TrackingPolicy::recording(const LinkRecord& link, const PageContent& page) {
  switch (page.tracking) {
    case Tracking::Off:
      return Recording::Off;
    case Tracking::Aggregate:
      return link.do_not_track ? Recording::Off : Recording::Counted;
    case Tracking::Individual:
      return link.do_not_track ? Recording::Stopped : Recording::On;
    case Tracking::Consent:
      break;
  }
  if (link.do_not_track) return Recording::Stopped;
  return TRY(has_agreed(link)) ? Recording::On : Recording::AskFirst;
}

Result<bool> TrackingPolicy::has_agreed(const LinkRecord& link) {
  {
    std::lock_guard lock(mutex_);
    if (agreed_.contains(link.id)) return true;
  }
  bool agreed = false;
  for (const LinkHistory& history : TRY(ledger_.history(link.message_id))) {
    if (history.link.id != link.id) continue;
    for (const Event& event : history.events) {
      if (event.kind == EventKind::Consent) agreed = agrees(event);  // the latest counts
    }
  }
  if (!agreed) return false;
  std::lock_guard lock(mutex_);
  if (agreed_.size() >= kRememberedLinks) agreed_.clear();  // the ledger knows them
  agreed_.insert(link.id);
  return true;
}

}  // namespace candid::track
