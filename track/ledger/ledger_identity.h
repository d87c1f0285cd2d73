#pragma once
// What was made at random with a ledger and never changes. Internal to track.

#include <cstdint>
#include <string>
#include <vector>

namespace candid::track {

struct LedgerIdentity {
  std::string id;  // Ledger::id()
  std::vector<uint8_t> server_key;
};

inline constexpr size_t kLedgerIdBytes = 16;
inline constexpr size_t kServerKeyBytes = 32;

}  // namespace candid::track
