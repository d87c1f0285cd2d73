#pragma once
// The pages' own words ("Play the video") by language, from assets/pages/words.json. Internal to track.

#include <map>
#include <string>
#include <string_view>

namespace candid::track {

struct PageWords {
  std::string language;  // a key of words.json
  const std::map<std::string, std::string>& texts;
};

// In that language (BCP 47) where there are words in it, else in English.
PageWords words_for(std::string_view language);

// "ltr" or "rtl".
const char* direction_of(std::string_view language);

// The language of a page: the campaign's, or where that is kBrowserLanguage the one of ours that the header
// Accept-Language (RFC 9110 §12.5.4) wants most; English where it wants none of them.
std::string language_of_page(std::string_view page_language, std::string_view accept_language);

}  // namespace candid::track
