// The counters of visits without persons, of the ledger in PostgreSQL.

#include <fmt/format.h>

#include "track/ledger/ledger_rules.h"
#include "track/ledger/postgres_ledger.h"
#include "track/ledger/postgres_rows.h"

namespace candid::track {
namespace {

// An erasure waits, and then drops what was counted of a campaign that it empties.
const PostgresStatement kHoldOffErasures = {"hold_off_erasures",
                                            fmt::format("SELECT pg_advisory_xact_lock_shared({})", kErasureLock)};
const PostgresStatement kAddCount = {
    "add_count",
    "INSERT INTO view_count (campaign_id, state, n) SELECT $1::text, $2::text, $3::bigint WHERE EXISTS (SELECT 1 FROM "
    "message WHERE campaign_id = $1::text) ON CONFLICT (campaign_id, state) DO UPDATE SET n = view_count.n + "
    "excluded.n"};
const PostgresStatement kCounts = {"counts", "SELECT state, n FROM view_count WHERE campaign_id = $1"};

}  // namespace

Result<void> PostgresLedger::add_counts(std::string_view campaign_id, const ViewCounts& counts) {
  TRY_VOID(check(counts));
  const std::string campaign = storable(campaign_id);
  // In the order of their names for everybody, as two programs may add at once.
  std::map<std::string, int64_t> rows;
  for (const auto& [state, number] : counts) rows.emplace(to_string(state), number);
  auto add = [&](PostgresQuery& query) -> Result<void> {
    query.run(kHoldOffErasures);
    for (const auto& [state, number] : rows) query.run(kAddCount, campaign, state, number);
    return {};
  };
  // A session of its own, as the pool's repeat what is in doubt; this would count twice.
  PostgresSession session(pool_->address());
  return session.transact(PostgresAccess::Write, "count visits", add, false);
}

Result<ViewCounts> PostgresLedger::counts(std::string_view campaign_id) const {
  return pool_->run(PostgresAccess::Single, "read counted visits", [&](PostgresQuery& query) {
    ViewCounts found;
    for (const pqxx::row& row : query.run(kCounts, storable(campaign_id))) {
      // A newer program's states are left out.
      if (auto state = view_state(row[0].as<std::string>())) found[*state] = row[1].as<int64_t>();
    }
    return found;
  });
}

}  // namespace candid::track
