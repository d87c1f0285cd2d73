#pragma once
// The facts in one session's events, before any rule weighs them. Order-independent: facts are sums, unions, minima.

#include <optional>
#include <set>
#include <span>
#include <string>

#include "core/time.h"
#include "track/evidence/event.h"
#include "track/evidence/seen_time.h"

namespace candid::track {

struct SessionFacts {
  std::string agent;
  std::set<std::string> agents;    // all that page and reports came under; of a session of files alone, theirs
  std::set<std::string> fetchers;  // what else its files were fetched under: players call themselves otherwise
  std::set<std::string> networks;  // as the events have them; none once they were dropped
  std::string machine_network;     // whose it is, where machines live there ("Mimecast"); stays when networks go
  bool origin_known = false;       // so that an empty machine_network means that none lives there
  std::set<std::string> sources;   // of what asked for the page: labels (source_labels.h), or older events' networks
  UtcTime first{};
  UtcTime last{};

  // Requests
  bool page_requested = false;
  bool media_requested = false;
  bool images_requested = false;  // pictures of a mail or a page
  bool others_requested = false;  // any other file
  bool prefetched = false;        // in advance, and never otherwise
  bool headers_requested = false;
  bool only_head = true;  // nothing but HEAD was asked for
  bool by_owner = false;  // from a browser that has signed in to the dashboard
  bool trapped = false;

  // Reports
  bool scripted = false;  // the page's script reported at all
  bool shown = false;     // it was visible at some moment
  bool prerendered = false;
  bool webdriver = false;
  bool without_window = false;  // the window had no outer size, though the page was in sight or never came into it
  std::string software_gpu;     // what draws in place of a graphics card; empty: a card, or not known
  bool human_input = false;     // trusted, and at least 1 s after load, also by the server's clock, or by keyboard
  std::optional<double> first_input_ms;
  bool first_input_trusted = true;
  bool started_by_gesture = false;
  bool started_by_itself = false;
  bool answered = false;  // a reply or a reaction, not made by a script

  // Credit
  double played_seconds = 0;   // each moment once, after the trusted start, while visible or audible
  SeenStretches seen{};        // the same by stretches of the video
  double allowed_seconds = 0;  // 2x the server's wall time of the playing, + 5 s
  int impossible = 0;          // reports and ranges left out: seconds that the video does not have, or no page of ours
};

// `events` are one session's, duplicates allowed; not empty.
SessionFacts gather_facts(std::span<const Event> events, Microseconds duration);

}  // namespace candid::track
