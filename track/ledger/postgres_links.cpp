// The links, views and API tokens of the ledger in PostgreSQL.

#include <algorithm>
#include <map>
#include <span>

#include <fmt/format.h>

#include "track/ledger/json_fields.h"
#include "track/ledger/ledger_rules.h"
#include "track/ledger/postgres_ledger.h"
#include "track/ledger/postgres_rows.h"

namespace candid::track {
namespace {

constexpr size_t kLinksAtOnce = 1'000;

const PostgresStatement kPutLink = {
    "put_link",
    "INSERT INTO link (token_sha256, message_id, purpose, created_at, expires_at, view_limit, passcode_hash, "
    "may_download, do_not_track_at) SELECT decode($1, 'hex'), message_id, $3::text, $4::bigint, $5::bigint, "
    "$6::integer, $7::text, $8::boolean, (SELECT min(other.do_not_track_at) FROM link AS other WHERE other.message_id "
    "= message.message_id AND other.purpose = $3::text) FROM message WHERE message_id = $2 "
    "ON CONFLICT (token_sha256) DO UPDATE SET expires_at = excluded.expires_at, view_limit = excluded.view_limit, "
    "passcode_hash = excluded.passcode_hash, may_download = excluded.may_download "
    "WHERE link.message_id = excluded.message_id AND link.purpose = excluded.purpose AND link.revoked_at IS NULL"};
const PostgresStatement kHasMessage = {"has_message", "SELECT 1 FROM message WHERE message_id = $1"};
const PostgresStatement kFindLink = {
    "find_link", fmt::format("SELECT {} FROM link WHERE token_sha256 = decode($1, 'hex') AND revoked_at IS NULL AND "
                             "(expires_at IS NULL OR expires_at > $2)",
                             kLinkColumns)};
const PostgresStatement kFindLinkByNumber = {
    "find_link_by_number",
    fmt::format("SELECT {} FROM link WHERE id = $1 AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > $2)",
                kLinkColumns)};
// Their digests come beside them, as the server gives them in its own order.
const PostgresStatement kFindLinks = {
    "find_links",
    fmt::format("SELECT {}, encode(token_sha256, 'hex') FROM link WHERE token_sha256 IN (SELECT decode(digest, 'hex') "
                "FROM json_array_elements_text($1::json) AS sent (digest)) AND revoked_at IS NULL AND "
                "(expires_at IS NULL OR expires_at > $2)",
                kLinkColumns)};
// True when there is no limit, or this view was counted already; no row when the link is not usable.
const PostgresStatement kIsAdmitted = {
    "is_admitted",
    "SELECT view_limit IS NULL OR EXISTS (SELECT 1 FROM link_view WHERE link_id = link.id AND session = $2) FROM link "
    "WHERE id = $1 AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > $3)"};
// Whoever counts a view of a link holds its row until the end of the transaction.
const PostgresStatement kLockLink = {"lock_link", "SELECT 1 FROM link WHERE id = $1 FOR NO KEY UPDATE"};
const PostgresStatement kCountView = {
    "count_view",
    "INSERT INTO link_view (link_id, session) SELECT id, $2::text FROM link WHERE id = $1 AND revoked_at IS NULL AND "
    "(expires_at IS NULL OR expires_at > $3) AND (SELECT count(*) FROM link_view WHERE link_id = $1) < view_limit "
    "ON CONFLICT (link_id, session) DO NOTHING"};
const PostgresStatement kRevokeLink = {
    "revoke_link",
    "UPDATE link SET revoked_at = $2 WHERE token_sha256 = decode($1, 'hex') AND revoked_at IS NULL AND "
    "(expires_at IS NULL OR expires_at > $2)"};
const PostgresStatement kRevokeLinks = {
    "revoke_links",
    "UPDATE link SET revoked_at = $2 WHERE message_id = $1 AND revoked_at IS NULL AND "
    "(expires_at IS NULL OR expires_at > $2)"};
const PostgresStatement kRevokeMessages = {
    "revoke_messages",
    "UPDATE link SET revoked_at = $2 WHERE message_id IN (SELECT id FROM json_array_elements_text($1::json) AS sent "
    "(id)) AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > $2)"};
// Locked in the order in which store_events locks them.
const PostgresStatement kStopTracking = {
    "stop_tracking",
    "WITH theirs AS MATERIALIZED (SELECT id FROM link WHERE (message_id, purpose) = (SELECT message_id, purpose FROM "
    "link WHERE id = $1) ORDER BY id FOR NO KEY UPDATE) UPDATE link SET do_not_track_at = coalesce(do_not_track_at, "
    "$2) FROM theirs WHERE link.id = theirs.id"};
const PostgresStatement kAddApiToken = {
    "add_api_token",
    "INSERT INTO api_token (token_sha256, name, scope, created_at, expires_at) "
    "VALUES (decode($1, 'hex'), $2, $3, $4::bigint, $5::bigint) ON CONFLICT DO NOTHING"};
const PostgresStatement kHasApiToken = {
    "has_api_token", "SELECT 1 FROM api_token WHERE token_sha256 = decode($1, 'hex') AND name = $2 AND scope = $3"};
const PostgresStatement kFindApiToken = {
    "find_api_token", fmt::format("SELECT {} FROM api_token WHERE token_sha256 = decode($1, 'hex') AND "
                                  "(expires_at IS NULL OR expires_at > $2)",
                                  kApiTokenColumns)};
const PostgresStatement kApiTokens = {
    "api_tokens", fmt::format("SELECT {} FROM api_token ORDER BY created_at, name", kApiTokenColumns)};
const PostgresStatement kRemoveApiToken = {"remove_api_token", "DELETE FROM api_token WHERE name = $1"};

std::optional<LinkRecord> only_link(const pqxx::result& found) {
  if (found.empty()) return std::nullopt;
  return read_link(found.front());
}

std::optional<int64_t> as_number(const std::optional<int>& value) {
  if (!value) return std::nullopt;
  return *value;
}

}  // namespace

Result<void> PostgresLedger::put_link(const Sha256& token_digest, std::string_view message_id, Purpose purpose,
                                      const LinkTerms& terms) {
  TRY_VOID(check(terms));
  std::string message = storable(message_id);
  OptionalValue expires(terms.expires_at);
  OptionalValue limit(as_number(terms.view_limit));
  return pool_->run(PostgresAccess::Write, "make a link", [&](PostgresQuery& query) -> Result<void> {
    pqxx::result put = query.run(kPutLink, digest_value(token_digest), message, std::string(to_string(purpose)), now(),
                                 expires.get(), limit.get(), terms.passcode_hash, terms.may_download);
    if (put.affected_rows() == 1) return {};
    if (query.run(kHasMessage, message).empty()) return no_such_message(message_id);
    return link_is_taken();
  });
}

Result<std::optional<LinkRecord>> PostgresLedger::find_link(const Sha256& token_digest) const {
  return pool_->run(PostgresAccess::Single, "look up a link", [&](PostgresQuery& query) {
    return only_link(query.run(kFindLink, digest_value(token_digest), now()));
  });
}

Result<std::optional<LinkRecord>> PostgresLedger::find_link(int64_t link_id) const {
  return pool_->run(PostgresAccess::Single, "look up a link",
                    [&](PostgresQuery& query) { return only_link(query.run(kFindLinkByNumber, link_id, now())); });
}

Result<std::vector<std::optional<LinkRecord>>> PostgresLedger::find_links(
    const std::vector<Sha256>& token_digests) const {
  std::map<std::string, LinkRecord> found;
  std::span<const Sha256> left = token_digests;
  while (!left.empty()) {
    auto some = nlohmann::json::array();
    for (const Sha256& digest : left.first(std::min(left.size(), kLinksAtOnce))) some.push_back(digest_value(digest));
    left = left.subspan(some.size());
    TRY_VOID(pool_->run(PostgresAccess::Single, "look up links", [&](PostgresQuery& query) {
      for (const pqxx::row& row : query.run(kFindLinks, dump_json(some), now())) {
        found.insert_or_assign(row.back().as<std::string>(), read_link(row));
      }
    }));
  }
  std::vector<std::optional<LinkRecord>> links;
  for (const Sha256& digest : token_digests) {
    auto link = found.find(digest_value(digest));
    links.push_back(link == found.end() ? std::nullopt : std::optional(link->second));
  }
  return links;
}

// Most views are of links without a limit, or have begun: those lock nothing.
Result<bool> PostgresLedger::admit_view(int64_t link_id, std::string_view session) {
  std::string view = storable(session);
  enum class Standing { Admitted, NotCounted, NotUsable };
  auto standing = [&](PostgresQuery& query) {
    pqxx::result found = query.run(kIsAdmitted, link_id, view, now());
    if (found.empty()) return Standing::NotUsable;
    return found.front()[0].as<bool>() ? Standing::Admitted : Standing::NotCounted;
  };
  Standing before = TRY(pool_->run(PostgresAccess::Single, "look up a view", standing));
  if (before != Standing::NotCounted) return before == Standing::Admitted;
  return pool_->run(PostgresAccess::Write, "count a view", [&](PostgresQuery& query) {
    query.run(kLockLink, link_id);
    query.run(kCountView, link_id, view, now());
    return standing(query) == Standing::Admitted;
  });
}

Result<void> PostgresLedger::revoke_link(const Sha256& token_digest) {
  return pool_->run(PostgresAccess::Write, "revoke a link", [&](PostgresQuery& query) -> Result<void> {
    if (query.run(kRevokeLink, digest_value(token_digest), now()).affected_rows() == 0) return no_usable_link();
    return {};
  });
}

Result<int> PostgresLedger::revoke_links(std::string_view message_id) {
  return pool_->run(PostgresAccess::Write, "revoke links", [&](PostgresQuery& query) {
    return static_cast<int>(query.run(kRevokeLinks, storable(message_id), now()).affected_rows());
  });
}

Result<int> PostgresLedger::revoke_messages(const std::vector<std::string>& message_ids) {
  auto ids = nlohmann::json::array();
  for (const std::string& id : message_ids) ids.push_back(storable(id));
  std::string sent = dump_json(ids);
  return pool_->run(PostgresAccess::Write, "revoke links", [&](PostgresQuery& query) {
    return static_cast<int>(query.run(kRevokeMessages, sent, now()).affected_rows());
  });
}

Result<void> PostgresLedger::stop_tracking(int64_t link_id) {
  return pool_->run(PostgresAccess::Write, "stop tracking a link",
                    [&](PostgresQuery& query) { query.run(kStopTracking, link_id, now()); });
}

Result<void> PostgresLedger::add_api_token(const Sha256& token_digest, const ApiToken& token) {
  TRY_VOID(check(token));
  std::string digest = digest_value(token_digest);
  std::string scope(to_string(token.scope));
  OptionalValue expires(token.expires_at);
  return pool_->run(PostgresAccess::Write, "add an API token", [&](PostgresQuery& query) -> Result<void> {
    query.run(kAddApiToken, digest, token.name, scope, time_value(token.created_at), expires.get());
    // The very same one may be there already, from a call that was repeated because its answer was lost.
    if (query.run(kHasApiToken, digest, token.name, scope).empty()) return token_name_is_taken(token.name);
    return {};
  });
}

Result<std::optional<ApiToken>> PostgresLedger::find_api_token(const Sha256& token_digest) const {
  return pool_->run(PostgresAccess::Single, "look up an API token",
                    [&](PostgresQuery& query) -> Result<std::optional<ApiToken>> {
                      pqxx::result found = query.run(kFindApiToken, digest_value(token_digest), now());
                      if (found.empty()) return std::nullopt;
                      return TRY(read_api_token(found.front()));
                    });
}

Result<std::vector<ApiToken>> PostgresLedger::api_tokens() const {
  return pool_->run(PostgresAccess::Single, "read API tokens",
                    [&](PostgresQuery& query) -> Result<std::vector<ApiToken>> {
                      std::vector<ApiToken> tokens;
                      for (const pqxx::row& row : query.run(kApiTokens)) tokens.push_back(TRY(read_api_token(row)));
                      return tokens;
                    });
}

Result<void> PostgresLedger::remove_api_token(std::string_view name) {
  return pool_->run(PostgresAccess::Write, "remove an API token", [&](PostgresQuery& query) -> Result<void> {
    if (query.run(kRemoveApiToken, storable(name)).affected_rows() == 0) return no_such_token(name);
    return {};
  });
}

}  // namespace candid::track
