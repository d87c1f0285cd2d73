#pragma once
// What the recorded events prove about a view. Pure: the same events give the same verdict, in whatever order and
// however often they are given, so better rules re-judge the past. The rules are docs' "what counts as a view":
//
//   1 no request alone goes above page_unverified       5 played: a trusted start, the media clock advanced; each tenth
//   2 some signs decide for a machine                     of a second counts once, at most 2x wall time + 5 s, only
//   3 some only make one probable                         while visible or audible
//   4 page_human: seen, and input at least 1 s after    6 viewed from min(5 s, half); watched_N from N % of the video
//     load, or the keyboard                             7 a probable machine needs input and 50 % watched
//
// Not judged yet: data-centre networks, one source over several candidates, two links of one mail within seconds.

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/time.h"
#include "track/evidence/agents.h"
#include "track/evidence/event.h"
#include "track/evidence/view_state.h"

namespace candid::track {

// Grows whenever a verdict could change.
inline constexpr int kEvidenceRules = 2;

// What is known beside the events.
struct ViewContext {
  Microseconds duration{};                  // of the video
  std::optional<UtcTime> mail_accepted_at;  // by the candidate's mail server
  bool media_served_here = true;            // then a session cannot have played a video that nobody fetched from us
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

std::vector<SessionVerdict> judge_sessions(const LinkHistory& history, const ViewContext& context,
                                           const AgentList& agents = AgentList::built_in());

// All links of one message. The best session that can be the candidate's decides; without one, the best machine.
CandidateView judge(std::span<const LinkHistory> histories, const ViewContext& context,
                    const AgentList& agents = AgentList::built_in());

}  // namespace candid::track
