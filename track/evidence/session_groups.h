#pragma once
// Which events are one session's.

#include <map>
#include <string>
#include <vector>

#include "track/evidence/event.h"

namespace candid::track {

// By the session's name. Requests outside any page load (the video, a HEAD) belong to the page load of the same source
// (agent and network) that began last before them; those of a source that never asked for the page stand together,
// under a name that holds a line break, as no session's does. What a candidate says (a reply, a reaction, an agreement)
// belongs to the page load in the same way, and is no visit where there is none: it may be kept without agent and
// network.
std::map<std::string, std::vector<Event>> group_by_session(const std::vector<Event>& events);

}  // namespace candid::track
