// The counters of visits without persons, of the ledger in SQLite.

#include "track/ledger/ledger_rules.h"
#include "track/ledger/sqlite_ledger.h"

namespace candid::track {

Result<void> SqliteLedger::add_counts(std::string_view campaign_id, const ViewCounts& counts) {
  TRY_VOID(check(counts));
  return write("count visits", [&](SQLite::Database& database) {
    SQLite::Transaction transaction(database, SQLite::TransactionBehavior::IMMEDIATE);
    SQLite::Statement add(
        database,
        "INSERT INTO view_count (campaign_id, state, n) SELECT ?1, ?2, ?3 WHERE EXISTS (SELECT 1 FROM "
        "message WHERE campaign_id = ?1) ON CONFLICT (campaign_id, state) DO UPDATE SET n = n + "
        "excluded.n");
    for (const auto& [state, number] : counts) {
      add.bind(1, storable(campaign_id));
      add.bind(2, std::string(to_string(state)));
      add.bind(3, number);
      add.exec();
      add.reset();
    }
    transaction.commit();
  });
}

Result<ViewCounts> SqliteLedger::counts(std::string_view campaign_id) const {
  return read("read counted visits", [&](SqliteReader& reader) {
    SQLite::Statement query(reader.database, "SELECT state, n FROM view_count WHERE campaign_id = ?");
    query.bind(1, storable(campaign_id));
    ViewCounts found;
    while (query.executeStep()) {
      // A newer program's states are left out.
      if (auto state = view_state(query.getColumn(0).getString())) found[*state] = query.getColumn(1).getInt64();
    }
    return found;
  });
}

}  // namespace candid::track
