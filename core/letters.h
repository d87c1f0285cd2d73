#pragma once
// What kinds of characters a text is made of, for finding names that were typed or decoded wrongly.

#include <string>
#include <string_view>
#include <vector>

namespace candid {

// Whether it has letters with case, at least two of them, and all are capitals (or small ones).
bool is_all_upper(std::string_view text);
bool is_all_lower(std::string_view text);

// The same in small letters a-z as far as it can be written so (ICU: Any-Latin; Latin-ASCII), and digits; all else
// becomes single spaces: "Łukasz Żółć" → "lukasz zolc", "Ὀδυσσεύς" → "odysseus".
std::string plain_letters(std::string_view text);

// Whether all its letters are Latin, Greek or Cyrillic: of these alone plain_letters() is what people write in
// addresses.
bool is_latin_alike(std::string_view text);

// Characters that are not seen but change what is: controls, marks that turn the direction of reading, zero-width
// spaces. Joiners within words, which some scripts and emoji need, are not among them.
std::vector<char32_t> hidden_characters(std::string_view text);
// Whether all of it is white space and characters that nobody sees: a name that draws nothing.
bool shows_nothing(std::string_view text);
bool turns_direction(char32_t character);  // U+202A..202E, U+2066..2069

// Whether one word mixes letters that look alike but are of different scripts: Latin, Greek, Cyrillic.
bool mixes_alphabets(std::string_view text);

// Whether it looks like UTF-8 that was read as Windows-1252: "JosÃ©", "Oâ€™Neil".
bool looks_misread(std::string_view text);

std::string code_point(char32_t character);  // "U+202E"

}  // namespace candid
