#pragma once
// Who may use the server's API: "cnd_" and 160 random bits, given out once and kept as its SHA-256 alone.

#include <optional>
#include <string>
#include <string_view>

#include "core/time.h"

namespace candid::track {

// Each may do what the ones before it may.
enum class ApiScope {
  Read,     // status
  Publish,  // and store objects, messages, links
  Admin,    // and events, backups
};
std::string_view to_string(ApiScope scope);
std::optional<ApiScope> api_scope(std::string_view name);

struct ApiToken {
  std::string name;  // "laptop of the talent team"
  ApiScope scope = ApiScope::Publish;
  UtcTime created_at{};
  std::optional<UtcTime> expires_at{};
};

}  // namespace candid::track
