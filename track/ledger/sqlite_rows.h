#pragma once
// Between the ledger's rows and its records. Internal to track.

#include <optional>

#include <SQLiteCpp/SQLiteCpp.h>

#include "core/error.h"
#include "track/api/api_token.h"
#include "track/evidence/event.h"
#include "track/ledger/ledger_columns.h"
#include "track/ledger/page_cache.h"
#include "track/message.h"

namespace candid::track {

int64_t to_milliseconds(UtcTime time);
UtcTime from_milliseconds(int64_t milliseconds);

Result<MessageRecord> read_message(SQLite::Statement& row);
// The same, by the words that were read lately, from this column on.
Result<MessageRecord> read_message(SQLite::Statement& row, PageCache& pages, int first = 0);
LinkRecord read_link(SQLite::Statement& row);
// Nothing for a kind that this program does not know.
std::optional<Event> read_event(SQLite::Statement& row);
Result<ApiToken> read_api_token(SQLite::Statement& row);

void bind_message(SQLite::Statement& statement, const MessageRecord& message);
void bind_event(SQLite::Statement& statement, const Event& event);

}  // namespace candid::track
