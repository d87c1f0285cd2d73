#pragma once
// Internal to track. The events of a session that others tell: requests as they come, and reports put into one order,
// whichever way they were told.

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "track/evidence/event.h"

namespace candid::track {

std::chrono::milliseconds milliseconds_of(double seconds);

// A report of the page's script, as it was told.
struct ToldReport {
  EventKind kind = EventKind::Beat;
  double at = 0;  // seconds of the line's clock
  // As the script would send it. "trusted" of a play is null where nothing tells how the video was started.
  nlohmann::json body{};
  std::optional<int64_t> sequence{};
  std::optional<std::string> agent{};
  bool activates = false;  // an input that may start a video
};

// Makes the events of one session, told in seconds of the line's clock.
class EventMaker {
 public:
  EventMaker(LinkHistory& history, UtcTime began, std::string agent, std::string network)
      : history_(history), began_(began), agent_(std::move(agent)), network_(std::move(network)) {}

  // Under the line's agent, or its own.
  void request(EventKind kind, double at, const nlohmann::json& body, const std::optional<std::string>& agent = {});
  // Reports wait for finish().
  void report(ToldReport report) { reports_.push_back(std::move(report)); }
  // A report of what cannot be.
  void impossible(double at);
  // Nothing of what was played can be: the video has no such length.
  void forget_playing();

  // Once, when all is told. Where every report has a sequence, these count. Else all get one by their times, those of
  // one moment as they were told, and what is there twice by kind and sequence counts once. A play of which nothing
  // tells how it was started was started by a person where a trusted input that may do so came before it.
  void finish();
  // The whole session also under another name of the browser.
  void also_under(const std::string& agent);

 private:
  void put_in_order();
  void settle_plays();
  void add(EventKind kind, double at, const nlohmann::json& body, std::optional<int64_t> sequence,
           const std::optional<std::string>& agent);

  LinkHistory& history_;
  UtcTime began_;
  std::string agent_;
  std::string network_;
  std::vector<ToldReport> reports_;
};

}  // namespace candid::track
