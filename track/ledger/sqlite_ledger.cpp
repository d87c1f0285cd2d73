#include "track/ledger/sqlite_ledger.h"

#include <fmt/format.h>

#include "track/ledger/ledger_rules.h"
#include "track/ledger/sqlite_backup.h"
#include "track/ledger/sqlite_rows.h"
#include "track/ledger/sqlite_schema.h"

namespace candid::track {
namespace {

Result<std::vector<uint8_t>> read_server_key(SQLite::Database& database) {
  return guarded("read the ledger's key", [&] {
    SQLite::Statement query(database, "SELECT value FROM meta WHERE key = 'server_key'");
    query.executeStep();
    auto key = query.getColumn(0);
    const auto* bytes = static_cast<const uint8_t*>(key.getBlob());
    return std::vector<uint8_t>(bytes, bytes + key.getBytes());
  });
}

constexpr const char* kUpsertMessage =
    "INSERT INTO message ({}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) "
    "ON CONFLICT (message_id) DO UPDATE SET campaign_id = excluded.campaign_id, "
    "campaign_name = excluded.campaign_name, candidate_id = excluded.candidate_id, "
    "candidate_name = excluded.candidate_name, candidate_email = excluded.candidate_email, "
    "roster_line = excluded.roster_line, duration_us = excluded.duration_us, page = excluded.page, "
    "video_ref = excluded.video_ref, poster_ref = excluded.poster_ref, captions_ref = excluded.captions_ref, "
    "published_at = excluded.published_at";

}  // namespace

SqliteLedger::SqliteLedger(std::filesystem::path file, SQLite::Database writer, SQLite::Database reader,
                           CheckpointDuty duty, std::vector<uint8_t> server_key, const Clock& clock)
    : file_(std::move(file)),
      duty_(std::move(duty)),
      writer_(std::move(writer)),
      reader_(std::move(reader)),
      server_key_(std::move(server_key)),
      clock_(clock),
      events_([this](const std::vector<Event>& group) { return store(group); }) {}

Result<std::unique_ptr<Ledger>> SqliteLedger::open(const std::filesystem::path& file, const Clock& clock) {
  auto writer = TRY(connect(file, ConnectionRole::Writer));
  CheckpointDuty duty(file);
  duty.take_if_free(writer);
  TRY_VOID(migrate(writer));
  auto reader = TRY(connect(file, ConnectionRole::Reader));
  auto key = TRY(read_server_key(reader));
  return std::unique_ptr<Ledger>(
      new SqliteLedger(file, std::move(writer), std::move(reader), std::move(duty), std::move(key), clock));
}

Result<std::unique_ptr<Ledger>> open_sqlite_ledger(const std::filesystem::path& file, const Clock& clock) {
  return SqliteLedger::open(file, clock);
}

int64_t SqliteLedger::now() const {
  return to_milliseconds(clock_.now());
}

std::string SqliteLedger::describe() const {
  return fmt::format("ledger {}", file_.string());
}

Result<void> SqliteLedger::upsert_messages(const std::vector<MessageRecord>& messages) {
  TRY_VOID(check(messages));
  return write("store messages", [&](SQLite::Database& database) {
    SQLite::Transaction transaction(database, SQLite::TransactionBehavior::IMMEDIATE);
    SQLite::Statement upsert(database, fmt::format(kUpsertMessage, kMessageColumns));
    for (const MessageRecord& message : messages) {
      bind_message(upsert, message);
      upsert.exec();
      upsert.reset();
    }
    transaction.commit();
  });
}

Result<std::optional<MessageRecord>> SqliteLedger::find_message(std::string_view message_id) const {
  return read("read a message", [&](SQLite::Database& database) -> Result<std::optional<MessageRecord>> {
    SQLite::Statement query(database, fmt::format("SELECT {} FROM message WHERE message_id = ?", kMessageColumns));
    query.bind(1, std::string(message_id));
    if (!query.executeStep()) return std::nullopt;
    return TRY(read_message(query));
  });
}

Result<std::vector<MessageRecord>> SqliteLedger::messages(std::string_view campaign_id) const {
  return read("read messages", [&](SQLite::Database& database) -> Result<std::vector<MessageRecord>> {
    SQLite::Statement query(
        database,
        fmt::format("SELECT {} FROM message WHERE campaign_id = ? ORDER BY roster_line, message_id", kMessageColumns));
    query.bind(1, std::string(campaign_id));
    std::vector<MessageRecord> found;
    while (query.executeStep()) found.push_back(TRY(read_message(query)));
    return found;
  });
}

Result<std::vector<CampaignSummary>> SqliteLedger::campaigns() const {
  return read("read campaigns", [&](SQLite::Database& database) {
    // SQLite takes the bare column campaign_name from the row that holds the maximum.
    SQLite::Statement query(database,
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
                                                   "FROM link WHERE id = ?1 AND do_not_track_at IS NULL "
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
  return read("read events", [&](SQLite::Database& database) {
    SQLite::Transaction one_moment(database);
    std::vector<LinkHistory> histories;
    SQLite::Statement links(database,
                            fmt::format("SELECT {} FROM link WHERE message_id = ? ORDER BY id", kLinkColumns));
    links.bind(1, std::string(message_id));
    while (links.executeStep()) histories.push_back({read_link(links), {}});
    SQLite::Statement events(database,
                             fmt::format("SELECT {} FROM event WHERE link_id = ? ORDER BY id", kEventColumns));
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
