#include "track/evidence/event.h"

#include <array>
#include <utility>

namespace candid::track {
namespace {

// These words are stored in ledgers: never rename one.
constexpr std::array<std::pair<EventKind, std::string_view>, 15> kNames = {{
    {EventKind::Page, "page"},
    {EventKind::Head, "head"},
    {EventKind::Media, "media"},
    {EventKind::MediaEnd, "media_end"},
    {EventKind::Trap, "trap"},
    {EventKind::Load, "load"},
    {EventKind::Input, "input"},
    {EventKind::Play, "play"},
    {EventKind::Beat, "beat"},
    {EventKind::Pause, "pause"},
    {EventKind::Ended, "ended"},
    {EventKind::Hide, "hide"},
    {EventKind::Reaction, "reaction"},
    {EventKind::Reply, "reply"},
    {EventKind::Consent, "consent"},
}};

}  // namespace

std::string_view to_string(Purpose purpose) {
  return purpose == Purpose::Owner ? "owner" : "candidate";
}

std::optional<Purpose> purpose_named(std::string_view name) {
  if (name == "candidate") return Purpose::Candidate;
  if (name == "owner") return Purpose::Owner;
  return std::nullopt;
}

std::string_view to_string(EventKind kind) {
  for (const auto& [known, name] : kNames) {
    if (known == kind) return name;
  }
  return "unknown";
}

std::optional<EventKind> event_kind(std::string_view name) {
  for (const auto& [kind, known] : kNames) {
    if (known == name) return kind;
  }
  return std::nullopt;
}

}  // namespace candid::track
