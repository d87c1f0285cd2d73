#pragma once
// The rules: what one session's facts prove. The numbers are those of docs/views.md.

#include <optional>
#include <string>
#include <vector>

#include "core/time.h"
#include "track/evidence/agents.h"
#include "track/evidence/event.h"
#include "track/evidence/session_facts.h"
#include "track/evidence/shared_signs.h"
#include "track/evidence/view_state.h"

namespace candid::track {

// Grows whenever a verdict could change: by another rule, another number, or another list in assets/evidence.
inline constexpr int kEvidenceRules = 6;

// What is known beside the events.
struct ViewContext {
  Microseconds duration{};                  // of the video
  std::optional<UtcTime> mail_accepted_at;  // by the candidate's mail server
  bool recorded = true;                     // per person; else a link that nothing came of proves nothing
  bool media_served_here = true;            // then a session cannot have played a video that nobody fetched from us
  bool counted = false;                     // visits are, but without persons; `recorded` is false then
};

// Nothing but pictures was fetched, as mail programs do that show a mail.
bool is_only_images(const SessionFacts& facts);

struct Ruling {
  ViewState state = ViewState::PageUnverified;
  std::string reason{};  // words for the recruiter
  double watched_seconds = 0;
  std::vector<std::string> machine_signs{};  // what makes a machine probable, in words
};

struct SessionCase {
  const SessionFacts& facts;
  const ViewContext& context;
  Purpose purpose = Purpose::Candidate;
  double served = 1;  // how much of the video was sent to the session, 0..1: nobody watched more
  SharedSigns shared{};
};

Ruling weigh(const SessionCase& session, const AgentList& agents);

}  // namespace candid::track
