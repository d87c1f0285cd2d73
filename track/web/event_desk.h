#pragma once
// Hands the server's events to the ledger, counts them, and tells the news board once they are durable. Internal to
// track.

#include <vector>

#include "track/ledger/ledger.h"
#include "track/web/metrics.h"
#include "track/web/news_board.h"

namespace candid::track {

// Thread-safe; outlives what the ledger has not completed yet (Ledger::append_and_wait() waits for that).
class EventDesk {
 public:
  EventDesk(Ledger& ledger, NewsBoard& board, Metrics& metrics) : ledger_(ledger), board_(board), metrics_(metrics) {}

  // As Ledger::append(); `done` runs after the board was told.
  void store(std::vector<Event> events, Ledger::Completion done);

 private:
  Ledger& ledger_;
  NewsBoard& board_;
  Metrics& metrics_;
};

}  // namespace candid::track
