#pragma once
// A session as others tell it, one JSON object (docs/views.md describes it), turned into the events that a ledger would
// hold of it.

#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"
#include "track/evidence/event.h"
#include "track/evidence/rules.h"
#include "track/evidence/shared_signs.h"

namespace candid::track {

// By which clock a session tells when it began.
enum class ArrivalClock {
  None,
  Line,       // its requests tell a time, which may be counted from its own beginning
  SinceMail,  // its mail's acceptance
  Shared,     // one that all lines share
};

struct OutsideSession {
  std::string id;  // empty when it names none
  LinkHistory history{};
  ViewContext context{};
  Arrival arrival{};  // empty names where the session stands alone
  ArrivalClock clock = ArrivalClock::None;
  double first_at = 0;               // seconds of the line's clock to its first request
  SharedSigns told{};                // what the line itself says of other sessions
  std::vector<std::string> slips{};  // what is ignored, in words
};

// InvalidInput for what is no object, or has a known key of another type. Unknown keys are ignored; numbers that cannot
// be (a negative wall time) are reports of what cannot be.
Result<OutsideSession> read_outside_session(std::string_view line);

}  // namespace candid::track
