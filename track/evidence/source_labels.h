#pragma once
// Tells which requests came from one source, without saying from where. Networks leave the ledger within a day, and a
// verdict must not change when they do; so each request for a page keeps two labels. A label is a keyed hash of the
// network for a span of twice kSourceWindow, and such a span begins with every kSourceWindow: two requests that lie
// within kSourceWindow of each other share a span, and with it a label exactly where their networks are the same. The
// keys are random, live in memory alone and die with their spans, after four minutes: nobody can find a network by its
// label then, nor follow it from one span to the next.

#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/time.h"

namespace candid::track {

// Thread-safe.
class SourceLabels {
 public:
  // None for a network that many people share (networks.h), and for an empty one.
  std::vector<std::string> of(std::string_view network, UtcTime at);

 private:
  std::string label(int64_t span, std::string_view network);

  std::mutex mutex_;
  std::map<int64_t, std::vector<uint8_t>> keys_;  // by the number of their span, the present two
  // Of the networks that were seen in the latest span.
  int64_t span_ = 0;
  std::unordered_map<std::string, std::vector<std::string>> known_;
};

}  // namespace candid::track
