#pragma once
// The INI file that AWS's tools keep keys in. Internal to net.

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "net/sigv4.h"

namespace candid::net {

// $AWS_SHARED_CREDENTIALS_FILE, else ~/.aws/credentials.
std::filesystem::path shared_credentials_file();
// $AWS_PROFILE, else "default".
std::string aws_profile();

// The keys of [profile], or nothing when there is no such section. Unsupported when it has no keys but another way to
// get some; InvalidInput names a line that is no setting (never its content).
Result<std::optional<AwsCredentials>> read_aws_profile(std::string_view text, std::string_view profile,
                                                       std::string_view file_name);

}  // namespace candid::net
