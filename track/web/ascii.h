#pragma once
// HTTP's own words: letters without regard to case, of ASCII alone (a name in another script must not become one of
// ours).

#include <algorithm>
#include <string>
#include <string_view>

namespace candid::track {

inline char ascii_lower(char letter) {
  return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
}

inline std::string ascii_lower(std::string_view text) {
  std::string lower(text);
  for (char& letter : lower) letter = ascii_lower(letter);
  return lower;
}

inline bool equal_ignoring_case(std::string_view a, std::string_view b) {
  return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(), [](char one, char other) {
           return ascii_lower(one) == ascii_lower(other);
         });
}

}  // namespace candid::track
