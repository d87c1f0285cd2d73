#pragma once
// Between PostgreSQL's rows and the ledger's records; columns as in ledger_columns.h. Internal to track.

#include <optional>
#include <string>

#include <pqxx/pqxx>

#include "core/digest.h"
#include "core/error.h"
#include "track/api/api_token.h"
#include "track/evidence/event.h"
#include "track/ledger/ledger_columns.h"
#include "track/message.h"

namespace candid::track {

Result<MessageRecord> read_message(const pqxx::row& row);
LinkRecord read_link(const pqxx::row& row);
// Nothing for a kind that this program does not know.
std::optional<Event> read_event(const pqxx::row& row);
Result<ApiToken> read_api_token(const pqxx::row& row);

// "eraser" in ASCII: who stores messages has this advisory lock shared, who erases alone, until the transaction ends.
inline constexpr int64_t kErasureLock = 111541935629682;

// As values of statements, which decode() them from hexadecimal.
std::string digest_value(const Sha256& digest);
int64_t time_value(UtcTime time);
// A number as text, or a null pointer, which is NULL; it points into itself.
class OptionalValue {
 public:
  explicit OptionalValue(std::optional<int64_t> number) : text_(number ? std::to_string(*number) : std::string()) {}
  explicit OptionalValue(std::optional<UtcTime> time);
  const char* get() const { return text_.empty() ? nullptr : text_.c_str(); }

 private:
  std::string text_;
};

}  // namespace candid::track
