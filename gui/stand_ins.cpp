#include "gui/stand_ins.h"

#include <map>
#include <vector>

#include "core/text.h"

namespace candid::gui {
namespace {

constexpr uint32_t kFirstStandIn = 0x3400;
constexpr uint32_t kLastStandIn = 0x4DBF;
constexpr std::string_view kNoLetter = "\xEF\xBF\xBD";  // U+FFFD

// Of a character's three bytes; 0 for one of another length.
uint32_t three_bytes(std::string_view character) {
  if (character.size() != 3) return 0;
  auto bits = [&](size_t at, uint32_t mask) { return static_cast<unsigned char>(character[at]) & mask; };
  return bits(0, 0x0F) << 12 | bits(1, 0x3F) << 6 | bits(2, 0x3F);
}

bool is_stand_in(std::string_view character) {
  const uint32_t code = three_bytes(character);
  return code >= kFirstStandIn && code <= kLastStandIn;
}

std::string stand_in(size_t number) {
  const uint32_t code = kFirstStandIn + static_cast<uint32_t>(number);
  return {static_cast<char>(0xE0 | code >> 12), static_cast<char>(0x80 | (code >> 6 & 0x3F)),
          static_cast<char>(0x80 | (code & 0x3F))};
}

struct GivenOut {
  std::vector<std::string> letters;  // by the number of their stand-in
  std::map<std::string, size_t, std::less<>> numbers;
};

GivenOut& given_out() {
  static GivenOut all;
  return all;
}

}  // namespace

std::string with_stand_ins(std::string_view text) {
  GivenOut& given = given_out();
  std::string typed;
  for (std::string_view character : characters(text)) {
    if (!is_valid_utf8(character)) {
      typed += kNoLetter;
    } else if (character.size() < 4 && !is_stand_in(character)) {
      typed += character;
    } else {
      auto found = given.numbers.find(character);
      const bool is_left = kFirstStandIn + given.letters.size() <= kLastStandIn;
      if (found == given.numbers.end() && is_left) {
        found = given.numbers.emplace(std::string(character), given.letters.size()).first;
        given.letters.emplace_back(character);
      }
      typed += found == given.numbers.end() ? std::string(kNoLetter) : stand_in(found->second);
    }
  }
  return typed;
}

std::string without_stand_ins(std::string_view text) {
  const GivenOut& given = given_out();
  std::string whole;
  for (std::string_view character : characters(text)) {
    const size_t number = is_stand_in(character) ? three_bytes(character) - kFirstStandIn : given.letters.size();
    whole += number < given.letters.size() ? std::string_view(given.letters[number]) : character;
  }
  return whole;
}

}  // namespace candid::gui
