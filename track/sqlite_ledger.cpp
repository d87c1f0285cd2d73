#include <future>
#include <mutex>

#include <SQLiteCpp/SQLiteCpp.h>
#include <fmt/format.h>

#include "core/digest.h"
#include "core/random.h"
#include "track/event_writer.h"
#include "track/ledger.h"
#include "track/sqlite_connection.h"
#include "track/sqlite_rows.h"
#include "track/sqlite_schema.h"

namespace candid::track {
namespace {

constexpr size_t kTokenBits = 160;
constexpr const char* kUsable = "revoked_at IS NULL AND (expires_at IS NULL OR expires_at > :now)";

void bind_digest(SQLite::Statement& statement, const char* name, std::string_view token) {
  Sha256 digest = sha256(token);
  statement.bind(name, digest.data(), static_cast<int>(digest.size()));
}

Result<std::vector<uint8_t>> read_server_key(SQLite::Database& database) {
  return guarded("read the ledger's key", [&] {
    SQLite::Statement query(database, "SELECT value FROM meta WHERE key = 'server_key'");
    query.executeStep();
    auto key = query.getColumn(0);
    const auto* bytes = static_cast<const uint8_t*>(key.getBlob());
    return std::vector<uint8_t>(bytes, bytes + key.getBytes());
  });
}

}  // namespace

// Two connections: reading never waits for a commit's fsync. Each has its mutex, for SQLite's statements are not shared
// between threads. The event writer comes last, so that it ends first.
struct Ledger::State {
  State(SQLite::Database writer_database, SQLite::Database reader_database, CheckpointDuty checkpoint_duty,
        std::vector<uint8_t> key, const Clock& wall_clock)
      : duty(std::move(checkpoint_duty)),
        writer(std::move(writer_database)),
        reader(std::move(reader_database)),
        server_key(std::move(key)),
        clock(wall_clock),
        events([this](const std::vector<Event>& group) { return store(group); }) {}

  template <typename Work>
  auto write(std::string_view doing, Work&& work) {
    std::lock_guard lock(writer_mutex);
    duty.take_if_free(writer);
    return guarded(doing, [&] { return work(writer); });
  }

  template <typename Work>
  auto read(std::string_view doing, Work&& work) {
    std::lock_guard lock(reader_mutex);
    return guarded(doing, [&] { return work(reader); });
  }

  // A link that must not be tracked swallows its events here, where queued ones pass too. An event that is there
  // already, or whose link is gone, is not an error.
  Result<void> store(const std::vector<Event>& group) {
    return write("store events", [&](SQLite::Database& database) {
      SQLite::Transaction transaction(database, SQLite::TransactionBehavior::IMMEDIATE);
      SQLite::Statement insert(database, fmt::format("INSERT OR IGNORE INTO event ({}) SELECT ?1, ?2, ?3, ?4, ?5, ?6, "
                                                     "?7, ?8 FROM link WHERE id = ?1 AND do_not_track_at IS NULL",
                                                     kEventColumns));
      for (const Event& event : group) {
        bind_event(insert, event);
        insert.exec();
        insert.reset();
      }
      transaction.commit();
    });
  }

  int64_t now() const { return to_milliseconds(clock.now()); }

