#pragma once
// Text that is TOML, as toml++ reads it. Internal to campaign.

#include <string>
#include <string_view>

#include <tl/expected.hpp>
#include <toml++/toml.h>

namespace candid::campaign {

constexpr uint64_t kMostTomlBytes = 1 << 20;  // of a file that a person writes

struct TomlProblem {
  int line = 0;  // 1-based
  std::string message;
  std::string hint;
};

tl::expected<toml::table, TomlProblem> parse_toml(std::string_view text);

}  // namespace candid::campaign
