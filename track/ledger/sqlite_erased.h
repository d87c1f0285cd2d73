#pragma once
// Whom a SQLite ledger has as erased, asked within the transaction that would bring them back. Internal to track.

#include <span>
#include <string>
#include <vector>

#include <SQLiteCpp/SQLiteCpp.h>

#include "track/ledger/ledger_rules.h"

namespace candid::track {

inline void bind_digest(SQLite::Statement& statement, int place, const Sha256& digest) {
  statement.bind(place, digest.data(), static_cast<int>(digest.size()));
}

class ErasedIdentities {
 public:
  // Borrows both.
  ErasedIdentities(SQLite::Database& database, std::span<const uint8_t> server_key)
      : key_(server_key), query_(database, "SELECT 1 FROM erased_identity WHERE digest = ? LIMIT 1") {
    SQLite::Statement any(database, "SELECT 1 FROM erased_identity LIMIT 1");
    has_any_ = any.executeStep();
  }

  // By its message or by its address.
  bool hold(const MessageRecord& message) {
    if (!has_any_) return false;
    bool is_held = false;
    for (const std::string& identity : identities_of(message)) {
      bind_digest(query_, 1, identity_digest(key_, identity));
      is_held = query_.executeStep() || is_held;
      query_.reset();
    }
    return is_held;
  }

 private:
  std::span<const uint8_t> key_;
  SQLite::Statement query_;
  bool has_any_ = false;
};

}  // namespace candid::track
