#include "campaign/toml_document.h"

#include <algorithm>

namespace candid::campaign {
namespace {

// toml++ follows dotted keys by recursion, however long they are. The line of the first key with too many parts, or 0.
int line_of_endless_key(std::string_view toml) {
  constexpr auto kMostParts = 64;
  int line = 1;
  while (!toml.empty()) {
    size_t end = std::min(toml.find('\n'), toml.size() - 1) + 1;
    std::string_view key = toml.substr(0, end);
    if (!key.starts_with('[')) key = key.substr(0, key.find('='));
    if (std::count(key.begin(), key.end(), '.') > kMostParts) return line;
    toml.remove_prefix(end);
    ++line;
  }
  return 0;
}

}  // namespace

tl::expected<toml::table, TomlProblem> parse_toml(std::string_view text) {
  if (int line = line_of_endless_key(text); line > 0)
    return tl::unexpected(TomlProblem{line, "a key has too many parts", "keys read a.b, with few dots"});
  try {
    return toml::parse(text);
  } catch (const toml::parse_error& error) {
    return tl::unexpected(TomlProblem{static_cast<int>(error.source().begin.line), std::string(error.description()),
                                      "check the quotes and brackets of this line (toml.io)"});
  }
}

}  // namespace candid::campaign
