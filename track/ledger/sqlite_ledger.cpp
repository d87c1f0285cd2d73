#include "track/ledger/sqlite_ledger.h"

#include <fmt/format.h>

#include "core/encoding.h"
#include "core/log.h"
#include "core/random.h"
#include "track/ledger/empty_ledger.h"
#include "track/ledger/ledger_rules.h"
#include "track/ledger/sqlite_backup.h"
#include "track/ledger/sqlite_erased.h"
#include "track/ledger/sqlite_rows.h"
#include "track/ledger/sqlite_schema.h"

namespace candid::track {
namespace {

// As many as a server has threads that look things up at once, as a rule: quick_seats (server.cpp), and some workers.
constexpr size_t kReaders = 4;

std::vector<uint8_t> read_meta(SQLite::Database& database, const char* key) {
  SQLite::Statement query(database, "SELECT value FROM meta WHERE key = ?");
  query.bind(1, key);
  if (!query.executeStep()) return {};
  auto value = query.getColumn(0);
  const auto* bytes = static_cast<const uint8_t*>(value.getBlob());
  return {bytes, bytes + value.getBytes()};
}

Result<LedgerIdentity> read_identity(SQLite::Database& database) {
  return guarded("read the ledger's key", [&] {
    return LedgerIdentity{to_hex(read_meta(database, "ledger_id")), read_meta(database, "server_key")};
  });
}

// The numbers first, which the index of (link_id, session, sequence) holds, so that what is left out is never read.
const std::string kEventsOfLink = fmt::format(
    "SELECT {0} FROM event WHERE id IN (SELECT id FROM (SELECT id FROM event WHERE link_id = ?1 ORDER BY id LIMIT {1}) "
    "UNION SELECT id FROM (SELECT id FROM event WHERE link_id = ?1 ORDER BY id DESC LIMIT {1})) ORDER BY id",
    kEventColumns, kMostEventsOfLink / 2);

constexpr const char* kUpsertMessage =
    "INSERT INTO message ({}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) "
    "ON CONFLICT (message_id) DO UPDATE SET campaign_id = excluded.campaign_id, "
    "campaign_name = excluded.campaign_name, candidate_id = excluded.candidate_id, "
    "candidate_name = excluded.candidate_name, candidate_email = excluded.candidate_email, "
    "roster_line = excluded.roster_line, duration_us = excluded.duration_us, page = excluded.page, "
    "video_ref = excluded.video_ref, poster_ref = excluded.poster_ref, captions_ref = excluded.captions_ref, "
    "published_at = excluded.published_at";

}  // namespace

SqliteLedger::SqliteLedger(std::filesystem::path file, Connections connections, CheckpointDuty duty,
                           LedgerIdentity identity, const Clock& clock,
                           std::optional<std::chrono::milliseconds> checkpoint_interval)
    : file_(std::move(file)),
      duty_(std::move(duty)),
      writer_(std::move(connections.writer)),
      readers_(std::move(connections.readers)),
      history_reader_(std::move(connections.history_reader)),
      identity_(std::move(identity)),
      revision_(file_, checkpoint_interval ? LedgerRevision::Use::Keep : LedgerRevision::Use::None),
      clock_(clock),
      checkpoint_interval_(checkpoint_interval),
      events_([this](const std::vector<Event>& group) { return store(group); }) {
  if (checkpoint_interval) checkpoints_.emplace(*checkpoint_interval, [this] { checkpoint(); });
}

Result<std::unique_ptr<Ledger>> SqliteLedger::open(const std::filesystem::path& file, const Clock& clock,
                                                   std::chrono::milliseconds checkpoint_interval) {
  auto writer = TRY(connect(file, ConnectionRole::Writer));
  CheckpointDuty duty(file);
  duty.take_if_free(writer);
  TRY_VOID(migrate(writer));
  std::vector<SQLite::Database> readers;
  for (size_t i = 0; i < kReaders; ++i) readers.push_back(TRY(connect(file, ConnectionRole::Reader)));
  auto history_reader = TRY(connect(file, ConnectionRole::Reader));
  auto identity = TRY(read_identity(readers.front()));
  Connections connections{std::move(writer), std::move(readers), std::move(history_reader)};
  return std::unique_ptr<Ledger>(
      new SqliteLedger(file, std::move(connections), std::move(duty), std::move(identity), clock, checkpoint_interval));
}

Result<std::unique_ptr<Ledger>> SqliteLedger::look_into(const std::filesystem::path& file, const Clock& clock) {
  std::error_code code;
  std::string name = fmt::format("ledger {}", file.string());
  if (!std::filesystem::exists(file, code) && !code) return make_empty_ledger(name);
  std::vector<SQLite::Database> readers;
  readers.push_back(TRY(connect_for_reading(file)));
  if (!TRY(has_current_tables(readers.front()))) return make_empty_ledger(name);
  auto identity = TRY(read_identity(readers.front()));
  // What the next open() makes.
  if (identity.id.empty()) identity.id = to_hex(random_bytes(kLedgerIdBytes));
  Connections connections{TRY(connect_for_reading(file)), std::move(readers), TRY(connect_for_reading(file))};
  return std::unique_ptr<Ledger>(
      new SqliteLedger(file, std::move(connections), CheckpointDuty(file), std::move(identity), clock, std::nullopt));
}

Result<std::unique_ptr<Ledger>> look_into_sqlite_ledger(const std::filesystem::path& file, const Clock& clock) {
  return SqliteLedger::look_into(file, clock);
}

Result<std::unique_ptr<Ledger>> open_sqlite_ledger(const std::filesystem::path& file, const Clock& clock,
                                                   std::chrono::milliseconds checkpoint_interval) {
  return SqliteLedger::open(file, clock, checkpoint_interval);
}

// What other programs commit lies in the WAL until the holder of the duty checkpoints, and one that writes nothing
// itself (a server at night, beside a publish of much) would never do it in passing.
void SqliteLedger::checkpoint() {
  drop_old_look_ups();
  clear_erased();
  auto done = write("checkpoint the ledger", [&](SQLite::Database&) { duty_.checkpoint(writer_); });
  if (!done) log::warning("track", done.error().describe());
}

int64_t SqliteLedger::now() const {
  return to_milliseconds(clock_.now());
}

std::string SqliteLedger::describe() const {
  return fmt::format("ledger {}", file_.string());
}

Result<void> SqliteLedger::upsert_messages(const std::vector<MessageRecord>& messages) {
  TRY_VOID(check(messages));
  return write_shown("store messages", [&](SQLite::Database& database) {
    SQLite::Transaction transaction(database, SQLite::TransactionBehavior::IMMEDIATE);
    SQLite::Statement upsert(database, fmt::format(kUpsertMessage, kMessageColumns));
    ErasedIdentities erased(database, identity_.server_key);
    for (const MessageRecord& message : messages) {
      if (erased.hold(message)) continue;
      bind_message(upsert, message);
      upsert.exec();
      upsert.reset();
    }
    transaction.commit();
  });
}

Result<std::optional<MessageRecord>> SqliteLedger::find_message(std::string_view message_id) const {
  static const std::string kFind = fmt::format("SELECT {} FROM message WHERE message_id = ?", kMessageColumns);
  return read("read a message", [&](SqliteReader& reader) -> Result<std::optional<MessageRecord>> {
    const auto query = reader.lookups.use(kFind);
    query->bind(1, std::string(message_id));
    if (!query->executeStep()) return std::nullopt;
    return TRY(read_message(*query, reader.pages));
  });
}

Result<std::vector<MessageRecord>> SqliteLedger::messages(std::string_view campaign_id) const {
  return read("read messages", [&](SqliteReader& reader) -> Result<std::vector<MessageRecord>> {
    SQLite::Statement query(
        reader.database,
        fmt::format("SELECT {} FROM message WHERE campaign_id = ? ORDER BY roster_line, message_id", kMessageColumns));
    query.bind(1, std::string(campaign_id));
    std::vector<MessageRecord> found;
    while (query.executeStep()) found.push_back(TRY(read_message(query)));
    return found;
  });
}

Result<std::vector<CampaignSummary>> SqliteLedger::campaigns() const {
  return read("read campaigns", [&](SqliteReader& reader) {
    // SQLite takes the bare column campaign_name from the row that holds the maximum.
    SQLite::Statement query(reader.database,
                            "SELECT campaign_id, campaign_name, count(*), max(published_at) FROM message "
                            "GROUP BY campaign_id ORDER BY max(published_at) DESC, campaign_id");
    std::vector<CampaignSummary> found;
    while (query.executeStep()) {
      found.push_back({query.getColumn(0).getString(), query.getColumn(1).getString(), query.getColumn(2).getInt(),
                       from_milliseconds(query.getColumn(3).getInt64())});
    }
    return found;
  });
}

void SqliteLedger::append(std::vector<Event> events, Completion done) {
  make_storable(events);
  events_.push(std::move(events), std::move(done));
}

// A link that must not be tracked swallows its events here, where queued ones pass too. An event that is there already,
// or whose link is gone, is not an error.
Result<void> SqliteLedger::store(const std::vector<Event>& group) {
  return write("store events", [&](SQLite::Database& database) {
    SQLite::Transaction transaction(database, SQLite::TransactionBehavior::IMMEDIATE);
    SQLite::Statement insert(database, fmt::format("INSERT INTO event ({}) SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8 "
                                                   "FROM link WHERE id = ?1 AND (do_not_track_at IS NULL OR "
                                                   "?5 IN ('reply', 'reaction')) "
                                                   "ON CONFLICT (link_id, session, sequence) DO NOTHING",
                                                   kEventColumns));
    for (const Event& event : group) {
      bind_event(insert, event);
      insert.exec();
      insert.reset();
    }
    transaction.commit();
  });
}

Result<std::vector<LinkHistory>> SqliteLedger::history(std::string_view message_id) const {
  // On a connection of its own: a link of many events must not keep pages waiting.
  std::lock_guard lock(history_mutex_);
  return guarded("read events", [&] {
    SQLite::Database& database = history_reader_;
    SQLite::Transaction one_moment(database);
    std::vector<LinkHistory> histories;
    SQLite::Statement links(database,
                            fmt::format("SELECT {} FROM link WHERE message_id = ? ORDER BY id", kLinkColumns));
    links.bind(1, std::string(message_id));
    while (links.executeStep()) histories.push_back({read_link(links), {}});
    SQLite::Statement events(database, kEventsOfLink);
    for (LinkHistory& history : histories) {
      events.bind(1, history.link.id);
      while (events.executeStep()) {
        if (auto event = read_event(events)) history.events.push_back(std::move(*event));
      }
      events.reset();
    }
    return histories;
  });
}

// SQLite counts what others have committed since for each connection (sqlite.org/pragma.html#pragma_data_version), so
// it is always the same one that is asked; what this program writes comes by another one.
Result<std::string> SqliteLedger::change_mark() const {
  std::lock_guard lock(history_mutex_);
  return guarded("ask whether the ledger changed", [&] {
    SQLite::Statement query(history_reader_, "PRAGMA data_version");
    query.executeStep();
    return query.getColumn(0).getString();
  });
}

Result<std::string> SqliteLedger::erasure_mark() const {
  return read("ask for erasures", [&](SqliteReader& reader) {
    static const std::string kErasures = kErasureMark;
    const auto query = reader.lookups.use(kErasures);
    query->executeStep();
    return query->getColumn(0).getString();
  });
}

Result<void> SqliteLedger::drop_networks_before(UtcTime moment) {
  return write("drop addresses", [&](SQLite::Database& database) {
    SQLite::Statement update(database, "UPDATE event SET network = '' WHERE network <> '' AND received_at < ?");
    update.bind(1, to_milliseconds(moment));
    update.exec();
  });
}

Result<void> SqliteLedger::back_up(const std::filesystem::path& file) const {
  return write_backup(file, [&](const std::filesystem::path& empty) -> Result<void> {
    // A connection of its own: others write and read meanwhile.
    auto source = TRY(connect(file_, ConnectionRole::Writer));
    return guarded(fmt::format("back up to {}", file.string()), [&] {
      SQLite::Statement copy(source, "VACUUM INTO ?");
      copy.bind(1, empty.string());
      copy.exec();
    });
  });
}

}  // namespace candid::track
