#include "track/api/api_token.h"

#include <array>
#include <utility>

namespace candid::track {
namespace {

// These words are stored in ledgers: never rename one.
constexpr std::array<std::pair<ApiScope, std::string_view>, 3> kScopes = {{
    {ApiScope::Read, "read"},
    {ApiScope::Publish, "publish"},
    {ApiScope::Admin, "admin"},
}};

}  // namespace

std::string_view to_string(ApiScope scope) {
  for (const auto& [known, name] : kScopes) {
    if (known == scope) return name;
  }
  return "read";
}

std::optional<ApiScope> api_scope(std::string_view name) {
  for (const auto& [scope, known] : kScopes) {
    if (known == name) return scope;
  }
  return std::nullopt;
}

}  // namespace candid::track
