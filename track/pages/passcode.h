#pragma once
// A link's passcode, kept as Argon2id (RFC 9106) by libsodium.

#include <string>
#include <string_view>

#include "core/error.h"

namespace candid::track {

// 4 to 64 characters, white space around it ignored; InvalidInput otherwise. With libsodium's limits for online use:
// 64 MiB of memory and about a tenth of a second.
Result<std::string> hash_passcode(std::string_view passcode);
// As long for a wrong passcode as for the right one.
bool passcode_matches(std::string_view passcode, const std::string& hash);

}  // namespace candid::track
