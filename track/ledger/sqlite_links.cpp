// The links, views and API tokens of the ledger in SQLite.

#include <algorithm>
#include <span>

#include <fmt/format.h>

#include "track/ledger/ledger_rules.h"
#include "track/ledger/sqlite_ledger.h"
#include "track/ledger/sqlite_rows.h"

namespace candid::track {
namespace {

constexpr size_t kLinksAtOnce = 500;
constexpr const char* kUsable = "revoked_at IS NULL AND (expires_at IS NULL OR expires_at > :now)";

void bind_digest(SQLite::Statement& statement, const Sha256& digest) {
  statement.bind(":digest", digest.data(), static_cast<int>(digest.size()));
}

void bind_terms(SQLite::Statement& statement, const LinkTerms& terms) {
  if (terms.expires_at) statement.bind(":expires", to_milliseconds(*terms.expires_at));
  if (terms.view_limit) statement.bind(":limit", *terms.view_limit);
  statement.bind(":passcode", terms.passcode_hash);
  statement.bind(":download", terms.may_download ? 1 : 0);
}

bool has_message(SQLite::Database& database, std::string_view message_id) {
  SQLite::Statement query(database, "SELECT 1 FROM message WHERE message_id = ?");
  query.bind(1, std::string(message_id));
  return query.executeStep();
}

const std::string kStanding = fmt::format(
    "SELECT view_limit IS NULL OR EXISTS (SELECT 1 FROM link_view WHERE link_id = link.id AND session = :session) "
    "FROM link WHERE id = :id AND {}",
    kUsable);
const std::string kLinkByDigest =
    fmt::format("SELECT {} FROM link WHERE token_sha256 = :digest AND {}", kLinkColumns, kUsable);
const std::string kLinkById = fmt::format("SELECT {} FROM link WHERE id = :id AND {}", kLinkColumns, kUsable);
const std::string kLinked = fmt::format("SELECT {}, {} FROM link JOIN message USING (message_id) WHERE {}",
                                        kLinkColumns, kMessageColumns, kUsable);
const std::string kLinkedByDigest = kLinked + " AND token_sha256 = :digest";
const std::string kLinkedById = kLinked + " AND id = :id";
const std::string kTokenByDigest =
    fmt::format("SELECT {} FROM api_token WHERE token_sha256 = :digest AND (expires_at IS NULL OR expires_at > :now)",
                kApiTokenColumns);

// Admitted: there is no limit, or this view was counted already.
enum class Standing { Admitted, NotCounted, NotUsable };
Standing standing_of(SQLite::Database& database, int64_t link_id, std::string_view session, int64_t now) {
  SQLite::Statement query(database, kStanding);
  query.bind(":session", std::string(session));
  query.bind(":id", link_id);
  query.bind(":now", now);
  if (!query.executeStep()) return Standing::NotUsable;
  return query.getColumn(0).getInt() != 0 ? Standing::Admitted : Standing::NotCounted;
}

}  // namespace

Result<void> SqliteLedger::put_link(const Sha256& token_digest, std::string_view message_id, Purpose purpose,
                                    const LinkTerms& terms) {
  TRY_VOID(check(terms));
  return write_shown("make a link", [&](SQLite::Database& database) -> Result<void> {
    SQLite::Transaction transaction(database, SQLite::TransactionBehavior::IMMEDIATE);
    SQLite::Statement put(
        database,
        "INSERT INTO link (token_sha256, message_id, purpose, created_at, expires_at, view_limit, passcode_hash, "
        "may_download, do_not_track_at) SELECT :digest, message_id, :purpose, :now, :expires, :limit, :passcode, "
        ":download, (SELECT min(do_not_track_at) FROM link WHERE message_id = :id AND purpose = :purpose) FROM message "
        "WHERE message_id = :id "
        "ON CONFLICT (token_sha256) DO UPDATE SET expires_at = excluded.expires_at, view_limit = excluded.view_limit, "
        "passcode_hash = excluded.passcode_hash, may_download = excluded.may_download "
        "WHERE link.message_id = excluded.message_id AND link.purpose = excluded.purpose AND link.revoked_at IS NULL");
    bind_digest(put, token_digest);
    bind_terms(put, terms);
    put.bind(":id", std::string(message_id));
    put.bind(":purpose", std::string(to_string(purpose)));
    put.bind(":now", now());
    bool stored = put.exec() == 1;
    bool known = stored || has_message(database, message_id);
    transaction.commit();
    if (!known) return no_such_message(message_id);
    if (!stored) return link_is_taken();
    return {};
  });
}

Result<std::optional<LinkRecord>> SqliteLedger::find_link(const Sha256& token_digest) const {
  return read("look up a link", [&](SqliteReader& reader) -> std::optional<LinkRecord> {
    const auto query = reader.lookups.use(kLinkByDigest);
    bind_digest(*query, token_digest);
    query->bind(":now", now());
    if (!query->executeStep()) return std::nullopt;
    return read_link(*query);
  });
}

Result<std::optional<LinkRecord>> SqliteLedger::find_link(int64_t link_id) const {
  return read("look up a link", [&](SqliteReader& reader) -> std::optional<LinkRecord> {
    const auto query = reader.lookups.use(kLinkById);
    query->bind(":id", link_id);
    query->bind(":now", now());
    if (!query->executeStep()) return std::nullopt;
    return read_link(*query);
  });
}

// Not all under one lock: pages look links up on the same connection.
Result<std::vector<std::optional<LinkRecord>>> SqliteLedger::find_links(
    const std::vector<Sha256>& token_digests) const {
  std::vector<std::optional<LinkRecord>> links;
  std::span<const Sha256> left = token_digests;
  while (!left.empty()) {
    auto some = left.first(std::min(left.size(), kLinksAtOnce));
    left = left.subspan(some.size());
    TRY_VOID(read("look up links", [&](SqliteReader& reader) {
      SQLite::Statement query(reader.database, kLinkByDigest);
      query.bind(":now", now());
      for (const Sha256& digest : some) {
        bind_digest(query, digest);
        links.push_back(query.executeStep() ? std::optional(read_link(query)) : std::nullopt);
        query.reset();
      }
    }));
  }
  return links;
}

// A link of limited views is not kept: how many there were stands in it.
template <typename Key, typename Bind>
Result<Linked> SqliteLedger::find_linked(LinkedCache<Key>& kept, const Key& key, const std::string& sql,
                                         Bind bind) const {
  if (const auto moment = revision_.now()) {
    if (Linked linked = kept.find(key, *moment)) return if_usable(std::move(linked));
  }
  const auto before = revision_.now_for_certain();
  auto look_up = [&](SqliteReader& reader) -> Result<Linked> {
    const auto query = reader.lookups.use(sql);
    bind(*query);
    query->bind(":now", now());
    if (!query->executeStep()) return nullptr;
    LinkedMessage found{read_link(*query), TRY(read_message(*query, reader.pages, kLinkColumnCount))};
    return std::make_shared<const LinkedMessage>(std::move(found));
  };
  Linked linked = TRY(read("look up a link", look_up));
  if (linked && before && !linked->link.terms.view_limit) kept.keep(key, linked, *before);
  return linked;
}

Linked SqliteLedger::if_usable(Linked linked) const {
  const auto& end = linked->link.terms.expires_at;
  return end && *end <= clock_.now() ? nullptr : std::move(linked);
}

Result<Linked> SqliteLedger::find_linked(const Sha256& token_digest) const {
  return find_linked(linked_by_token_, token_digest, kLinkedByDigest,
                     [&](SQLite::Statement& query) { bind_digest(query, token_digest); });
}

Result<Linked> SqliteLedger::find_linked(int64_t link_id) const {
  return find_linked(linked_by_number_, link_id, kLinkedById,
                     [&](SQLite::Statement& query) { query.bind(":id", link_id); });
}

Linked SqliteLedger::linked_at_hand(const Sha256& token_digest) const {
  const auto moment = revision_.now();
  Linked linked = moment ? linked_by_token_.find(token_digest, *moment) : nullptr;
  return linked ? if_usable(std::move(linked)) : nullptr;
}

void SqliteLedger::drop_old_look_ups() {
  const auto moment = revision_.now_for_certain();
  if (!moment) return forget_linked();
  linked_by_token_.drop_old(*moment);
  linked_by_number_.drop_old(*moment);
}

void SqliteLedger::forget_linked() {
  linked_by_token_.forget();
  linked_by_number_.forget();
}

// Most views are of links without a limit, or have begun: those wait for nobody's commit.
Result<bool> SqliteLedger::admit_view(int64_t link_id, std::string_view session) {
  Standing standing = TRY(read(
      "look up a view", [&](SqliteReader& reader) { return standing_of(reader.database, link_id, session, now()); }));
  if (standing != Standing::NotCounted) return standing == Standing::Admitted;
  return write("count a view", [&](SQLite::Database& database) {
    SQLite::Transaction transaction(database, SQLite::TransactionBehavior::IMMEDIATE);
    SQLite::Statement count(
        database,
        fmt::format("INSERT OR IGNORE INTO link_view (link_id, session) SELECT id, :session FROM link WHERE id = :id "
                    "AND {} AND (SELECT count(*) FROM link_view WHERE link_id = :id) < view_limit",
                    kUsable));
    count.bind(":session", std::string(session));
    count.bind(":id", link_id);
    count.bind(":now", now());
    count.exec();
    bool admitted = standing_of(database, link_id, session, now()) == Standing::Admitted;
    transaction.commit();
    return admitted;
  });
}

Result<void> SqliteLedger::revoke_link(const Sha256& token_digest) {
  int revoked = TRY(write_shown("revoke a link", [&](SQLite::Database& database) {
    SQLite::Statement update(
        database, fmt::format("UPDATE link SET revoked_at = :now WHERE token_sha256 = :digest AND {}", kUsable));
    bind_digest(update, token_digest);
    update.bind(":now", now());
    return update.exec();
  }));
  if (revoked == 0) return no_usable_link();
  return {};
}

Result<int> SqliteLedger::revoke_links(std::string_view message_id) {
  return write_shown("revoke links", [&](SQLite::Database& database) {
    SQLite::Statement update(database,
                             fmt::format("UPDATE link SET revoked_at = :now WHERE message_id = :id AND {}", kUsable));
    update.bind(":id", std::string(message_id));
    update.bind(":now", now());
    return update.exec();
  });
}

Result<int> SqliteLedger::revoke_messages(const std::vector<std::string>& message_ids) {
  return write_shown("revoke links", [&](SQLite::Database& database) {
    SQLite::Transaction transaction(database, SQLite::TransactionBehavior::IMMEDIATE);
    SQLite::Statement update(database,
                             fmt::format("UPDATE link SET revoked_at = :now WHERE message_id = :id AND {}", kUsable));
    update.bind(":now", now());
    int revoked = 0;
    for (const std::string& message : message_ids) {
      update.bind(":id", message);
      revoked += update.exec();
      update.reset();
    }
    transaction.commit();
    return revoked;
  });
}

Result<void> SqliteLedger::stop_tracking(int64_t link_id) {
  return write_shown("stop tracking a link", [&](SQLite::Database& database) {
    SQLite::Statement update(database,
                             "UPDATE link SET do_not_track_at = coalesce(do_not_track_at, :now) WHERE (message_id, "
                             "purpose) = (SELECT message_id, purpose FROM link WHERE id = :id)");
    update.bind(":id", link_id);
    update.bind(":now", now());
    update.exec();
  });
}

Result<void> SqliteLedger::add_api_token(const Sha256& token_digest, const ApiToken& token) {
  TRY_VOID(check(token));
  return write("add an API token", [&](SQLite::Database& database) -> Result<void> {
    SQLite::Transaction transaction(database, SQLite::TransactionBehavior::IMMEDIATE);
    SQLite::Statement insert(database,
                             "INSERT INTO api_token (token_sha256, name, scope, created_at, expires_at) "
                             "VALUES (:digest, :name, :scope, :created, :expires) ON CONFLICT DO NOTHING");
    bind_digest(insert, token_digest);
    insert.bind(":name", token.name);
    insert.bind(":scope", std::string(to_string(token.scope)));
    insert.bind(":created", to_milliseconds(token.created_at));
    if (token.expires_at) insert.bind(":expires", to_milliseconds(*token.expires_at));
    bool added = insert.exec() == 1;
    // The very same one again: a call that was repeated because its answer was lost.
    SQLite::Statement same(database,
                           "SELECT 1 FROM api_token WHERE token_sha256 = :digest AND name = :name AND scope = :scope");
    bind_digest(same, token_digest);
    same.bind(":name", token.name);
    same.bind(":scope", std::string(to_string(token.scope)));
    bool is_there = same.executeStep();
    transaction.commit();
    if (!added && !is_there) return token_name_is_taken(token.name);
    return {};
  });
}

Result<std::optional<ApiToken>> SqliteLedger::find_api_token(const Sha256& token_digest) const {
  return read("look up an API token", [&](SqliteReader& reader) -> Result<std::optional<ApiToken>> {
    const auto query = reader.lookups.use(kTokenByDigest);
    bind_digest(*query, token_digest);
    query->bind(":now", now());
    if (!query->executeStep()) return std::nullopt;
    return TRY(read_api_token(*query));
  });
}

Result<std::vector<ApiToken>> SqliteLedger::api_tokens() const {
  return read("read API tokens", [&](SqliteReader& reader) -> Result<std::vector<ApiToken>> {
    SQLite::Statement query(reader.database,
                            fmt::format("SELECT {} FROM api_token ORDER BY created_at, name", kApiTokenColumns));
    std::vector<ApiToken> tokens;
    while (query.executeStep()) tokens.push_back(TRY(read_api_token(query)));
    return tokens;
  });
}

Result<void> SqliteLedger::remove_api_token(std::string_view name) {
  int removed = TRY(write("remove an API token", [&](SQLite::Database& database) {
    SQLite::Statement remove(database, "DELETE FROM api_token WHERE name = ?");
    remove.bind(1, std::string(name));
    return remove.exec();
  }));
  if (removed == 0) return no_such_token(name);
  return {};
}

}  // namespace candid::track
