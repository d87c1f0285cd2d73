#include "track/evidence/outside_timeline.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <utility>

namespace candid::track {
namespace {

using nlohmann::json;

constexpr const char* kOneSession = "session";

bool is_impossible(const ToldReport& report) {
  return report.body.is_null();
}

bool is_trusted(const json& body) {
  auto trusted = body.find("trusted");
  return trusted != body.end() && *trusted == true;
}

// Of those that are there twice, the first stays.
void drop_repeats(std::vector<ToldReport>& reports) {
  std::set<std::pair<EventKind, int64_t>> seen;
  auto is_repeat = [&](const ToldReport& report) {
    return report.sequence && !seen.emplace(report.kind, *report.sequence).second;
  };
  // Not std::remove_if, which may ask about them in any order.
  std::vector<ToldReport> kept;
  for (ToldReport& report : reports) {
    if (!is_repeat(report)) kept.push_back(std::move(report));
  }
  reports = std::move(kept);
}

}  // namespace

std::chrono::milliseconds milliseconds_of(double seconds) {
  return std::chrono::milliseconds(std::llround(seconds * 1000));
}

void EventMaker::request(EventKind kind, double at, const json& body, const std::optional<std::string>& agent) {
  add(kind, at, body, std::nullopt, agent);
}

void EventMaker::impossible(double at) {
  ToldReport report;
  report.at = at;
  reports_.push_back(std::move(report));
}

void EventMaker::forget_playing() {
  for (ToldReport& report : reports_) {
    if (!is_impossible(report) && report.body.contains("ranges")) report.body["ranges"] = json::array();
  }
}

void EventMaker::put_in_order() {
  const bool numbered = std::all_of(reports_.begin(), reports_.end(),
                                    [](const ToldReport& report) { return report.sequence || is_impossible(report); });
  std::stable_sort(reports_.begin(), reports_.end(),
                   [](const ToldReport& a, const ToldReport& b) { return a.at < b.at; });
  if (!numbered) {
    drop_repeats(reports_);
    for (size_t i = 0; i < reports_.size(); ++i) reports_[i].sequence = static_cast<int64_t>(i);
    return;
  }
  int64_t next = 0;
  for (const ToldReport& report : reports_) next = std::max(next, report.sequence.value_or(-1) + 1);
  for (ToldReport& report : reports_) {
    if (!report.sequence) report.sequence = next++;
  }
  std::stable_sort(reports_.begin(), reports_.end(),
                   [](const ToldReport& a, const ToldReport& b) { return *a.sequence < *b.sequence; });
}

void EventMaker::settle_plays() {
  bool activated = false;
  for (ToldReport& report : reports_) {
    if (report.kind == EventKind::Input) activated |= report.activates && is_trusted(report.body);
    if (report.kind != EventKind::Play || !report.body["trusted"].is_null()) continue;
    report.body["trusted"] = activated;
    report.body["ms"] = nullptr;  // it is no input of its own
  }
}

void EventMaker::finish() {
  put_in_order();
  settle_plays();
  for (const ToldReport& report : reports_) add(report.kind, report.at, report.body, report.sequence, report.agent);
  reports_.clear();
}

void EventMaker::also_under(const std::string& agent) {
  // A request counts as often as it stands there; told twice, a page's says nothing new.
  auto is_page = [](const Event& event) { return event.kind == EventKind::Page; };
  auto is_any = [](const Event& event) { return event.kind != EventKind::MediaEnd; };
  auto found = std::find_if(history_.events.begin(), history_.events.end(), is_page);
  if (found == history_.events.end()) found = std::find_if(history_.events.begin(), history_.events.end(), is_any);
  if (found == history_.events.end()) return;
  Event again = *found;
  again.sequence.reset();  // a repeat of it would not be looked at
  again.agent = agent;
  history_.events.push_back(std::move(again));
}

void EventMaker::add(EventKind kind, double at, const json& body, std::optional<int64_t> sequence,
                     const std::optional<std::string>& agent) {
  Event event;
  event.link_id = history_.link.id;
  event.session = kOneSession;
  event.sequence = sequence;
  event.received_at = began_ + milliseconds_of(at);
  event.kind = kind;
  event.body = body.dump();
  event.agent = agent.value_or(agent_);
  event.network = network_;
  history_.events.push_back(std::move(event));
}

}  // namespace candid::track
