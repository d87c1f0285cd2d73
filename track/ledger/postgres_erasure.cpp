// What the ledger in PostgreSQL forgets, and what it keeps of that. The bytes of removed rows are its VACUUM's, and
// those in its write-ahead log and archives its operator's (docs/privacy.md).

#include <fmt/format.h>

#include "track/ledger/json_fields.h"
#include "track/ledger/ledger_rules.h"
#include "track/ledger/postgres_ledger.h"
#include "track/ledger/postgres_rows.h"

namespace candid::track {
namespace {

// In bites that the server can swallow in time, in one transaction.
constexpr int kErasedAtOnce = 50'000;

// $1 is a JSON list of ids.
constexpr const char* kIds = "(SELECT id FROM json_array_elements_text($1::json) AS sent (id))";
const std::string kLinksOfThem = fmt::format("(SELECT id FROM link WHERE message_id IN {})", kIds);

// Whoever stores messages waits, and sees who was erased.
const PostgresStatement kTakeErasures = {"take_erasures",
                                         fmt::format("SELECT pg_advisory_xact_lock({})", kErasureLock)};
// Held until the end, in the order in which everybody takes them: no link is added meanwhile, and no event.
const PostgresStatement kLockMessages = {
    "lock_erased_messages",
    fmt::format("SELECT 1 FROM message WHERE message_id IN {} ORDER BY message_id FOR UPDATE", kIds)};
const PostgresStatement kLockLinks = {
    "lock_erased_links", fmt::format("SELECT 1 FROM link WHERE message_id IN {} ORDER BY id FOR UPDATE", kIds)};
const PostgresStatement kEraseEvents = {
    "erase_events", fmt::format("DELETE FROM event WHERE id IN (SELECT id FROM event WHERE link_id IN {} LIMIT {})",
                                kLinksOfThem, kErasedAtOnce)};
const PostgresStatement kEraseViews = {"erase_views",
                                       fmt::format("DELETE FROM link_view WHERE link_id IN {}", kLinksOfThem)};
const PostgresStatement kEraseLinks = {"erase_links", fmt::format("DELETE FROM link WHERE message_id IN {}", kIds)};
const PostgresStatement kEraseMessages = {"erase_messages",
                                          fmt::format("DELETE FROM message WHERE message_id IN {}", kIds)};
const PostgresStatement kDropCountsOfNobody = {"drop_counts", kDropCounts};
const PostgresStatement kKeepRecord = {
    "keep_erasure",
    "INSERT INTO erasure (receipt, erased_at, reason, messages, links, views, events) VALUES ($1, $2::bigint, $3, "
    "$4::bigint, $5::bigint, $6::bigint, $7::bigint) ON CONFLICT (receipt) DO UPDATE SET "
    "messages = erasure.messages + excluded.messages, links = erasure.links + excluded.links, "
    "views = erasure.views + excluded.views, events = erasure.events + excluded.events"};
const PostgresStatement kMarkIdentities = {
    "mark_erased",
    "INSERT INTO erased_identity (digest, receipt) SELECT DISTINCT decode(digest, 'hex'), $2::text FROM "
    "json_array_elements_text($1::json) AS sent (digest) ON CONFLICT (digest, receipt) DO NOTHING"};
const PostgresStatement kFindErasure = {
    "find_erasure", "SELECT erased_at, reason, messages, links, views, events FROM erasure WHERE receipt = $1"};
const PostgresStatement kFindErased = {
    "find_erased",
    "SELECT (SELECT erasure.receipt FROM erased_identity JOIN erasure USING (receipt) WHERE erased_identity.digest = "
    "decode(sent.digest, 'hex') ORDER BY erased_at DESC, erasure.receipt LIMIT 1) FROM "
    "json_array_elements_text($1::json) WITH ORDINALITY AS sent (digest, place) ORDER BY place"};
const PostgresStatement kReadmit = {
    "readmit",
    "WITH removed AS (DELETE FROM erased_identity WHERE digest IN (SELECT decode(sent.digest, 'hex') FROM "
    "json_array_elements_text($1::json) AS sent (digest)) RETURNING digest) SELECT count(DISTINCT digest) FROM "
    "removed"};

std::string list_value(const std::vector<std::string>& texts) {
  auto list = nlohmann::json::array();
  for (const std::string& text : texts) list.push_back(storable(text));
  return dump_json(list);
}

std::string digests_value(const std::vector<uint8_t>& key, const std::vector<std::string>& identities) {
  auto list = nlohmann::json::array();
  for (const std::string& identity : identities) list.push_back(digest_value(identity_digest(key, identity)));
  return dump_json(list);
}

int64_t removed_by(PostgresQuery& query, const PostgresStatement& statement, const std::string& ids) {
  return static_cast<int64_t>(query.run(statement, ids).affected_rows());
}

Erasure remove_messages(PostgresQuery& query, const std::string& ids) {
  Erasure counted;
  query.run(kLockMessages, ids);
  query.run(kLockLinks, ids);
  for (int64_t some = removed_by(query, kEraseEvents, ids); some > 0; some = removed_by(query, kEraseEvents, ids)) {
    counted.events += some;
  }
  counted.views = removed_by(query, kEraseViews, ids);
  counted.links = removed_by(query, kEraseLinks, ids);
  counted.messages = removed_by(query, kEraseMessages, ids);
  query.run(kDropCountsOfNobody);
  return counted;
}

std::optional<Erasure> read_erasure(PostgresQuery& query, const std::string& receipt) {
  pqxx::result found = query.run(kFindErasure, receipt);
  if (found.empty()) return std::nullopt;
  const pqxx::row row = found.front();
  Erasure erasure;
  erasure.receipt = receipt;
  erasure.erased_at = UtcTime(std::chrono::milliseconds(row[0].as<int64_t>()));
  erasure.reason = erasure_reason(row[1].as<std::string>()).value_or(ErasureReason::Wish);
  erasure.messages = row[2].as<int64_t>();
  erasure.links = row[3].as<int64_t>();
  erasure.views = row[4].as<int64_t>();
  erasure.events = row[5].as<int64_t>();
  return erasure;
}

}  // namespace

Result<Erasure> PostgresLedger::erase(const ErasureOrder& order) {
  TRY_VOID(check(order));
  std::string ids = list_value(order.message_ids);
  std::vector<std::string> known;
  for (const std::string& identity : order.identities) {
    if (!identity.empty()) known.push_back(identity);
  }
  std::string digests = digests_value(identity_.server_key, known);
  return pool_->run(PostgresAccess::Write, "erase messages", [&](PostgresQuery& query) -> Result<Erasure> {
    query.run(kTakeErasures);
    Erasure counted = remove_messages(query, ids);
    query.run(kKeepRecord, order.receipt, now(), std::string(to_string(order.reason)), counted.messages, counted.links,
              counted.views, counted.events);
    query.run(kMarkIdentities, digests, order.receipt);
    std::optional<Erasure> erasure = read_erasure(query, order.receipt);
    if (erasure) return std::move(*erasure);
    return fail(ErrorKind::Corrupt, fmt::format("the record of erasure {} is gone", order.receipt));
  });
}

Result<std::optional<Erasure>> PostgresLedger::find_erasure(std::string_view receipt) const {
  return pool_->run(PostgresAccess::Single, "read an erasure",
                    [&](PostgresQuery& query) { return read_erasure(query, storable(receipt)); });
}

Result<std::vector<std::optional<std::string>>> PostgresLedger::find_erased(
    const std::vector<std::string>& identities) const {
  std::string digests = digests_value(identity_.server_key, identities);
  return pool_->run(PostgresAccess::Single, "look up erasures", [&](PostgresQuery& query) {
    std::vector<std::optional<std::string>> receipts;
    for (const pqxx::row& row : query.run(kFindErased, digests)) {
      receipts.push_back(row[0].is_null() ? std::nullopt : std::optional(row[0].as<std::string>()));
    }
    return receipts;
  });
}

Result<int> PostgresLedger::readmit(const std::vector<std::string>& identities) {
  std::string digests = digests_value(identity_.server_key, identities);
  return pool_->run(PostgresAccess::Write, "readmit candidates",
                    [&](PostgresQuery& query) { return query.run(kReadmit, digests).front()[0].as<int>(); });
}

}  // namespace candid::track
