#pragma once
// Which store this is: a random id in a small object of its own, so that what is known of one store is never taken for
// granted of another, or of the same one after it was wiped. Internal to campaign.

#include <optional>
#include <string>

#include "core/error.h"
#include "upload/store.h"

namespace candid::campaign {

inline constexpr std::string_view kIdentityObject = "candid-store.json";

// Nothing when it has none yet, or none that can be read.
Result<std::optional<std::string>> find_store_id(upload::Store& store);
// Gives it one where there is none.
Result<std::string> store_id(upload::Store& store);

}  // namespace candid::campaign
