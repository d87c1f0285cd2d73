#pragma once
// Which events are one session's.

#include <map>
#include <string>
#include <vector>

#include "track/evidence/event.h"

namespace candid::track {

// By the session's name. Requests outside any page load (a HEAD; in older ledgers the video) belong to the page load of
// the same agent that began last before them; those of an agent that never asked for the page stand together, under a
// name that holds a line break, as no session's does. What a candidate says (a reply, a reaction, an agreement) belongs
// to the page load in the same way, and is no visit where there is none: it may be kept without an agent. Networks are
// not asked: they are gone after a day, and verdicts must not change with them.
std::map<std::string, std::vector<Event>> group_by_session(const std::vector<Event>& events);

}  // namespace candid::track
