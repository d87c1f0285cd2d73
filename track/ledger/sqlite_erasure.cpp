// What the ledger in SQLite forgets, and what it keeps of that.

#include <fmt/format.h>

#include "core/log.h"
#include "track/ledger/ledger_rules.h"
#include "track/ledger/sqlite_ledger.h"
#include "track/ledger/sqlite_rows.h"

namespace candid::track {
namespace {

// A larger file is not written anew while candidates wait for its lock: what was deleted there is overwritten with
// zeros, but a page that was split long ago may hold a copy that SQLite has forgotten.
constexpr int64_t kLargestRewritten = int64_t{1} << 30;

constexpr const char* kLinksOfMessage = "SELECT id FROM link WHERE message_id = ?";

class Remover {
 public:
  explicit Remover(SQLite::Database& database)
      : events_(database, fmt::format("DELETE FROM event WHERE link_id IN ({})", kLinksOfMessage)),
        views_(database, fmt::format("DELETE FROM link_view WHERE link_id IN ({})", kLinksOfMessage)),
        links_(database, "DELETE FROM link WHERE message_id = ?"),
        messages_(database, "DELETE FROM message WHERE message_id = ?") {}

  void remove(const std::string& message_id, Erasure& counted) {
    counted.events += run(events_, message_id);
    counted.views += run(views_, message_id);
    counted.links += run(links_, message_id);
    counted.messages += run(messages_, message_id);
  }

 private:
  static int run(SQLite::Statement& statement, const std::string& message_id) {
    statement.bind(1, message_id);
    int removed = statement.exec();
    statement.reset();
    return removed;
  }

