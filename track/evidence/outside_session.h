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

struct OutsideSession {
  std::string id;  // empty when it names none
  LinkHistory history{};
  ViewContext context{};
  Arrival arrival{};                 // empty names where the session stands alone
  SharedSigns told{};                // what the line itself says of other sessions
  std::vector<std::string> slips{};  // keys that are ignored and look like known ones, in words
};

// InvalidInput for what is no object, or has a known key of another type or out of its bounds. Unknown keys are
// ignored.
Result<OutsideSession> read_outside_session(std::string_view line);

}  // namespace candid::track
