#include "track/ledger/postgres_ledger.h"

#include <algorithm>
#include <span>

#include <fmt/format.h>

#include "core/encoding.h"
#include "core/random.h"
#include "track/ledger/empty_ledger.h"
#include "track/ledger/ledger_json.h"
#include "track/ledger/ledger_rules.h"
#include "track/ledger/postgres_backup.h"
#include "track/ledger/postgres_rows.h"
#include "track/ledger/postgres_schema.h"

namespace candid::track {
namespace {

// Many rows travel as one value, JSON: one answer of the server for all of them.
constexpr size_t kMessagesAtOnce = 1'000;
constexpr size_t kEventsAtOnce = 5'000;
constexpr int kNetworksAtOnce = 50'000;

// In the order of their ids, so that two programs that store the same messages do not lock each other out.
const PostgresStatement kUpsertMessages = {
    "upsert_messages",
    fmt::format(
        "INSERT INTO message ({0}) SELECT {0} FROM json_to_recordset($1::json) AS sent (message_id text, campaign_id "
        "text, campaign_name text, candidate_id text, candidate_name text, "
        "candidate_email text, roster_line integer, duration_us bigint, page text, video_ref text, poster_ref text, "
        "captions_ref text, published_at bigint, identities json) WHERE NOT EXISTS (SELECT 1 FROM erased_identity JOIN "
        "json_array_elements_text(sent.identities) AS identity (digest) ON erased_identity.digest = "
        "decode(identity.digest, 'hex')) ORDER BY message_id COLLATE \"C\" "
        "ON CONFLICT (message_id) DO UPDATE SET campaign_id = excluded.campaign_id, "
        "campaign_name = excluded.campaign_name, candidate_id = excluded.candidate_id, "
        "candidate_name = excluded.candidate_name, candidate_email = excluded.candidate_email, "
        "roster_line = excluded.roster_line, duration_us = excluded.duration_us, page = excluded.page, "
        "video_ref = excluded.video_ref, poster_ref = excluded.poster_ref, captions_ref = excluded.captions_ref, "
        "published_at = excluded.published_at",
        kMessageColumns)};
// Until the end no erasure is committed, so that what is looked up here stays true; a statement of its own, as the next
// one sees what was committed before.
const PostgresStatement kLeaveErasures = {"leave_erasures",
                                          fmt::format("SELECT pg_advisory_xact_lock_shared({})", kErasureLock)};
const PostgresStatement kFindMessage = {"find_message",
                                        fmt::format("SELECT {} FROM message WHERE message_id = $1", kMessageColumns)};
const PostgresStatement kMessages = {
    "messages",
    fmt::format("SELECT {} FROM message WHERE campaign_id = $1 ORDER BY roster_line, message_id", kMessageColumns)};
const PostgresStatement kCampaigns = {
    "campaigns",
    "SELECT campaign_id, (array_agg(campaign_name ORDER BY published_at DESC, message_id))[1], count(*), "
    "max(published_at) FROM message GROUP BY campaign_id ORDER BY max(published_at) DESC, campaign_id"};
// A link that must not be tracked swallows its events here (but not what the candidate says on purpose), where queued
// ones pass too. FOR SHARE: stop_tracking() waits for what is being stored, and what is stored afterwards sees it.
const PostgresStatement kStoreEvents = {
    "store_events",
    fmt::format(
        "WITH sent AS MATERIALIZED (SELECT * FROM ROWS FROM (json_to_recordset($1::json) AS (link_id bigint, session "
        "text, "
        "sequence bigint, received_at bigint, kind text, body text, agent text, network text)) WITH ORDINALITY AS "
        "sent ({0}, place)), "
        "known AS MATERIALIZED (SELECT id, do_not_track_at IS NULL AS tracked FROM link WHERE id IN (SELECT link_id "
        "FROM sent) ORDER BY id FOR SHARE) "
        "INSERT INTO event ({0}) SELECT {0} FROM sent JOIN known ON known.id = sent.link_id "
        "WHERE known.tracked OR sent.kind IN ('reply', 'reaction') ORDER BY place "
        "ON CONFLICT (link_id, session, sequence) DO NOTHING",
        kEventColumns)};
const PostgresStatement kLinksOfMessage = {
    "links_of_message", fmt::format("SELECT {} FROM link WHERE message_id = $1 ORDER BY id", kLinkColumns)};
const PostgresStatement kEventsOfLink = {
    "events_of_link",
    fmt::format("SELECT {0} FROM event WHERE id IN ((SELECT id FROM event WHERE link_id = $1 ORDER BY id LIMIT {1}) "
                "UNION (SELECT id FROM event WHERE link_id = $1 ORDER BY id DESC LIMIT {1})) ORDER BY id",
                kEventColumns, kMostEventsOfLink / 2)};
const PostgresStatement kDropNetworks = {
    "drop_networks",
    fmt::format("UPDATE event SET network = '' WHERE id IN (SELECT id FROM event WHERE network <> '' AND "
                "received_at < $1 LIMIT {})",
                kNetworksAtOnce)};
// Which transactions have ended: equal ones see the same rows. Those of other databases of the server count, too.
const PostgresStatement kChangeMark = {"change_mark", "SELECT txid_current_snapshot()::text"};
const PostgresStatement kErasures = {"erasure_mark", kErasureMark};
const PostgresStatement kMeta = {"meta", "SELECT encode(value, 'hex') FROM meta WHERE key = $1"};

Result<LedgerIdentity> read_identity(PostgresPool& pool) {
  return pool.run(PostgresAccess::Single, "read the ledger's key", [&](PostgresQuery& query) -> Result<LedgerIdentity> {
    auto key = from_hex(query.run(kMeta, "server_key").at(0)[0].as<std::string>());
    if (!key) return fail(ErrorKind::Corrupt, "the ledger's key cannot be read");
    pqxx::result id = query.run(kMeta, "ledger_id");
    // Where it is only looked into: what the next open() makes.
    if (id.empty()) return LedgerIdentity{to_hex(random_bytes(kLedgerIdBytes)), std::move(*key)};
    return LedgerIdentity{id[0][0].as<std::string>(), std::move(*key)};
  });
}

std::string messages_value(std::span<const uint8_t> server_key, std::span<const MessageRecord* const> messages) {
  auto list = nlohmann::json::array();
  for (const MessageRecord* message : messages) {
    nlohmann::json row = json_of(*message);
    row["page"] = to_json(message->page);
    auto& identities = row["identities"] = nlohmann::json::array();
    for (const std::string& identity : identities_of(*message)) {
      identities.push_back(digest_value(identity_digest(server_key, identity)));
    }
    list.push_back(std::move(row));
  }
  return dump_json(list);
}

std::string events_value(std::span<const Event> events) {
  auto list = nlohmann::json::array();
  for (const Event& event : events) list.push_back(json_of(event));
  return dump_json(list);
}

}  // namespace

PostgresLedger::PostgresLedger(std::unique_ptr<PostgresPool> pool, LedgerIdentity identity, const Clock& clock)
    : pool_(std::move(pool)),
      event_session_(pool_->address()),
      identity_(std::move(identity)),
      clock_(clock),
      events_([this](const std::vector<Event>& group) { return store(group); }) {}

Result<std::unique_ptr<Ledger>> PostgresLedger::open(const std::string& address, const Clock& clock) {
  auto pool = std::make_unique<PostgresPool>(TRY(read_postgres_address(address)));
  TRY_VOID(migrate(*pool));
  auto identity = TRY(read_identity(*pool));
  return std::unique_ptr<Ledger>(new PostgresLedger(std::move(pool), std::move(identity), clock));
}

Result<std::unique_ptr<Ledger>> PostgresLedger::look_into(const std::string& address, const Clock& clock) {
  PostgresAddress read_only = TRY(read_postgres_address(address));
  read_only.is_looked_into = true;
  auto pool = std::make_unique<PostgresPool>(std::move(read_only));
  if (!TRY(has_current_tables(*pool))) return make_empty_ledger(fmt::format("ledger {}", pool->address().shown));
  auto identity = TRY(read_identity(*pool));
  return std::unique_ptr<Ledger>(new PostgresLedger(std::move(pool), std::move(identity), clock));
}

Result<std::unique_ptr<Ledger>> look_into_postgres_ledger(const std::string& address, const Clock& clock) {
  return PostgresLedger::look_into(address, clock);
}

Result<std::unique_ptr<Ledger>> open_postgres_ledger(const std::string& address, const Clock& clock) {
  return PostgresLedger::open(address, clock);
}

int64_t PostgresLedger::now() const {
  return time_value(clock_.now());
}

std::string PostgresLedger::describe() const {
  return fmt::format("ledger {}", pool_->address().shown);
}

Result<void> PostgresLedger::upsert_messages(const std::vector<MessageRecord>& messages) {
  TRY_VOID(check(messages));
  std::vector<const MessageRecord*> rows = last_of_each(messages);
  return pool_->run(PostgresAccess::Write, "store messages", [&](PostgresQuery& query) {
    query.run(kLeaveErasures);
    std::span<const MessageRecord* const> left = rows;
    while (!left.empty()) {
      size_t count = std::min(left.size(), kMessagesAtOnce);
      query.run(kUpsertMessages, messages_value(identity_.server_key, left.first(count)));
      left = left.subspan(count);
    }
  });
}

Result<std::optional<MessageRecord>> PostgresLedger::find_message(std::string_view message_id) const {
  return pool_->run(PostgresAccess::Single, "read a message",
                    [&](PostgresQuery& query) -> Result<std::optional<MessageRecord>> {
                      pqxx::result found = query.run(kFindMessage, storable(message_id));
                      if (found.empty()) return std::nullopt;
                      return TRY(read_message(found.front()));
                    });
}

Result<std::vector<MessageRecord>> PostgresLedger::messages(std::string_view campaign_id) const {
  return pool_->run(PostgresAccess::Single, "read messages",
                    [&](PostgresQuery& query) -> Result<std::vector<MessageRecord>> {
                      std::vector<MessageRecord> found;
                      for (const pqxx::row& row : query.run(kMessages, storable(campaign_id))) {
                        found.push_back(TRY(read_message(row)));
                      }
                      return found;
                    });
}

Result<std::vector<CampaignSummary>> PostgresLedger::campaigns() const {
  return pool_->run(PostgresAccess::Single, "read campaigns", [&](PostgresQuery& query) {
    std::vector<CampaignSummary> found;
    for (const pqxx::row& row : query.run(kCampaigns)) {
      found.push_back({row[0].as<std::string>(), row[1].as<std::string>(), row[2].as<int>(),
                       UtcTime(std::chrono::milliseconds(row[3].as<int64_t>()))});
    }
    return found;
  });
}

void PostgresLedger::append(std::vector<Event> events, Completion done) {
  make_storable(events);
  events_.push(std::move(events), std::move(done));
}

Result<void> PostgresLedger::store(const std::vector<Event>& group) {
  // A report of the page is known by its number however often it is sent; a request is not.
  bool may_repeat =
      std::all_of(group.begin(), group.end(), [](const Event& event) { return event.sequence.has_value(); });
  auto insert = [&](PostgresQuery& query) -> Result<void> {
    std::span<const Event> left = group;
    while (!left.empty()) {
      size_t count = std::min(left.size(), kEventsAtOnce);
      query.run(kStoreEvents, events_value(left.first(count)));
      left = left.subspan(count);
    }
    return {};
  };
  return event_session_.transact(PostgresAccess::Write, "store events", insert, may_repeat);
}

Result<std::vector<LinkHistory>> PostgresLedger::history(std::string_view message_id) const {
  return pool_->run(PostgresAccess::Snapshot, "read events", [&](PostgresQuery& query) {
    std::vector<LinkHistory> histories;
    for (const pqxx::row& row : query.run(kLinksOfMessage, storable(message_id))) {
      histories.push_back({read_link(row), {}});
    }
    for (LinkHistory& history : histories) {
      for (const pqxx::row& row : query.run(kEventsOfLink, history.link.id)) {
        if (auto event = read_event(row)) history.events.push_back(std::move(*event));
      }
    }
    return histories;
  });
}

Result<std::string> PostgresLedger::change_mark() const {
  return pool_->run(PostgresAccess::Single, "ask whether the ledger changed",
                    [&](PostgresQuery& query) { return query.run(kChangeMark).at(0)[0].as<std::string>(); });
}

Result<std::string> PostgresLedger::erasure_mark() const {
  return pool_->run(PostgresAccess::Single, "ask for erasures",
                    [&](PostgresQuery& query) { return query.run(kErasures).at(0)[0].as<std::string>(); });
}

Result<void> PostgresLedger::drop_networks_before(UtcTime moment) {
  // In bites that the server can swallow in time, however long nobody asked.
  auto drop_some = [&](PostgresQuery& query) { return query.run(kDropNetworks, time_value(moment)).affected_rows(); };
  while (TRY(pool_->run(PostgresAccess::Write, "drop addresses", drop_some)) > 0) {
  }
  return {};
}

Result<void> PostgresLedger::back_up(const std::filesystem::path& file) const {
  return back_up_postgres(pool_->address(), file);
}

}  // namespace candid::track
