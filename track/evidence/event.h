#pragma once
// What happened to a link, raw: requests the server saw and reports the page's script sent. Nothing is judged here
// (evidence.h does that, at read time).

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/time.h"

namespace candid::track {

// Whose link: the recruiter's own visits prove nothing about the candidate.
enum class Purpose { Candidate, Owner };
std::string_view to_string(Purpose purpose);  // "candidate", "owner"
std::optional<Purpose> purpose_named(std::string_view name);

enum class EventKind {
  // Requests, seen by the server. The body is JSON:
  Page,   // GET of the page             {"prefetch": bool}, and what the server notes of where it came from:
          //                             "from": machine_network() (networks.h), "source": [labels] (source_labels.h);
          //                             "owner": true from a browser of the recruiter's (pages/owner_cookie.h)
  Head,   // HEAD of the page or video   {}, and of the page "from" and "source"
  Media,  // GET of the video            {"first": byte, "length": bytes, "size": bytes}, and "sent": bytes of them that
          //                             left, once that transfer is over
  MediaEnd,  // the same of older ledgers, apart {"sent": bytes}
  Trap,      // the link that people cannot see {}
  // Reports of the page's script (beacon.h lists the fields).
  Load,
  Input,
  Play,
  Beat,
  Pause,
  Ended,
  Hide,
  // What a candidate says back; kept and erased with the link like every event, and never weighed as watching.
  Reaction,  // {"name": one of kReactions (beacon.h)}; the latest counts
  Reply,     // {"text": …}
  Consent,   // {"agreed": bool}; the latest counts
};

// A reaction, a reply or consent: of the person, not of a page load.
constexpr bool is_said(EventKind kind) {
  return kind == EventKind::Reaction || kind == EventKind::Reply || kind == EventKind::Consent;
}

std::string_view to_string(EventKind kind);
std::optional<EventKind> event_kind(std::string_view name);

struct Event {
  int64_t link_id = 0;
  // One page load, as the server named it when it made the page; empty for a request that belongs to no page load.
  std::string session;
  // The script's own count from 0. (link, session, sequence) is stored once, however often it arrives. Requests have
  // none: each is a fact of its own.
  std::optional<int64_t> sequence;
  UtcTime received_at{};  // the server's clock; the browser's is never asked
  EventKind kind = EventKind::Page;
  std::string body = "{}";  // JSON
  std::string agent;        // the User-Agent header
  std::string network;      // truncated address, "203.0.113.0/24"; empty once dropped (within 24 h)
};

// On what terms a link opens.
struct LinkTerms {
  std::optional<UtcTime> expires_at{};
  std::optional<int> view_limit{};  // page loads that may play the video; one that has begun may go on
  std::string passcode_hash{};      // passcode.h; empty: none is asked for
  bool may_download = false;        // the page offers the file
  bool operator==(const LinkTerms&) const = default;
};

struct LinkRecord {
  int64_t id = 0;
  std::string message_id{};
  Purpose purpose = Purpose::Candidate;
  LinkTerms terms{};
  UtcTime created_at{};
  std::optional<UtcTime> revoked_at{};
  bool do_not_track = false;  // the candidate asked; no event is stored any more
  int views = 0;              // page loads that were admitted (Ledger::admit_view)
};

// A link with all its events, in the order they were stored.
struct LinkHistory {
  LinkRecord link;
  std::vector<Event> events;
};

}  // namespace candid::track
