#include "track/ledger/sqlite_rows.h"

namespace candid::track {
namespace {

std::optional<UtcTime> read_time(const SQLite::Column& column) {
  if (column.isNull()) return std::nullopt;
  return from_milliseconds(column.getInt64());
}

}  // namespace

int64_t to_milliseconds(UtcTime time) {
  return time.time_since_epoch().count();
}

UtcTime from_milliseconds(int64_t milliseconds) {
  return UtcTime(std::chrono::milliseconds(milliseconds));
}

Result<MessageRecord> read_message(SQLite::Statement& row) {
  PageCache nothing_yet;
  return read_message(row, nothing_yet);
}

Result<MessageRecord> read_message(SQLite::Statement& row, PageCache& pages, int first) {
  auto column = [&](int index) { return row.getColumn(first + index); };
  MessageRecord message;
  message.message_id = column(0).getString();
  message.campaign_id = column(1).getString();
  message.campaign_name = column(2).getString();
  message.candidate_id = column(3).getString();
  message.candidate_name = column(4).getString();
  message.candidate_email = column(5).getString();
  message.roster_line = column(6).getInt();
  message.duration = Microseconds(column(7).getInt64());
  message.page = TRY(pages.parse(column(8).getString()));
  message.video_ref = column(9).getString();
  message.poster_ref = column(10).getString();
  message.captions_ref = column(11).getString();
  message.published_at = from_milliseconds(column(12).getInt64());
  return message;
}

LinkRecord read_link(SQLite::Statement& row) {
  LinkRecord link;
  link.id = row.getColumn(0).getInt64();
  link.message_id = row.getColumn(1).getString();
  link.purpose = row.getColumn(2).getString() == "owner" ? Purpose::Owner : Purpose::Candidate;
  link.created_at = from_milliseconds(row.getColumn(3).getInt64());
  link.terms.expires_at = read_time(row.getColumn(4));
  if (!row.getColumn(5).isNull()) link.terms.view_limit = row.getColumn(5).getInt();
  link.terms.passcode_hash = row.getColumn(6).getString();
  link.terms.may_download = row.getColumn(7).getInt() != 0;
  link.revoked_at = read_time(row.getColumn(8));
  link.do_not_track = row.getColumn(9).getInt() != 0;
  link.views = row.getColumn(10).getInt();
  return link;
}

std::optional<Event> read_event(SQLite::Statement& row) {
  auto kind = event_kind(row.getColumn(4).getString());
  if (!kind) return std::nullopt;
  Event event;
  event.link_id = row.getColumn(0).getInt64();
  event.session = row.getColumn(1).getString();
  if (!row.getColumn(2).isNull()) event.sequence = row.getColumn(2).getInt64();
  event.received_at = from_milliseconds(row.getColumn(3).getInt64());
  event.kind = *kind;
  event.body = row.getColumn(5).getString();
  event.agent = row.getColumn(6).getString();
  event.network = row.getColumn(7).getString();
  return event;
}

Result<ApiToken> read_api_token(SQLite::Statement& row) {
  auto scope = api_scope(row.getColumn(1).getString());
  if (!scope) return fail(ErrorKind::Corrupt, "the ledger holds an API token of a scope that is not known here");
  ApiToken token;
  token.name = row.getColumn(0).getString();
  token.scope = *scope;
  token.created_at = from_milliseconds(row.getColumn(2).getInt64());
  token.expires_at = read_time(row.getColumn(3));
  return token;
}

void bind_message(SQLite::Statement& statement, const MessageRecord& message) {
  statement.bind(1, message.message_id);
  statement.bind(2, message.campaign_id);
  statement.bind(3, message.campaign_name);
  statement.bind(4, message.candidate_id);
  statement.bind(5, message.candidate_name);
  statement.bind(6, message.candidate_email);
  statement.bind(7, message.roster_line);
  statement.bind(8, static_cast<int64_t>(message.duration.count()));
  statement.bind(9, to_json(message.page));
  statement.bind(10, message.video_ref);
  statement.bind(11, message.poster_ref);
  statement.bind(12, message.captions_ref);
  statement.bind(13, to_milliseconds(message.published_at));
}

void bind_event(SQLite::Statement& statement, const Event& event) {
  statement.bind(1, event.link_id);
  statement.bind(2, event.session);
  if (event.sequence) {
    statement.bind(3, *event.sequence);
  } else {
    statement.bind(3);  // NULL, which SQLite's UNIQUE lets in any number of times
  }
  statement.bind(4, to_milliseconds(event.received_at));
  statement.bind(5, std::string(to_string(event.kind)));
  statement.bind(6, event.body);
  statement.bind(7, event.agent);
  statement.bind(8, event.network);
}

}  // namespace candid::track
