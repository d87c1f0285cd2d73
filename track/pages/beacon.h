#pragma once
// What the page's script reports, read strictly: an unknown key, a wrong type or a number out of its bounds refuses the
// whole report.
//
// {"session": …, "nonce": …, "events": [{"sequence": 0, "kind": "load", …}, …]}      1 to 50 events
//   load   {"webdriver": bool, "visible": bool, "prerendered": bool, "outer": [w, h], "inner": [w, h],   CSS pixels
//          "gpu": what draws, as WebGL tells it}; pages that are older than "gpu" go without it
//   input  {"trusted": bool, "keyboard": bool, "ms": since load}
//   play   {"trusted": bool, "ms": since load, "at": second of the video}
//   beat, pause, ended, hide
//          {"ranges": [[from, to], …] played since the last such event, "visible": bool, "muted": bool, "rate": number}
//   reaction {"name": one of kReactions}

#include <array>
#include <string_view>
#include <vector>

#include "core/error.h"
#include "track/evidence/event.h"
#include "track/pages/nonce.h"

namespace candid::track {

// What a candidate can answer with one tap. These words are stored in ledgers: never rename one.
inline constexpr std::array<std::string_view, 4> kReactions = {"thanks", "thumbs_up", "celebrate", "heart"};
bool is_reaction(std::string_view name);

struct Beacon {
  PageTicket ticket;          // as sent: not yet checked
  std::vector<Event> events;  // session, sequence, kind and body; the rest is the server's to fill in
};

Result<Beacon> parse_beacon(std::string_view json);

}  // namespace candid::track
