#pragma once
// The window's own words, in the language of whoever sits before it.

#include <string>
#include <string_view>
#include <vector>

namespace candid::gui {

struct Language {
  std::string code;  // "de"
  std::string name;  // in itself: "Deutsch"
};

// English, and those of assets/gui/*.json.
std::vector<Language> languages();
// Empty: what the environment says (LC_ALL, LC_MESSAGES, LANG), else English. Unknown ones are English, too.
void set_language(const std::string& code);

// The English words in the language chosen; themselves where there is no translation. Ends with a zero, and lasts until
// set_language(). The window's thread.
const char* tr(std::string_view english);

// Fills "{}" of the translated words, in order: each argument is text.
std::string tr(std::string_view english, const std::vector<std::string>& values);
// The same for a number of things: `one` where it is 1.
std::string tr_count(std::string_view one, std::string_view many, size_t number);

}  // namespace candid::gui
