#include "track/pages/visit_counter.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "core/log.h"
#include "track/evidence/media_bytes.h"

namespace candid::track {
namespace {

// What a visit takes beside its texts: the lists and maps that name it.
constexpr size_t kBytesOfVisit = 1'000;

struct Opening {
  bool by_owner = false;
  std::set<std::string> sources{};
};

// Of a body that the server itself has made.
Opening read_opening(const Event& opened) {
  Opening opening;
  nlohmann::json body = nlohmann::json::parse(opened.body, nullptr, false);
  if (!body.is_object()) return opening;
  opening.by_owner = body.value("owner", false);
  for (const nlohmann::json& label : body.value("source", nlohmann::json::array())) {
    if (label.is_string()) opening.sources.insert(label.get<std::string>());
  }
  return opening;
}

bool is_end(EventKind kind) {
  return kind == EventKind::Hide || kind == EventKind::Ended;
}

SharedSigns stronger(const SharedSigns& a, const SharedSigns& b) {
  return {std::max(a.candidates, b.candidates), std::max(a.links, b.links)};
}

// Whether the ledger may hold what it says it could not add.
bool is_in_doubt(const Error& error) {
  return error.kind() == ErrorKind::Network && !error.retryable();
}

}  // namespace

void VisitCounter::begin(const LinkRecord& link, const MessageRecord& message, Event opened) {
  Opening opening = read_opening(opened);
  if (link.purpose == Purpose::Owner || opening.by_owner || opened.session.empty()) return;
  if (requests_.wait_or_add(fmt::format("{} {}", link.id, to_string(opened.kind)))) return;
  Visit visit;
  visit.session = opened.session;
  visit.link_id = link.id;
  visit.message_id = message.message_id;
  visit.campaign_id = message.campaign_id;
  visit.context.duration = message.duration;
  visit.context.media_served_here = media_.is_served_here(message.video_ref);
  visit.agent = opened.agent;
  visit.sources = std::move(opening.sources);
  visit.began = visit.heard = opened.received_at;
  visit.bytes = kBytesOfVisit + visit.agent.size();
  Visits over;
  {
    std::lock_guard lock(mutex_);
    if (by_session_.contains(visit.session)) return;
    bytes_ += visit.bytes;
    visits_.push_front(std::move(visit));
    by_session_.emplace(visits_.front().session, visits_.begin());
    of_link_[link.id].push_back(visits_.front().session);
    keep(visits_.front(), std::move(opened));
    if (const auto& sessions = of_link_[link.id]; sessions.size() > limits_.visits_of_link) {
      close(by_session_.at(sessions.front()), over);
    }
    make_room(over);
  }
  judge(std::move(over));
}

bool VisitCounter::add(Event event) {
  const bool is_report = event.sequence.has_value();  // reports have a quota of their own
  if (!is_report && requests_.wait_or_add(fmt::format("{} {}", event.link_id, to_string(event.kind)))) {
    return false;
  }
  Visits over;
  {
    std::lock_guard lock(mutex_);
    auto found = by_session_.find(event.session);
    if (found == by_session_.end() || found->second->link_id != event.link_id) return false;
    const auto visit = found->second;
    if (is_report && !visit->sequences.insert(*event.sequence).second) return false;
    visit->heard = std::max(visit->heard, event.received_at);
    if (is_report && *event.sequence > visit->last_sequence) {
      visit->last_sequence = *event.sequence;
      visit->is_left = is_end(event.kind);
    }
    keep(*visit, std::move(event));
    visits_.splice(visits_.begin(), visits_, visit);
    if (visit->events.size() >= limits_.events_of_visit || visit->bytes >= limits_.bytes_of_visit) close(visit, over);
    make_room(over);
  }
  judge(std::move(over));
  return true;
}

// The network is not even held in memory: what the rules ask of it was noted when the page was asked for.
void VisitCounter::keep(Visit& visit, Event event) {
  event.session.clear();
  event.network.clear();
  const bool is_same = event.agent == visit.agent;
  if (is_same) event.agent.clear();
  // A node of the list of sequences is as large as an event's short members.
  const size_t bytes = 2 * sizeof(Event) + event.body.size() + event.agent.size();
  visit.events.push_back(std::move(event));
  visit.by_same_agent.push_back(is_same);
  visit.bytes += bytes;
  bytes_ += bytes;
}

void VisitCounter::close(Visits::iterator visit, Visits& over) {
  bytes_ -= visit->bytes;
  by_session_.erase(visit->session);
  auto of_link = of_link_.find(visit->link_id);
  std::erase(of_link->second, visit->session);
  if (of_link->second.empty()) of_link_.erase(of_link);
  over.splice(over.end(), visits_, visit);
}

void VisitCounter::make_room(Visits& over) {
  while (visits_.size() > limits_.visits || (bytes_ > limits_.bytes && !visits_.empty())) {
    close(std::prev(visits_.end()), over);
  }
}

void VisitCounter::forget(std::string_view message_id) {
  Visits dropped;
  std::lock_guard lock(mutex_);
  for (auto visit = visits_.begin(); visit != visits_.end();) {
    const auto next = std::next(visit);
    if (visit->message_id == message_id) close(visit, dropped);
    visit = next;
  }
}

bool VisitCounter::is_over(const Visit& visit, UtcTime now) const {
  const auto silent = now - visit.heard;
  return silent >= limits_.silence || (visit.is_left && silent >= limits_.silence_when_left) ||
         now - visit.began >= limits_.longest;
}

// Whatever began within the window of another visit lies in memory together with it when this runs next, as no visit
// is over sooner, but for those that the bounds end. So it is enough to look at the new ones and their neighbours.
void VisitCounter::mark_shared_signs(UtcTime now) {
  std::vector<Arrival> arrivals;
  std::vector<Visit*> arrived;
  for (Visit& visit : visits_) {
    if (visit.began < marked_ - kSourceWindow) continue;
    arrivals.push_back({visit.message_id, visit.message_id, std::to_string(visit.link_id), visit.sources, visit.began});
    arrived.push_back(&visit);
  }
  const std::vector<SharedSigns> signs = find_shared_signs(arrivals);
  for (size_t i = 0; i < signs.size(); ++i) arrived[i]->shared = stronger(arrived[i]->shared, signs[i]);
  marked_ = now;
}

bool VisitCounter::count_silent() {
  Visits over;
  {
    const UtcTime now = clock_.now();
    std::lock_guard lock(mutex_);
    mark_shared_signs(now);
    for (auto visit = visits_.begin(); visit != visits_.end();) {
      const auto next = std::next(visit);
      if (is_over(*visit, now)) close(visit, over);
      visit = next;
    }
  }
  judge(std::move(over));
  return write();
}

bool VisitCounter::count_all() {
  Visits over;
  {
    std::lock_guard lock(mutex_);
    mark_shared_signs(clock_.now());
    while (!visits_.empty()) close(visits_.begin(), over);
  }
  judge(std::move(over));
  return write();
}

size_t VisitCounter::visits() const {
  std::lock_guard lock(mutex_);
  return visits_.size();
}

// The wish of whoever asked not to be tracked may have reached another server, and an erased message's visits go with
// it. In doubt a visit is not counted: a number that is one too low harms nobody.
bool VisitCounter::may_be_counted(const Visit& visit) const {
  auto link = ledger_.find_link(visit.link_id);
  if (!link) return false;
  if (*link) return !(*link)->do_not_track;
  auto message = ledger_.find_message(visit.message_id);  // the link may have ended meanwhile
  return message && message->has_value();
}

void VisitCounter::judge(Visits over) {
  for (Visit& visit : over) {
    if (!may_be_counted(visit)) continue;
    SessionRecord session;
    session.shared = visit.shared;
    MediaBytes sent;
    for (size_t i = 0; i < visit.events.size(); ++i) {
      if (visit.by_same_agent[i]) visit.events[i].agent = visit.agent;
      sent.add(visit.events[i]);
    }
    session.facts = gather_facts(visit.events, visit.context.duration);
    session.served = sent.fraction();
    const ViewState state = judge_session(session, visit.context).state;
    if (state == ViewState::OwnerExcluded) continue;
    std::lock_guard lock(mutex_);
    ++counted_[visit.campaign_id][state];
  }
}

bool VisitCounter::write() {
  std::map<std::string, ViewCounts> counted;
  {
    std::lock_guard lock(mutex_);
    counted = std::exchange(counted_, {});
  }
  bool any_added = false;
  for (const auto& [campaign, counts] : counted) {
    auto added = ledger_.add_counts(campaign, counts);
    any_added |= added.has_value();
    if (added) continue;
    log::error("track", added.error().describe());
    if (is_in_doubt(added.error())) continue;
    std::lock_guard lock(mutex_);
    for (const auto& [state, number] : counts) counted_[campaign][state] += number;
  }
  return any_added;
}

}  // namespace candid::track