  SQLite::Statement events_;
  SQLite::Statement views_;
  SQLite::Statement links_;
  SQLite::Statement messages_;
};

void keep_record(SQLite::Database& database, const ErasureOrder& order, const Erasure& counted, int64_t now) {
  SQLite::Statement keep(
      database,
      "INSERT INTO erasure (receipt, erased_at, reason, messages, links, views, events) VALUES (?, ?, ?, ?, ?, ?, ?) "
      "ON CONFLICT (receipt) DO UPDATE SET messages = messages + excluded.messages, links = links + excluded.links, "
      "views = views + excluded.views, events = events + excluded.events, "
      "is_cleared = is_cleared AND excluded.messages = 0");
  keep.bind(1, order.receipt);
  keep.bind(2, now);
  keep.bind(3, std::string(to_string(order.reason)));
  keep.bind(4, counted.messages);
  keep.bind(5, counted.links);
  keep.bind(6, counted.views);
  keep.bind(7, counted.events);
  keep.exec();
}

void bind_digest(SQLite::Statement& statement, int place, const Sha256& digest) {
  statement.bind(place, digest.data(), static_cast<int>(digest.size()));
}

std::optional<Erasure> read_erasure(SQLite::Database& database, const std::string& receipt) {
  SQLite::Statement query(database,
                          "SELECT erased_at, reason, messages, links, views, events, is_cleared FROM erasure WHERE "
                          "receipt = ?");
  query.bind(1, receipt);
  if (!query.executeStep()) return std::nullopt;
  Erasure erasure;
  erasure.receipt = receipt;
  erasure.erased_at = from_milliseconds(query.getColumn(0).getInt64());
  erasure.reason = erasure_reason(query.getColumn(1).getString()).value_or(ErasureReason::Wish);
  erasure.messages = query.getColumn(2).getInt64();
  erasure.links = query.getColumn(3).getInt64();
  erasure.views = query.getColumn(4).getInt64();
  erasure.events = query.getColumn(5).getInt64();
  erasure.awaits_clearing = query.getColumn(6).getInt() == 0;
  return erasure;
}

int64_t number(SQLite::Database& database, const char* sql) {
  SQLite::Statement query(database, sql);
  query.executeStep();
  return query.getColumn(0).getInt64();
}

bool awaits_clearing(SQLite::Database& database) {
  return number(database, "SELECT EXISTS (SELECT 1 FROM erasure WHERE is_cleared = 0)") != 0;
}

bool is_small(SQLite::Database& database) {
  return number(database, "PRAGMA page_count") * number(database, "PRAGMA page_size") <= kLargestRewritten;
}

}  // namespace

Result<Erasure> SqliteLedger::erase(const ErasureOrder& order) {
  TRY_VOID(check(order));
  TRY_VOID(write("erase messages", [&](SQLite::Database& database) {
    SQLite::Transaction transaction(database, SQLite::TransactionBehavior::IMMEDIATE);
    Erasure counted;
    Remover remover(database);
    for (const std::string& message : order.message_ids) remover.remove(message, counted);
    keep_record(database, order, counted, now());
    SQLite::Statement mark(database, "INSERT OR IGNORE INTO erased_identity (digest, receipt) VALUES (?, ?)");
    for (const std::string& identity : order.identities) {
      if (identity.empty()) continue;
      bind_digest(mark, 1, identity_digest(identity_.server_key, identity));
      mark.bind(2, order.receipt);
      mark.exec();
      mark.reset();
    }
    transaction.commit();
  }));
  clear_erased();
  std::optional<Erasure> erasure = TRY(find_erasure(order.receipt));
  if (erasure) return std::move(*erasure);
  return fail(ErrorKind::Corrupt, fmt::format("the record of erasure {} is gone", order.receipt));
}

// The rows are gone already; this is about their bytes. VACUUM writes the file anew from what is left, through the WAL;
// emptying the WAL then puts it in place of the old one. Whoever may not (another program holds the duty), or cannot
// (somebody reads), leaves it to the next time.
void SqliteLedger::clear_erased() {
  auto cleared = write("clear erased rows out of the ledger's files", [&](SQLite::Database& database) {
    if (!duty_.is_held() || !awaits_clearing(database)) return;
    if (is_small(database)) database.exec("VACUUM");
    std::lock_guard no_page_reads(reader_mutex_);
    std::lock_guard no_history_reads(history_mutex_);
    if (!duty_.empty_wal(database)) return;
    database.exec("UPDATE erasure SET is_cleared = 1 WHERE is_cleared = 0");
  });
  if (!cleared) log::warning("track", cleared.error().describe());
}

Result<std::optional<Erasure>> SqliteLedger::find_erasure(std::string_view receipt) const {
  return read("read an erasure",
              [&](SQLite::Database& database) { return read_erasure(database, std::string(receipt)); });
}

Result<std::vector<std::optional<std::string>>> SqliteLedger::find_erased(
    const std::vector<std::string>& identities) const {
  return read("look up erasures", [&](SQLite::Database& database) {
    SQLite::Statement query(database,
                            "SELECT erasure.receipt FROM erased_identity JOIN erasure USING (receipt) WHERE digest = ? "
                            "ORDER BY erased_at DESC, erasure.receipt LIMIT 1");
    std::vector<std::optional<std::string>> receipts;
    for (const std::string& identity : identities) {
      bind_digest(query, 1, identity_digest(identity_.server_key, identity));
      receipts.push_back(query.executeStep() ? std::optional(query.getColumn(0).getString()) : std::nullopt);
      query.reset();
    }
    return receipts;
  });
}

Result<int> SqliteLedger::readmit(const std::vector<std::string>& identities) {
  return write("readmit candidates", [&](SQLite::Database& database) {
    SQLite::Transaction transaction(database, SQLite::TransactionBehavior::IMMEDIATE);
    SQLite::Statement remove(database, "DELETE FROM erased_identity WHERE digest = ?");
    int readmitted = 0;
    for (const std::string& identity : identities) {
      bind_digest(remove, 1, identity_digest(identity_.server_key, identity));
      if (remove.exec() > 0) ++readmitted;
      remove.reset();
    }
    transaction.commit();
    return readmitted;
  });
}

}  // namespace candid::track
