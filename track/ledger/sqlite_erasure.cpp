// What the ledger in SQLite forgets, and what it keeps of that.

#include <algorithm>
#include <chrono>
#include <mutex>
#include <thread>
#include <vector>

#include <fmt/format.h>

#include "core/log.h"
#include "track/ledger/ledger_rules.h"
#include "track/ledger/sqlite_erased.h"
#include "track/ledger/sqlite_ledger.h"
#include "track/ledger/sqlite_rows.h"

namespace candid::track {
namespace {

// What a row held is overwritten with zeros as it is deleted (secure_delete). But a page that was split while it was
// there may hold a copy that SQLite has forgotten, and only a file that is written anew has none. Nobody's event may
// wait for that: of a file of this size it takes some hundredths of a second, and a larger one is left as it is.
constexpr int64_t kLargestRewritten = int64_t{2} << 20;

// erasure.is_cleared.
constexpr int kAwaited = 0;
constexpr int kRewritten = -1;  // the file is, but the old one's pages are in the WAL still
constexpr int kCleared = 1;
constexpr int kOverwritten = 2;  // and the WAL was emptied, but the file is not written anew

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
      "is_cleared = CASE WHEN excluded.messages = 0 THEN is_cleared ELSE 0 END");
  keep.bind(1, order.receipt);
  keep.bind(2, now);
  keep.bind(3, std::string(to_string(order.reason)));
  keep.bind(4, counted.messages);
  keep.bind(5, counted.links);
  keep.bind(6, counted.views);
  keep.bind(7, counted.events);
  keep.exec();
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
  int state = query.getColumn(6).getInt();
  erasure.awaits_clearing = state == kAwaited || state == kRewritten;
  erasure.is_overwritten_only = state == kOverwritten;
  return erasure;
}

int64_t number(SQLite::Database& database, const char* sql) {
  SQLite::Statement query(database, sql);
  query.executeStep();
  return query.getColumn(0).getInt64();
}

// An erasure as it was at one moment: what another program erases under the same receipt since is not meant.
struct Awaited {
  std::string receipt;
  int64_t messages = 0;
  int64_t events = 0;
  bool is_rewritten = false;
};

std::vector<Awaited> awaiting_clearing(SQLite::Database& database) {
  SQLite::Statement query(database, "SELECT receipt, messages, events, is_cleared FROM erasure WHERE is_cleared <= 0");
  std::vector<Awaited> all;
  while (query.executeStep()) {
    all.push_back({query.getColumn(0).getString(), query.getColumn(1).getInt64(), query.getColumn(2).getInt64(),
                   query.getColumn(3).getInt() == kRewritten});
  }
  return all;
}

void mark(SQLite::Database& database, const Awaited& erasure, int state) {
  SQLite::Statement update(database,
                           "UPDATE erasure SET is_cleared = ? WHERE receipt = ? AND messages = ? AND events = ?");
  update.bind(1, state);
  update.bind(2, erasure.receipt);
  update.bind(3, erasure.messages);
  update.bind(4, erasure.events);
  update.exec();
}

// Between two histories, mostly; not owned where one takes long, as whoever reports waits meanwhile.
std::unique_lock<std::mutex> lock_soon(std::mutex& mutex) {
  constexpr int kTries = 20;
  std::unique_lock lock(mutex, std::try_to_lock);
  for (int i = 0; i < kTries && !lock; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
    (void)lock.try_lock();
  }
  return lock;
}

bool is_small(SQLite::Database& database) {
  return number(database, "PRAGMA page_count") * number(database, "PRAGMA page_size") <= kLargestRewritten;
}

}  // namespace

Result<Erasure> SqliteLedger::erase(const ErasureOrder& order) {
  TRY_VOID(check(order));
  TRY_VOID(write_shown("erase messages", [&](SQLite::Database& database) {
    SQLite::Transaction transaction(database, SQLite::TransactionBehavior::IMMEDIATE);
    Erasure counted;
    Remover remover(database);
    for (const std::string& message : order.message_ids) remover.remove(message, counted);
    SQLite::Statement(database, kDropCounts).exec();
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
  for (const auto& reader : readers_.take_all()) (*reader).pages.forget();
  forget_linked();
  clear_erased();
  std::optional<Erasure> erasure = TRY(find_erasure(order.receipt));
  if (erasure) return std::move(*erasure);
  return fail(ErrorKind::Corrupt, fmt::format("the record of erasure {} is gone", order.receipt));
}

// The rows are gone and overwritten already; this is about what else holds their bytes: the WAL, and in a small file
// what VACUUM writes anew without. Whoever may not (another program holds the duty), or cannot at once (somebody
// reads), leaves it to the next time; nobody is kept waiting.
void SqliteLedger::clear_erased() {
  // What can be moved while others write is not left for the moment in which they wait.
  auto moved = write("checkpoint the ledger", [&](SQLite::Database& database) {
    if (duty_.is_held() && !awaiting_clearing(database).empty())
      SQLite::Statement(database, "PRAGMA wal_checkpoint(PASSIVE)").executeStep();
  });
  if (!moved) log::warning("track", moved.error().describe());
  auto cleared = write("clear erased rows out of the ledger's files", [&](SQLite::Database& database) {
    if (!duty_.is_held()) return;
    std::vector<Awaited> erasures = awaiting_clearing(database);
    if (erasures.empty()) return;
    bool has_old_pages =
        std::any_of(erasures.begin(), erasures.end(), [](const Awaited& one) { return !one.is_rewritten; });
    if (has_old_pages && is_small(database) && duty_.rewrite(database)) {
      for (Awaited& erasure : erasures) {
        erasure.is_rewritten = true;
        mark(database, erasure, kRewritten);
      }
    }
    const auto no_history_reads = lock_soon(history_mutex_);
    if (!no_history_reads) return;
    const auto no_reads = readers_.take_all();
    if (!duty_.empty_wal(database)) return;
    for (const Awaited& erasure : erasures) mark(database, erasure, erasure.is_rewritten ? kCleared : kOverwritten);
  });
  if (!cleared) log::warning("track", cleared.error().describe());
}

Result<std::optional<Erasure>> SqliteLedger::find_erasure(std::string_view receipt) const {
  return read("read an erasure",
              [&](SqliteReader& reader) { return read_erasure(reader.database, std::string(receipt)); });
}

Result<std::vector<std::optional<std::string>>> SqliteLedger::find_erased(
    const std::vector<std::string>& identities) const {
  return read("look up erasures", [&](SqliteReader& reader) {
    SQLite::Statement query(reader.database,
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
