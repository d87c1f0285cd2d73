#include "track/ledger/sqlite_schema.h"

#include <array>

#include <fmt/format.h>

#include "core/random.h"
#include "track/ledger/ledger_identity.h"
#include "track/ledger/schema_version.h"
#include "track/ledger/sqlite_connection.h"

namespace candid::track {
namespace {

// Times are milliseconds since 1970, UTC. A step that has been released is never edited: add another.
constexpr std::array<const char*, 4> kSteps = {R"sql(
CREATE TABLE meta (key TEXT PRIMARY KEY, value BLOB NOT NULL) STRICT;

CREATE TABLE message (
  message_id TEXT PRIMARY KEY,
  campaign_id TEXT NOT NULL,
  campaign_name TEXT NOT NULL,
  candidate_id TEXT NOT NULL,
  candidate_name TEXT NOT NULL,
  candidate_email TEXT NOT NULL,
  roster_line INTEGER NOT NULL,
  duration_us INTEGER NOT NULL,
  page TEXT NOT NULL,
  video_ref TEXT NOT NULL,
  poster_ref TEXT NOT NULL,
  captions_ref TEXT NOT NULL,
  published_at INTEGER NOT NULL
) STRICT;
CREATE INDEX message_of_campaign ON message (campaign_id, roster_line);

CREATE TABLE link (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  token_sha256 BLOB NOT NULL UNIQUE,
  message_id TEXT NOT NULL REFERENCES message (message_id) ON DELETE CASCADE,
  purpose TEXT NOT NULL CHECK (purpose IN ('candidate', 'owner')),
  created_at INTEGER NOT NULL,
  expires_at INTEGER,
  revoked_at INTEGER,
  do_not_track_at INTEGER
) STRICT;
CREATE INDEX link_of_message ON link (message_id);

CREATE TABLE event (
  id INTEGER PRIMARY KEY,
  link_id INTEGER NOT NULL REFERENCES link (id) ON DELETE CASCADE,
  session TEXT NOT NULL,
  sequence INTEGER,
  received_at INTEGER NOT NULL,
  kind TEXT NOT NULL,
  body TEXT NOT NULL,
  agent TEXT NOT NULL,
  network TEXT NOT NULL,
  UNIQUE (link_id, session, sequence)
) STRICT;
CREATE INDEX event_with_network ON event (received_at) WHERE network <> '';
)sql",
                                               R"sql(
ALTER TABLE link ADD COLUMN view_limit INTEGER CHECK (view_limit > 0);
ALTER TABLE link ADD COLUMN passcode_hash TEXT NOT NULL DEFAULT '';
ALTER TABLE link ADD COLUMN may_download INTEGER NOT NULL DEFAULT 0;

CREATE TABLE link_view (
  link_id INTEGER NOT NULL REFERENCES link (id) ON DELETE CASCADE,
  session TEXT NOT NULL,
  PRIMARY KEY (link_id, session)
) STRICT, WITHOUT ROWID;

CREATE TABLE api_token (
  token_sha256 BLOB PRIMARY KEY NOT NULL,
  name TEXT NOT NULL UNIQUE,
  scope TEXT NOT NULL CHECK (scope IN ('read', 'publish', 'admin')),
  created_at INTEGER NOT NULL,
  expires_at INTEGER
) STRICT;
)sql",
                                               R"sql(
CREATE TABLE erasure (
  receipt TEXT PRIMARY KEY NOT NULL,
  erased_at INTEGER NOT NULL,
  reason TEXT NOT NULL CHECK (reason IN ('wish', 'retention')),
  messages INTEGER NOT NULL,
  links INTEGER NOT NULL,
  views INTEGER NOT NULL,
  events INTEGER NOT NULL,
  is_cleared INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE TABLE erased_identity (
  digest BLOB NOT NULL,
  receipt TEXT NOT NULL REFERENCES erasure (receipt) ON DELETE CASCADE,
  PRIMARY KEY (digest, receipt)
) STRICT, WITHOUT ROWID;
)sql",
                                               R"sql(
CREATE TABLE view_count (
  campaign_id TEXT NOT NULL,
  state TEXT NOT NULL,
  n INTEGER NOT NULL CHECK (n > 0),
  PRIMARY KEY (campaign_id, state)
) STRICT, WITHOUT ROWID;
)sql"};

constexpr int kCurrent = static_cast<int>(kSteps.size());

int highest_version(SQLite::Database& database) {
  SQLite::Statement query(database, "SELECT coalesce(max(version), 0) FROM schema_version");
  query.executeStep();
  return query.getColumn(0).getInt();
}

int schema_version(SQLite::Database& database) {
  database.exec("CREATE TABLE IF NOT EXISTS schema_version (version INTEGER NOT NULL) STRICT");
  return highest_version(database);
}

void make_random(SQLite::Database& database, const char* key, size_t size) {
  SQLite::Statement insert(database, "INSERT OR IGNORE INTO meta (key, value) VALUES (?, ?)");
  auto value = random_bytes(size);
  insert.bind(1, key);
  insert.bind(2, value.data(), static_cast<int>(value.size()));
  insert.exec();
}

void make_identity(SQLite::Database& database) {
  make_random(database, "server_key", kServerKeyBytes);
  make_random(database, "ledger_id", kLedgerIdBytes);
}

}  // namespace

Result<void> migrate(SQLite::Database& writer) {
  int found = TRY(guarded("bring the ledger up to date", [&] {
    // Immediate: of two programs that find an old ledger, the second waits and then finds a current one.
    SQLite::Transaction transaction(writer, SQLite::TransactionBehavior::IMMEDIATE);
    int version = schema_version(writer);
    for (int step = version; step < kCurrent; ++step) {
      writer.exec(kSteps[static_cast<size_t>(step)]);
      SQLite::Statement(writer, fmt::format("INSERT INTO schema_version VALUES ({})", step + 1)).exec();
    }
    if (version <= kCurrent) make_identity(writer);
    transaction.commit();
    return version;
  }));
  return check_not_newer(found, kCurrent);
}

Result<bool> has_current_tables(SQLite::Database& reader) {
  int found = TRY(guarded("read the ledger's version", [&] {
    if (!reader.tableExists("schema_version")) return 0;
    return highest_version(reader);
  }));
  if (found > 0) TRY_VOID(check_is_current(found, kCurrent));
  return found > 0;
}

}  // namespace candid::track
