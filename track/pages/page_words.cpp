#include "track/pages/page_words.h"

#include <charconv>
#include <set>

#include <nlohmann/json.hpp>

#include "core/text.h"
#include "track/message.h"
#include "track/pages/page_assets.h"

namespace candid::track {
namespace {

constexpr size_t kLongestHeader = 1000;  // browsers send some dozens of bytes
constexpr std::string_view kEnglish = "en";

using AllWords = std::map<std::string, std::map<std::string, std::string>, std::less<>>;

const AllWords& all_words() {
  static const AllWords all = [] {
    AllWords read;
    nlohmann::json json = nlohmann::json::parse(page_assets().at("words.json"));
    for (const auto& [language, texts] : json.items()) {
      read[language] = texts.get<std::map<std::string, std::string>>();
    }
    return read;
  }();
  return all;
}

std::string primary_language(std::string_view tag) {
  return to_lower(tag.substr(0, tag.find('-')));
}

// Of "de;q=0.8"; 0 for what is none.
double weight_of(std::string_view parameters) {
  size_t at = parameters.find("q=");
  if (at == std::string_view::npos) return 1;
  double weight = 0;
  const char* end = parameters.data() + parameters.size();
  auto [stop, status] = std::from_chars(parameters.data() + at + 2, end, weight);
  return status == std::errc{} && weight >= 0 && weight <= 1 ? weight : 0;
}

std::string wanted_most(std::string_view accept_language) {
  std::string best(kEnglish);
  double best_weight = 0;
  std::string_view rest = accept_language.substr(0, kLongestHeader);
  while (!rest.empty()) {
    std::string_view entry = rest.substr(0, rest.find(','));
    rest.remove_prefix(std::min(rest.size(), entry.size() + 1));
    size_t semicolon = entry.find(';');
    std::string language = primary_language(trim(entry.substr(0, semicolon)));
    double weight = semicolon == std::string_view::npos ? 1 : weight_of(entry.substr(semicolon));
    // Of equal weights the first.
    if (weight > best_weight && all_words().contains(language)) {
      best = language;
      best_weight = weight;
    }
  }
  return best;
}

}  // namespace

PageWords words_for(std::string_view language) {
  auto found = all_words().find(primary_language(language));
  if (found == all_words().end()) found = all_words().find(kEnglish);
  return {found->first, found->second};
}

const char* direction_of(std::string_view language) {
  static const std::set<std::string, std::less<>> kRightToLeft = {"ar", "fa", "he", "ur"};
  return kRightToLeft.contains(primary_language(language)) ? "rtl" : "ltr";
}

std::string language_of_page(std::string_view page_language, std::string_view accept_language) {
  return page_language == kBrowserLanguage ? wanted_most(accept_language) : std::string(page_language);
}

}  // namespace candid::track
