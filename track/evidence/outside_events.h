#pragma once
// Internal to track. The events of a session that others tell, request by request and report by report.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "track/evidence/event.h"
#include "track/evidence/outside_fields.h"

namespace candid::track {

std::chrono::milliseconds milliseconds_of(double seconds);

inline constexpr double kLongestVisitSeconds = 366 * 24 * 3600.0;
inline constexpr double kLongestVideoSeconds = 24 * 3600.0;
// Clocks that count from when a session began stay below it; those that count from 1970 do not.
inline constexpr double kEpochLike = 1e8;

// Makes the events of one session, told in seconds of the line's clock.
class EventMaker {
 public:
  EventMaker(LinkHistory& history, UtcTime began, std::string agent, std::string network)
      : history_(history), began_(began), agent_(std::move(agent)), network_(std::move(network)) {}

  // Under the line's agent, or its own.
  void request(EventKind kind, double at, const nlohmann::json& body, const std::optional<std::string>& agent = {});
  // Without a sequence, the one after the highest so far.
  void report(EventKind kind, double at, const nlohmann::json& body, std::optional<int64_t> sequence = std::nullopt,
              const std::optional<std::string>& agent = {});
  // A report of what cannot be.
  void impossible(double at);

 private:
  void add(EventKind kind, double at, const nlohmann::json& body, std::optional<int64_t> sequence,
           const std::optional<std::string>& agent);

  LinkHistory& history_;
  UtcTime began_;
  std::string agent_;
  std::string network_;
  int64_t next_ = 0;
};

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

// The agent of a request, its own or of its headers; at most as long as a ledger keeps it.
std::optional<std::string> agent_in(const OutsideFields& request);

// What a report takes from the line around it.
struct LineContext {
  double page_at = 0;
  bool seen = true;              // whether a page of which nothing is told was visible
  std::optional<double> wall{};  // how long all of it took
};

// The line's "events": what the page's script reported. `ignored` gets, in words, those that mean nothing here.
void add_reports(EventMaker& events, const OutsideFields& line, const LineContext& context,
                 std::vector<std::string>& ignored);

// Milliseconds since load, as an input or a play tells them; `loaded`: when that was, by the line's clock.
std::optional<double> since_load(const OutsideFields& from, double loaded);

// Whether the page is told to have been visible.
std::optional<bool> told_visible(const OutsideFields& from);
std::optional<bool> told_trusted(const OutsideFields& from);

// Bodies as the page's script would send them. They throw BadField. Without `ms` the body tells none.
nlohmann::json load_body(const OutsideFields& from, bool seen);
nlohmann::json input_body(const OutsideFields& from, std::optional<double> ms);
nlohmann::json play_body(const OutsideFields& from, std::optional<double> ms);
nlohmann::json progress_body(const OutsideFields& from, const FieldKey& ranges);

// How long the ranges are, all together.
double length_of(const nlohmann::json& ranges);

}  // namespace candid::track
