#pragma once
// The ledger's records as the JSON that programs of Candid exchange (docs/api.md). Internal to track.
//
// Keys are the members' names, times are milliseconds since 1970 ("duration_us" is microseconds), digests hexadecimal,
// optional values null.
//
// Readers take hostile input: an unknown key, a wrong type or a value out of its bounds is InvalidInput, and its
// message holds no value.

#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include "core/digest.h"
#include "core/error.h"
#include "core/time.h"
#include "track/ledger/json_fields.h"
#include "track/ledger/ledger.h"

namespace candid::track {

nlohmann::json json_of(UtcTime time);
nlohmann::json json_of(const Sha256& digest);
nlohmann::json json_of(const MessageRecord& message);
nlohmann::json json_of(const LinkTerms& terms);
// With the fingerprint of the link's passcode, not its hash, which could be guessed at leisure.
nlohmann::json json_of(const LinkRecord& link);
nlohmann::json json_of(const Event& event);
// Without the hash of the link's passcode: those who may read events could guess it at leisure.
nlohmann::json json_of(const LinkHistory& history);
nlohmann::json json_of(const CampaignSummary& campaign);
nlohmann::json json_of(const ApiToken& token);
nlohmann::json json_of(const Erasure& erasure);
nlohmann::json json_of(const ViewCounts& counts);  // {"viewed": 3, …}

// An array of records.
template <typename T>
nlohmann::json json_list(const std::vector<T>& records) {
  auto list = nlohmann::json::array();
  for (const T& record : records) list.push_back(json_of(record));
  return list;
}

// Also checks what validate() checks.
Result<MessageRecord> message_from_json(const nlohmann::json& json);
Result<LinkTerms> terms_from_json(const nlohmann::json& json);
Result<LinkRecord> link_from_json(const nlohmann::json& json);
Result<Event> event_from_json(const nlohmann::json& json);
Result<LinkHistory> history_from_json(const nlohmann::json& json);
Result<CampaignSummary> campaign_from_json(const nlohmann::json& json);
Result<ApiToken> api_token_from_json(const nlohmann::json& json);
Result<Erasure> erasure_from_json(const nlohmann::json& json);
Result<ViewCounts> counts_from_json(const nlohmann::json& json);

// `read` is one of the functions above; the first record that is wrong refuses the whole list.
template <typename T>
Result<std::vector<T>> list_from_json(const nlohmann::json& array, Result<T> (*read)(const nlohmann::json&)) {
  if (!array.is_array()) return fail(ErrorKind::InvalidInput, "a list is no JSON array");
  std::vector<T> records;
  records.reserve(array.size());
  for (const nlohmann::json& element : array) records.push_back(TRY(read(element)));
  return records;
}

}  // namespace candid::track
