#include "track/web/event_desk.h"

#include <utility>

namespace candid::track {

void EventDesk::store(std::vector<Event> events, Ledger::Completion done) {
  const size_t count = events.size();
  metrics_.count_queued(count);
  ledger_.append(std::move(events), [this, count, done = std::move(done)](Result<void> stored) {
    if (stored) {
      metrics_.count_stored(count);
      board_.tell();
    } else {
      metrics_.count_lost(count);
    }
    done(std::move(stored));
  });
}

}  // namespace candid::track
