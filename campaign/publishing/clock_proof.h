#pragma once
// Whether this machine's clock is the ledger's: ours tells when links end, and the ledger's ends them. Internal to
// campaign.

#include <string>

#include "core/error.h"
#include "core/time.h"
#include "track/ledger/ledger.h"

namespace candid::campaign {

// How far a clock may be from the ledger's.
inline constexpr std::chrono::minutes kClockTolerance{5};
bool clocks_agree(UtcTime ours, UtcTime ledgers);

// Not thread-safe.
class ClockProof {
 public:
  // Both outlive it.
  ClockProof(track::Ledger& ledger, const Clock& clock) : ledger_(ledger), clock_(clock) {}

  bool is_given() const { return is_given_; }
  // By a link of a message that the ledger has, which nobody gets and which is ended at once. Asks once.
  Result<void> give(const std::string& message_id);
  // By what the ledger tells of a link that was made just now, when it was `ours` here. Unsupported, with how far this
  // clock is off.
  Result<void> judge(UtcTime ours, UtcTime ledgers);

 private:
  track::Ledger& ledger_;
  const Clock& clock_;
  bool is_given_ = false;
};

}  // namespace candid::campaign
