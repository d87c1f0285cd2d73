#pragma once
// Internal to track. The events of a session that others tell, request by request and report by report.

#include <cstdint>
#include <optional>
#include <string>

#include <nlohmann/json_fwd.hpp>

#include "track/evidence/event.h"
#include "track/evidence/outside_fields.h"

namespace candid::track {

std::chrono::milliseconds milliseconds_of(double seconds);

inline constexpr double kLongestVisitSeconds = 366 * 24 * 3600.0;
inline constexpr double kLongestVideoSeconds = 24 * 3600.0;

// Makes the events of one session, told in seconds since it began.
class EventMaker {
 public:
  EventMaker(LinkHistory& history, UtcTime began, std::string agent, std::string network)
      : history_(history), began_(began), agent_(std::move(agent)), network_(std::move(network)) {}

  void request(EventKind kind, double at, const nlohmann::json& body);
  // Without a sequence, the one after the highest so far.
  void report(EventKind kind, double at, const nlohmann::json& body, std::optional<int64_t> sequence = std::nullopt);

 private:
  void add(EventKind kind, double at, const nlohmann::json& body, std::optional<int64_t> sequence);

  LinkHistory& history_;
  UtcTime began_;
  std::string agent_;
  std::string network_;
  int64_t next_ = 0;
};

// What one of the line's "requests" is; tells whether it is for the page, or the video.
struct AddedRequest {
  bool page = false;
  bool video = false;
};
AddedRequest add_request(EventMaker& events, const OutsideFields& request);

// The line's "events": what the page's script reported.
void add_reports(EventMaker& events, const OutsideFields& line);

// "GET page", "HEAD /v/…": a request that is told in two words.
nlohmann::json request_from_text(const std::string& text);

// Milliseconds since load, as an input or a play tells them.
std::optional<double> since_load(const OutsideFields& from);

// Bodies as the page's script would send them. They throw BadField. `ms` stands in where the fields do not tell it.
nlohmann::json load_body(const OutsideFields& from);
nlohmann::json input_body(const OutsideFields& from, std::optional<double> ms);
nlohmann::json play_body(const OutsideFields& from, std::optional<double> ms);
nlohmann::json progress_body(const OutsideFields& from, const FieldKey& ranges);

}  // namespace candid::track
