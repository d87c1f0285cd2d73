#pragma once
// Whom a greeting greets, as JSON: the same in notes and in journals. Internal to campaign.

#include <nlohmann/json_fwd.hpp>

#include "campaign/greetings/greeting_note.h"

namespace candid::campaign {

nlohmann::json to_json(const GreetingWords& said);
nlohmann::json to_json(const CutRecord& record);
// Both throw nlohmann::json::exception where it is not ours.
GreetingWords words_of(const nlohmann::json& json);
CutRecord record_of(const nlohmann::json& json);

}  // namespace candid::campaign
