#pragma once
// What the campaign's own folder holds of somebody: an export names it, and holds none of it.

#include <string>
#include <vector>

#include "campaign/campaign_file.h"
#include "campaign/privacy/subject.h"
#include "core/error.h"

namespace candid::campaign {

// In words for people. Nothing of who only shares an id with somebody else.
Result<std::vector<std::string>> held_in_folder(const Campaign& campaign, const Subject& subject);

}  // namespace candid::campaign
