#pragma once
// What may be stored of a visit: by the campaign's mode, and by what the candidate said (docs/page.md). Internal to
// track.

#include <cstdint>
#include <mutex>
#include <set>

#include "track/ledger/ledger.h"
#include "track/message.h"

namespace candid::track {

enum class Recording {
  On,
  Stopped,   // the candidate asked not to be tracked: only what they say on purpose, without agent, network, session
  Counted,   // without the person: in memory, then as a number (visit_counter.h); stored is what Off stores
  AskFirst,  // they have not agreed yet: nothing but their requests about their data, in the same way
  Off,       // the same, and nobody asks
};

// Whether an event of this kind may be stored. Requests about data are Replies that request_about_data() tells.
bool may_store(Recording recording, EventKind kind, bool is_data_request = false);
// Without what tells a visit or a browser, unless the visit is recorded.
Event stripped(Event event, Recording recording);

// Thread-safe.
class TrackingPolicy {
 public:
  explicit TrackingPolicy(const Ledger& ledger) : ledger_(ledger) {}

  // Asks the ledger where an agreement counts that is not known yet; before one, a link has hardly any events.
  Result<Recording> recording(const LinkRecord& link, const PageContent& page);

 private:
  Result<bool> has_agreed(const LinkRecord& link);

  const Ledger& ledger_;
  std::mutex mutex_;
  std::set<int64_t> agreed_;  // links; one who changes their mind asks not to be tracked, which the link itself tells
};

}  // namespace candid::track
