#pragma once
// Which store this is: a random id in a small object of its own, and the store's address, so that what is known of one
// store is never taken for granted of another, of its copy, or of the same one after it was wiped. Internal to
// campaign.

#include <optional>
#include <string>

#include "core/error.h"
#include "upload/store.h"

namespace candid::campaign {

inline constexpr std::string_view kIdentityObject = upload::kStoreIdentity;

// Nothing when it has none yet, or none that can be read. NotFound when the bucket or folder itself is missing.
Result<std::optional<std::string>> find_store_id(upload::Store& store);
// Gives it one where there is none.
Result<std::string> store_id(upload::Store& store);
// Gives it another one: objects were removed, and what campaigns know to be there is to be asked again. Nothing where
// there is no store, or it has none.
Result<void> renew_store_id(upload::Store& store);

}  // namespace candid::campaign
