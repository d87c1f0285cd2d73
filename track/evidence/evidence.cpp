#include "track/evidence/evidence.h"

#include <algorithm>
#include <map>
#include <tuple>

#include <fmt/format.h>

#include "track/evidence/media_bytes.h"
#include "track/evidence/session_groups.h"

namespace candid::track {
namespace {

// What was sent to each page load of a link. Older ledgers do not say to which; that counts for all of them.
class Served {
 public:
  explicit Served(const LinkHistory& history) {
    for (const Event& event : history.events) {
      const bool is_media = event.kind == EventKind::Media || event.kind == EventKind::MediaEnd;
      if (is_media) by_session_[event.session].add(event);
    }
  }

  double fraction(const std::string& session) const {
    MediaBytes bytes;
    for (const std::string& name : {std::string(), session}) {
      auto found = by_session_.find(name);
      if (found != by_session_.end()) bytes.add(found->second);
      if (session.empty()) break;
    }
    return bytes.fraction();
  }

 private:
  std::map<std::string, MediaBytes> by_session_;
};

bool counts_for_candidate(const SessionVerdict& verdict) {
  return verdict.state < ViewState::OwnerExcluded;
}

bool weaker(const SessionVerdict& a, const SessionVerdict& b) {
  return std::tie(a.state, a.watched_seconds, b.first) < std::tie(b.state, b.watched_seconds, a.first);
}

// The strongest that counts; widens the view's times by each that may be the candidate's.
const SessionVerdict* best_of(CandidateView& view) {
  const SessionVerdict* best = nullptr;
  for (const SessionVerdict& verdict : view.sessions) {
    if (!counts_for_candidate(verdict)) continue;
    if (best == nullptr || weaker(*best, verdict)) best = &verdict;
    if (verdict.state < ViewState::PageUnverified) continue;
    view.first_seen = std::min(view.first_seen.value_or(verdict.first), verdict.first);
    view.last_seen = std::max(view.last_seen.value_or(verdict.last), verdict.last);
  }
  return best;
}

std::string reason_without_sessions(const CandidateRecord& candidate) {
  if (candidate.context.counted) return "visits are counted without persons in this campaign, so nobody knows whose";
  if (!candidate.context.recorded) return "visits are not recorded for each candidate in this campaign";
  if (candidate.do_not_track) return "the candidate asked not to be tracked";
  if (!candidate.link_made_at) return "no link has been made yet";
  return fmt::format("link made {}, not opened yet", format_utc(*candidate.link_made_at));
}

}  // namespace

CandidateRecord examine(std::span<const LinkHistory> histories, const ViewContext& context) {
  CandidateRecord candidate;
  candidate.context = context;
  for (const LinkHistory& history : histories) {
    if (history.link.purpose == Purpose::Candidate) {
      candidate.link_made_at = history.link.created_at;
      candidate.do_not_track |= history.link.do_not_track;
    }
    const Served served(history);
    for (const auto& [name, events] : group_by_session(history.events)) {
      SessionRecord record;
      record.link_id = history.link.id;
      if (name.find('\n') == std::string::npos) record.session = name;
      record.purpose = history.link.purpose;
      record.facts = gather_facts(events, context.duration);
      record.served = served.fraction(record.session);
      candidate.sessions.push_back(std::move(record));
    }
  }
  return candidate;
}

void mark_shared_signs(std::span<CandidateRecord> candidates) {
  std::vector<Arrival> arrivals;
  std::vector<SessionRecord*> sessions;
  for (size_t i = 0; i < candidates.size(); ++i) {
    const std::string candidate = std::to_string(i);
    for (SessionRecord& session : candidates[i].sessions) {
      if (session.purpose != Purpose::Candidate || session.facts.by_owner) continue;
      arrivals.push_back(
          {candidate, candidate, std::to_string(session.link_id), session.facts.sources, session.facts.first});
      sessions.push_back(&session);
    }
  }
  const std::vector<SharedSigns> signs = find_shared_signs(arrivals);
  for (size_t i = 0; i < signs.size(); ++i) sessions[i]->shared = signs[i];
}

SessionVerdict judge_session(const SessionRecord& session, const ViewContext& context, const AgentList& agents) {
  Ruling ruling = weigh({session.facts, context, session.purpose, session.served, session.shared}, agents);
  SessionVerdict verdict;
  verdict.link_id = session.link_id;
  verdict.session = session.session;
  verdict.state = ruling.state;
  verdict.reason = std::move(ruling.reason);
  verdict.watched_seconds = ruling.watched_seconds;
  verdict.watched_fraction = ruling.watched_seconds / std::chrono::duration<double>(context.duration).count();
  verdict.first = session.facts.first;
  verdict.last = session.facts.last;
  verdict.machine_signs = std::move(ruling.machine_signs);
  verdict.facts = session.facts;
  return verdict;
}

CandidateView judge(const CandidateRecord& candidate, const AgentList& agents) {
  CandidateView view;
  view.do_not_track = candidate.do_not_track;
  view.reason = reason_without_sessions(candidate);
  for (const SessionRecord& session : candidate.sessions) {
    view.sessions.push_back(judge_session(session, candidate.context, agents));
  }
  std::stable_sort(view.sessions.begin(), view.sessions.end(),
                   [](const SessionVerdict& a, const SessionVerdict& b) { return a.first < b.first; });
  const SessionVerdict* best = best_of(view);
  if (best == nullptr) return view;
  view.state = best->state;
  view.reason =
      best->state < ViewState::PageUnverified ? fmt::format("only machines so far: {}", best->reason) : best->reason;
  view.watched_seconds = best->watched_seconds;
  view.watched_fraction = best->watched_fraction;
  return view;
}

CandidateView judge(std::span<const LinkHistory> histories, const ViewContext& context, const AgentList& agents) {
  CandidateRecord candidate = examine(histories, context);
  mark_shared_signs(std::span(&candidate, 1));
  return judge(candidate, agents);
}

}  // namespace candid::track
