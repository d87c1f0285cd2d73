#pragma once
// Internal to track. The events of a session that others tell, request by request and report by report.

#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "track/evidence/outside_bodies.h"
#include "track/evidence/outside_fields.h"
#include "track/evidence/outside_timeline.h"

namespace candid::track {

// What the line's requests come to.
struct AddedRequests {
  bool page = false;
  bool video = false;
  bool all_in_advance = false;  // there were some for the page, and each was a prefetch
  double first = 0;             // when the first was made, in seconds of the line's clock
  double page_at = 0;           // when the page was first asked for; else as `first`
  std::string token{};          // of the link that was asked for, where a path tells it
  int links = 0;                // that were asked for within ten seconds, where paths tell of several; else 0
};
// The line's "requests", and those that stand among its "events"; the page, once, where it tells of neither.
AddedRequests add_requests(EventMaker& events, const OutsideFields& line);

// "GET page", "HEAD /v/…": a request that is told in two words.
nlohmann::json request_from_text(const std::string& text);

// "click": a report of which no more than the name is told.
nlohmann::json report_from_text(const std::string& text);
// Whether what stands among the reports is a request.
bool is_request(const OutsideFields& event);

// Whether it is told to be the recruiter's, or to show what only theirs does; of a line, or of a request.
bool is_by_owner(const OutsideFields& from);

// The agent of a request, its own or of its headers; at most as long as a ledger keeps it.
std::optional<std::string> agent_in(const OutsideFields& request);
// Every agent that is told there.
std::vector<std::string> agents_in(const OutsideFields& request);

// What a report takes from the line around it.
struct LineContext {
  const OutsideFields& line;
  double page_at = 0;
  bool seen = true;                    // whether a page of which nothing is told was visible
  std::optional<double> wall{};        // how long all of it took
  std::optional<double> started_ms{};  // after load, when the line's own inputs may have started the video
};

// The line's "events": what the page's script reported.
struct ToldEvents {
  std::vector<ToldReport> reports{};     // without a body: of what cannot be
  std::optional<double> loaded_at{};     // of the first load
  std::optional<double> play_at{};       // of the first play
  std::optional<double> activated_at{};  // of the first trusted input that may start a video
  bool plays = false;                    // seconds of the video were played
};
// `ignored` gets, in words, those that mean nothing here.
ToldEvents read_reports(const LineContext& context, std::vector<std::string>& ignored);

// The events, with what browsers put into their "detail".
std::vector<OutsideFields> events_of(const OutsideFields& line);
// The line's "heartbeats", of which each is a beat; none where they are only counted.
std::vector<OutsideFields> beats_of(const OutsideFields& line);

// Whether a person started the video, as the line's "play" tells it; none where it does not.
std::optional<bool> start_in(const OutsideFields& play);

}  // namespace candid::track
