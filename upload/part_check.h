#pragma once
// A part that changed on this machine's disk must not be stored: everybody would take it for the part that its name
// says, and nobody would send the right one again. Internal to upload.

#include <string_view>

#include "core/digest.h"
#include "core/error.h"

namespace candid::upload {

// Whether `content`, of `source`, may be put under `name`: Corrupt, and not retryable, for a part of another content.
// Any content fits a name that is no part's.
Result<void> check_part(std::string_view name, const Sha256& content, std::string_view source);

}  // namespace candid::upload
