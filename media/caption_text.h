#pragma once
// Characters of captions: how wide they are, and where a line of them may end. Internal to media.

#include <cstddef>
#include <string_view>
#include <utility>
#include <vector>

namespace candid::media {

constexpr size_t kFieldCharacters = 8;  // that a field's value is reckoned to take

// The first character and its length in bytes. What is not UTF-8 is one character a byte.
std::pair<char32_t, size_t> first_character(std::string_view text);

// Bytes of the "{{field}}" at the front; 0 when none stands there.
size_t field_length(std::string_view text);

// 0 for what is not seen, 2 for what is wide, else 1.
size_t characters_of(char32_t c);

// Where one of the two is of a script without spaces.
bool may_break_between(char32_t before, char32_t after);

std::vector<std::string_view> lines_of(std::string_view text);

}  // namespace candid::media
