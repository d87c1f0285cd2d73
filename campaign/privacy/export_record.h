#pragma once
// A candidate's data as JSON, and the same as a page. Internal to campaign.

#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "campaign/privacy/subject.h"
#include "campaign/status.h"
#include "core/error.h"
#include "track/ledger/ledger.h"

namespace candid::campaign {

// What a roster has of them; nothing without a row.
nlohmann::json record_of_row(const Subject& subject);
// A message with its page, links, visits and events. `status` is of its campaign, judged with all others'; null: never
// published.
nlohmann::json record_of_message(const track::MessageRecord& message, const track::CandidateView& view,
                                 const std::vector<track::LinkHistory>& histories);

// index.html: all words escaped, nothing from elsewhere, readable without scripts.
std::string page_of(const nlohmann::json& data);

}  // namespace candid::campaign
