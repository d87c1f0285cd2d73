#pragma once
// What the recorded events prove about a view. Pure: the same events give the same verdict, in whatever order and
// however often they are given, so better rules re-judge the past. The rules are those of docs/views.md:
//
//   1 no request alone goes above page_unverified       5 played: a trusted start, the media clock advanced; each
//   moment 2 some signs decide for a machine                     counts once, at most 2x wall time + 5 s, only 3 some
//   only make one probable                         while visible or audible 4 page_human: seen, and input at least 1 s
//   after    6 viewed from min(5 s, half); watched_N from N % of the video
//     load, or the keyboard                             7 a probable machine needs input and 50 % watched
//
// Some signs show only across sessions: examine() each candidate's links, mark_shared_signs() of all that were sent
// together, then judge() each.
//
//   histories ─► session_groups ─► session_facts ─► CandidateRecord ─► shared_signs ─► rules ─► CandidateView

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/time.h"
#include "track/evidence/agents.h"
#include "track/evidence/event.h"
#include "track/evidence/rules.h"
#include "track/evidence/view_state.h"

namespace candid::track {

// One session before it is judged; small, whatever the number of its events.
struct SessionRecord {
  int64_t link_id = 0;
  std::string session;  // empty: requests that belong to no page load
  Purpose purpose = Purpose::Candidate;
  SessionFacts facts{};
  double served = 1;  // how much of the video was sent to it, 0..1
  SharedSigns shared{};
};

// All links of one message before they are judged.
struct CandidateRecord {
  ViewContext context{};
  std::optional<UtcTime> link_made_at{};  // the newest of the candidate's own
  bool do_not_track = false;
  std::vector<SessionRecord> sessions{};
};

struct SessionVerdict {
  int64_t link_id = 0;
  std::string session;  // empty: requests that belong to no page load
  ViewState state = ViewState::PageUnverified;
  std::string reason;  // words for the recruiter
  double watched_seconds = 0;
  double watched_fraction = 0;  // 0 to 1
  UtcTime first{};
  UtcTime last{};
  std::vector<std::string> machine_signs{};  // what makes a machine probable, in words
  SessionFacts facts{};
};

struct CandidateView {
  ViewState state = ViewState::Sent;
  std::string reason;
  double watched_seconds = 0;  // of the best session
  double watched_fraction = 0;
  std::optional<UtcTime> first_seen;  // of sessions that count for the candidate
  std::optional<UtcTime> last_seen;
  bool do_not_track = false;             // the candidate asked; what is known ends there
  std::vector<SessionVerdict> sessions;  // in order of time, machines and the owner included
};

CandidateRecord examine(std::span<const LinkHistory> histories, const ViewContext& context);

// Finds what the sessions of these candidates show together. A candidate's links count as those of one mail.
void mark_shared_signs(std::span<CandidateRecord> candidates);

SessionVerdict judge_session(const SessionRecord& session, const ViewContext& context,
                             const AgentList& agents = AgentList::built_in());

// The best session that can be the candidate's decides; without one, the best machine.
CandidateView judge(const CandidateRecord& candidate, const AgentList& agents = AgentList::built_in());

// One candidate alone: all three steps.
CandidateView judge(std::span<const LinkHistory> histories, const ViewContext& context,
                    const AgentList& agents = AgentList::built_in());

}  // namespace candid::track
