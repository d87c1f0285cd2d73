#pragma once
// What all of a crowd saw, and the record of what the server acknowledged. Used by one thread.

#include <cstdint>
#include <fstream>
#include <map>
#include <string>

#include <nlohmann/json_fwd.hpp>

#include "tests/load/histogram.h"

namespace candid::load {

class Tally {
 public:
  // Each acknowledged event becomes a line "SESSION SEQUENCE" of this file; empty: of none.
  explicit Tally(const std::string& acknowledged_file);

  void acknowledge(const std::string& session, int sequence);
  void count_status(int status) { ++statuses_[status]; }
  void connection_opened();
  void connection_closed() { --open_; }

  Histogram pages;          // from the moment a page was due, over its connection, to its last byte
  Histogram reports;        // from the moment a report was due to the answer that it is stored
  Histogram lateness;       // from the moment a report was due until it was sent: what the crowd itself is late
  Histogram media;          // from the request to the last byte
  uint64_t unopened = 0;    // connections that the server did not take
  uint64_t broken = 0;      // requests without an answer
  uint64_t ended = 0;       // connections that the server ended while nothing was asked
  uint64_t unreadable = 0;  // pages without a ticket

  uint64_t open() const { return open_; }
  nlohmann::json to_json() const;

 private:
  std::ofstream acknowledged_;
  uint64_t acknowledged_events_ = 0;
  std::map<int, uint64_t> statuses_;
  uint64_t open_ = 0;
  uint64_t most_open_ = 0;
};

}  // namespace candid::load
