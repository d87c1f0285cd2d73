#include "track/ledger/postgres_rows.h"

#include "core/encoding.h"

namespace candid::track {
namespace {

std::string text(const pqxx::field& field) {
  return {field.c_str(), field.size()};
}

UtcTime time(const pqxx::field& field) {
  return UtcTime(std::chrono::milliseconds(field.as<int64_t>()));
}

std::optional<UtcTime> optional_time(const pqxx::field& field) {
  if (field.is_null()) return std::nullopt;
  return time(field);
}

}  // namespace

Result<MessageRecord> read_message(const pqxx::row& row) {
  MessageRecord message;
  message.message_id = text(row[0]);
  message.campaign_id = text(row[1]);
  message.campaign_name = text(row[2]);
  message.candidate_id = text(row[3]);
  message.candidate_name = text(row[4]);
  message.candidate_email = text(row[5]);
  message.roster_line = row[6].as<int>();
  message.duration = Microseconds(row[7].as<int64_t>());
  message.page = TRY(page_from_json(text(row[8])));
  message.video_ref = text(row[9]);
  message.poster_ref = text(row[10]);
  message.captions_ref = text(row[11]);
  message.published_at = time(row[12]);
  return message;
}

LinkRecord read_link(const pqxx::row& row) {
  LinkRecord link;
  link.id = row[0].as<int64_t>();
  link.message_id = text(row[1]);
  link.purpose = purpose_named(text(row[2])).value_or(Purpose::Candidate);
  link.created_at = time(row[3]);
  link.terms.expires_at = optional_time(row[4]);
  if (!row[5].is_null()) link.terms.view_limit = row[5].as<int>();
  link.terms.passcode_hash = text(row[6]);
  link.terms.may_download = row[7].as<bool>();
  link.revoked_at = optional_time(row[8]);
  link.do_not_track = row[9].as<bool>();
  link.views = row[10].as<int>();
  return link;
}

std::optional<Event> read_event(const pqxx::row& row) {
  auto kind = event_kind(text(row[4]));
  if (!kind) return std::nullopt;
  Event event;
  event.link_id = row[0].as<int64_t>();
  event.session = text(row[1]);
  if (!row[2].is_null()) event.sequence = row[2].as<int64_t>();
  event.received_at = time(row[3]);
  event.kind = *kind;
  event.body = text(row[5]);
  event.agent = text(row[6]);
  event.network = text(row[7]);
  return event;
}

Result<ApiToken> read_api_token(const pqxx::row& row) {
  auto scope = api_scope(text(row[1]));
  if (!scope) return fail(ErrorKind::Corrupt, "the ledger holds an API token of a scope that is not known here");
  ApiToken token;
  token.name = text(row[0]);
  token.scope = *scope;
  token.created_at = time(row[2]);
  token.expires_at = optional_time(row[3]);
  return token;
}

std::string digest_value(const Sha256& digest) {
  return to_hex(digest);
}

int64_t time_value(UtcTime time) {
  return time.time_since_epoch().count();
}

OptionalValue::OptionalValue(std::optional<UtcTime> time) {
  if (time) text_ = std::to_string(time_value(*time));
}

}  // namespace candid::track
