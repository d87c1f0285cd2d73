#pragma once
// A template of assets/pages with its values. Internal to track.

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"
#include "track/pages/page_words.h"

namespace candid::track {

// By the names that the template has for them.
struct PageValues {
  using Entry = std::map<std::string, std::string>;
  std::map<std::string, std::string> texts{};
  std::map<std::string, bool> flags{};
  std::map<std::string, std::vector<Entry>> lists{};
  std::map<std::string, std::vector<PageValues>> groups{};  // lists whose rows have flags and lists of their own

  // "say_NAME" for each word, with their language and direction.
  void set_words(const PageWords& words);
};

// Every text is escaped but in {{{three}}} braces, which stand for our own style and script alone. Internal when the
// template names something that `values` do not have.
Result<std::string> render_template(std::string_view name, const PageValues& values);

// The CSP source of a style of assets/pages, "'sha256-…'".
std::string style_source(std::string_view name);

}  // namespace candid::track
