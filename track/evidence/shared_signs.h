#pragma once
// What only several sessions together show: one source that opens the links of several candidates, or several links of
// one mail that are opened at once, as scanners do, from several networks and under several names. Pure, whatever the
// order; n log n in the sessions.

#include <set>
#include <span>
#include <string>
#include <vector>

#include "core/time.h"

namespace candid::track {

// Within which one source at several candidates' links is a sign.
inline constexpr std::chrono::milliseconds kSourceWindow = std::chrono::minutes(2);

// A session, as far as it matters here.
struct Arrival {
  std::string candidate;
  std::string mail;
  std::string link;
  std::set<std::string> sources;  // networks, labels (source_labels.h), or what else tells where it came from
  UtcTime at{};
};

struct SharedSigns {
  int candidates = 0;  // whose links this source opened within two minutes; 0 below three
  int links = 0;       // of this mail, opened within ten seconds, by whomever; 0 below two
};

// The signs of each arrival, in their order. Proxies that many people are behind are no source.
std::vector<SharedSigns> find_shared_signs(std::span<const Arrival> arrivals);

}  // namespace candid::track