  std::mutex writer_mutex;
  std::mutex reader_mutex;
  CheckpointDuty duty;  // outlives the writer, which checkpoints once more when it closes
  SQLite::Database writer;
  SQLite::Database reader;
  const std::vector<uint8_t> server_key;
  const Clock& clock;
  EventWriter events;
};

Ledger::Ledger(std::unique_ptr<State> state) : state_(std::move(state)) {}
Ledger::~Ledger() = default;

Result<std::unique_ptr<Ledger>> Ledger::open(const std::filesystem::path& path, const Clock& clock) {
  auto writer = TRY(connect(path, ConnectionRole::Writer));
  CheckpointDuty duty(path);
  duty.take_if_free(writer);
  TRY_VOID(migrate(writer));
  auto reader = TRY(connect(path, ConnectionRole::Reader));
  auto key = TRY(read_server_key(reader));
  auto state = std::make_unique<State>(std::move(writer), std::move(reader), std::move(duty), std::move(key), clock);
  return std::unique_ptr<Ledger>(new Ledger(std::move(state)));
}

Result<void> Ledger::upsert_message(const MessageRecord& message) {
  TRY_VOID(validate(message));
  return state_->write("store a message", [&](SQLite::Database& database) {
    SQLite::Statement replace(
        database, fmt::format("INSERT INTO message ({}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) "
                              "ON CONFLICT (message_id) DO UPDATE SET campaign_id = excluded.campaign_id, "
                              "campaign_name = excluded.campaign_name, candidate_id = excluded.candidate_id, "
                              "candidate_name = excluded.candidate_name, candidate_email = excluded.candidate_email, "
                              "roster_line = excluded.roster_line, duration_us = excluded.duration_us, "
                              "page = excluded.page, video_ref = excluded.video_ref, "
                              "poster_ref = excluded.poster_ref, captions_ref = excluded.captions_ref, "
                              "published_at = excluded.published_at",
                              kMessageColumns));
    bind_message(replace, message);
    replace.exec();
  });
}

Result<std::optional<MessageRecord>> Ledger::find_message(std::string_view message_id) const {
  return state_->read("read a message", [&](SQLite::Database& database) -> Result<std::optional<MessageRecord>> {
    SQLite::Statement query(database, fmt::format("SELECT {} FROM message WHERE message_id = ?", kMessageColumns));
    query.bind(1, std::string(message_id));
    if (!query.executeStep()) return std::nullopt;
    return TRY(read_message(query));
  });
}

Result<std::vector<MessageRecord>> Ledger::messages(std::string_view campaign_id) const {
  return state_->read("read messages", [&](SQLite::Database& database) -> Result<std::vector<MessageRecord>> {
    SQLite::Statement query(
        database,
        fmt::format("SELECT {} FROM message WHERE campaign_id = ? ORDER BY roster_line, message_id", kMessageColumns));
    query.bind(1, std::string(campaign_id));
    std::vector<MessageRecord> found;
    while (query.executeStep()) found.push_back(TRY(read_message(query)));
    return found;
  });
}

Result<std::vector<CampaignSummary>> Ledger::campaigns() const {
  return state_->read("read campaigns", [&](SQLite::Database& database) {
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

Result<std::string> Ledger::create_link(std::string_view message_id, Purpose purpose,
                                        std::optional<UtcTime> expires_at) {
  std::string token = random_token(kTokenBits);
  int made = TRY(state_->write("make a link", [&](SQLite::Database& database) {
    SQLite::Statement insert(
        database,
        "INSERT INTO link (token_sha256, message_id, purpose, created_at, expires_at) "
        "SELECT :digest, message_id, :purpose, :now, :expires FROM message WHERE message_id = :id");
    bind_digest(insert, ":digest", token);
    insert.bind(":id", std::string(message_id));
    insert.bind(":purpose", purpose == Purpose::Owner ? "owner" : "candidate");
    insert.bind(":now", state_->now());
    if (expires_at) insert.bind(":expires", to_milliseconds(*expires_at));
    return insert.exec();
  }));
  if (made == 0) return fail(ErrorKind::NotFound, fmt::format("the ledger has no message \"{}\"", message_id));
  return token;
}

Result<std::optional<LinkRecord>> Ledger::find_link(std::string_view token) const {
  return state_->read("look up a link", [&](SQLite::Database& database) -> std::optional<LinkRecord> {
    SQLite::Statement query(
        database, fmt::format("SELECT {} FROM link WHERE token_sha256 = :digest AND {}", kLinkColumns, kUsable));
    bind_digest(query, ":digest", token);
    query.bind(":now", state_->now());
    if (!query.executeStep()) return std::nullopt;
    return read_link(query);
  });
}

Result<bool> Ledger::opens_message(std::string_view token, std::string_view message_id) const {
  auto link = TRY(find_link(token));
  return link && link->message_id == message_id && link->purpose == Purpose::Candidate;
}

Result<void> Ledger::revoke_link(std::string_view token) {
  int revoked = TRY(state_->write("revoke a link", [&](SQLite::Database& database) {
    SQLite::Statement update(
        database, fmt::format("UPDATE link SET revoked_at = :now WHERE token_sha256 = :digest AND {}", kUsable));
    bind_digest(update, ":digest", token);
    update.bind(":now", state_->now());
    return update.exec();
  }));
  if (revoked == 0) return fail(ErrorKind::NotFound, "no usable link has this token");
  return {};
}

Result<int> Ledger::revoke_links(std::string_view message_id) {
  return state_->write("revoke links", [&](SQLite::Database& database) {
    SQLite::Statement update(database,
                             fmt::format("UPDATE link SET revoked_at = :now WHERE message_id = :id AND {}", kUsable));
    update.bind(":id", std::string(message_id));
    update.bind(":now", state_->now());
    return update.exec();
  });
}

Result<void> Ledger::stop_tracking(int64_t link_id) {
  return state_->write("stop tracking a link", [&](SQLite::Database& database) {
    SQLite::Statement update(database,
                             "UPDATE link SET do_not_track_at = coalesce(do_not_track_at, :now) WHERE id = :id");
    update.bind(":id", link_id);
    update.bind(":now", state_->now());
    update.exec();
  });
}

void Ledger::append(std::vector<Event> events, Completion done) {
  state_->events.push(std::move(events), std::move(done));
}

Result<void> Ledger::append_and_wait(std::vector<Event> events) {
  // Shared: the waiting side may be gone before set_value() has returned.
  auto stored = std::make_shared<std::promise<Result<void>>>();
  auto result = stored->get_future();
  append(std::move(events), [stored](Result<void> outcome) { stored->set_value(std::move(outcome)); });
  return result.get();
}

Result<std::vector<LinkHistory>> Ledger::history(std::string_view message_id) const {
  return state_->read("read events", [&](SQLite::Database& database) {
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

Result<void> Ledger::drop_networks_before(UtcTime moment) {
  return state_->write("drop addresses", [&](SQLite::Database& database) {
    SQLite::Statement update(database, "UPDATE event SET network = '' WHERE network <> '' AND received_at < ?");
    update.bind(1, to_milliseconds(moment));
    update.exec();
  });
}

const std::vector<uint8_t>& Ledger::server_key() const {
  return state_->server_key;
}

uint64_t Ledger::group_commits() const {
  return state_->events.commits();
}

}  // namespace candid::track
