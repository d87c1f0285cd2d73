#include "gui/words.h"

#include <cstdlib>
#include <map>

#include <nlohmann/json.hpp>

#include "core/log.h"

namespace candid {
// Made by cmake/EmbedAssets.cmake.
const std::map<std::string_view, std::string_view>& gui_assets();
}  // namespace candid

namespace candid::gui {
namespace {

using Words = std::map<std::string, std::string, std::less<>>;

struct Chosen {
  Words words;
  Words untranslated;  // so that what is given out lasts, and ends with a zero
};

Chosen& chosen() {
  static Chosen of_the_window;
  return of_the_window;
}

std::string language_of_environment() {
  for (const char* name : {"LC_ALL", "LC_MESSAGES", "LANG"}) {
    const char* value = std::getenv(name);
    if (value != nullptr && *value != '\0') return std::string(value).substr(0, 2);
  }
  return "en";
}

nlohmann::json read_translation(std::string_view file) {
  auto json = nlohmann::json::parse(file, nullptr, false);
  return json.is_object() ? json : nlohmann::json::object();
}

std::string filled(std::string words, const std::vector<std::string>& values) {
  size_t from = 0;
  for (const std::string& value : values) {
    const size_t place = words.find("{}", from);
    if (place == std::string::npos) break;
    words.replace(place, 2, value);
    from = place + value.size();
  }
  return words;
}

}  // namespace

std::vector<Language> languages() {
  std::vector<Language> all{{"en", "English"}};
  for (const auto& [path, file] : gui_assets()) {
    if (!path.ends_with(".json")) continue;
    all.push_back({std::string(path.substr(0, path.size() - 5)), read_translation(file).value("language", "")});
  }
  return all;
}

void set_language(const std::string& code) {
  const std::string wanted = code.empty() ? language_of_environment() : code;
  chosen() = {};
  const auto file = gui_assets().find(wanted + ".json");
  if (file == gui_assets().end()) return;
  const nlohmann::json words = read_translation(file->second).value("words", nlohmann::json::object());
  for (const auto& [english, translated] : words.items()) {
    if (translated.is_string()) chosen().words.emplace(english, translated.get<std::string>());
  }
}

const char* tr(std::string_view english) {
  if (auto found = chosen().words.find(english); found != chosen().words.end()) return found->second.c_str();
  auto kept = chosen().untranslated.find(english);
  if (kept == chosen().untranslated.end()) {
    kept = chosen().untranslated.emplace(std::string(english), std::string(english)).first;
    if (!chosen().words.empty()) log::debug("gui", "no translation of: " + kept->first);
  }
  return kept->second.c_str();
}

std::string tr(std::string_view english, const std::vector<std::string>& values) {
  return filled(tr(english), values);
}

std::string tr_count(std::string_view one, std::string_view many, size_t number) {
  return filled(tr(number == 1 ? one : many), {std::to_string(number)});
}

}  // namespace candid::gui
