#pragma once
// Between the ledger's rows and its records. Internal to track.

#include <optional>

#include <SQLiteCpp/SQLiteCpp.h>

#include "core/error.h"
#include "track/event.h"
#include "track/message.h"

namespace candid::track {

int64_t to_milliseconds(UtcTime time);
UtcTime from_milliseconds(int64_t milliseconds);

// The columns each reader expects, in its order.
inline constexpr const char* kMessageColumns =
    "message_id, campaign_id, campaign_name, candidate_id, candidate_name, candidate_email, roster_line, duration_us, "
    "page, video_ref, poster_ref, captions_ref, published_at";
inline constexpr const char* kLinkColumns =
    "id, message_id, purpose, created_at, expires_at, revoked_at, do_not_track_at IS NOT NULL";
inline constexpr const char* kEventColumns = "link_id, session, sequence, received_at, kind, body, agent, network";

Result<MessageRecord> read_message(SQLite::Statement& row);
LinkRecord read_link(SQLite::Statement& row);
// Nothing for a kind that this program does not know.
std::optional<Event> read_event(SQLite::Statement& row);

void bind_message(SQLite::Statement& statement, const MessageRecord& message);
void bind_event(SQLite::Statement& statement, const Event& event);

}  // namespace candid::track
