#include "core/letters.h"

#include <algorithm>
#include <memory>
#include <mutex>

#include <fmt/format.h>
#include <unicode/translit.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>
#include <unicode/uscript.h>

namespace candid {
namespace {

icu::UnicodeString to_icu(std::string_view text) {
  return icu::UnicodeString::fromUTF8(icu::StringPiece(text.data(), static_cast<int32_t>(text.size())));
}

// Every code point in turn.
template <typename Visit>
void for_each(std::string_view utf8, Visit visit) {
  icu::UnicodeString text = to_icu(utf8);
  for (int32_t i = 0; i < text.length(); i = text.moveIndex32(i, 1)) visit(text.char32At(i));
}

bool has_case_only(std::string_view text, bool (*is_wanted)(UChar32), bool (*is_other)(UChar32)) {
  int wanted = 0;
  int others = 0;
  for_each(text, [&](UChar32 c) {
    wanted += is_wanted(c) ? 1 : 0;
    others += is_other(c) ? 1 : 0;
  });
  return wanted >= 2 && others == 0;
}

bool is_upper(UChar32 c) {
  UErrorCode status = U_ZERO_ERROR;
  return u_isUUppercase(c) != 0 && uscript_getScript(c, &status) != USCRIPT_CHEROKEE;  // writes names so
}
bool is_lower(UChar32 c) {
  // Not the small capitals and modifiers that have no capital form, nor Georgian, whose names have no capital.
  return u_isULowercase(c) != 0 && u_totitle(c) != c;
}

}  // namespace

bool is_all_upper(std::string_view text) {
  return has_case_only(text, is_upper, is_lower);
}

bool is_all_lower(std::string_view text) {
  return has_case_only(text, is_lower, is_upper);
}

std::string plain_letters(std::string_view text) {
  icu::UnicodeString plain = to_icu(text);
  {
    static std::mutex mutex;  // transliterators are not for several threads
    std::lock_guard lock(mutex);
    static const std::unique_ptr<icu::Transliterator> to_ascii = [] {
      UErrorCode status = U_ZERO_ERROR;
      return std::unique_ptr<icu::Transliterator>(icu::Transliterator::createInstance(
          "Any-Latin; NFD; [:Nonspacing Mark:] Remove; Latin-ASCII; Lower", UTRANS_FORWARD, status));
    }();
    if (to_ascii) to_ascii->transliterate(plain);
  }
  std::string letters;
  for (int32_t i = 0; i < plain.length(); ++i) {
    char16_t c = plain[i];
    bool kept = (c >= u'a' && c <= u'z') || (c >= u'0' && c <= u'9');
    if (kept) {
      letters += static_cast<char>(c);
    } else if (c != u'\'' && c != u'\u2019' && !letters.empty() && letters.back() != ' ') {
      letters += ' ';
    }
  }
  if (!letters.empty() && letters.back() == ' ') letters.pop_back();
  return letters;
}

std::vector<char32_t> hidden_characters(std::string_view text) {
  std::vector<char32_t> hidden;
  for_each(text, [&](UChar32 c) {
    bool is_space = c == '\n' || c == '\r' || c == '\t';
    bool is_joiner = c == 0x200C || c == 0x200D;
    bool is_direction_mark = c == 0x200E || c == 0x200F || c == 0x061C;
    // Emoji of flags are spelled with tags.
    bool is_tag = c >= 0xE0020 && c <= 0xE007F;
    int8_t kind = u_charType(c);
    bool is_hidden = kind == U_CONTROL_CHAR || kind == U_FORMAT_CHAR;
    if (!is_hidden || is_space || is_joiner || is_direction_mark || is_tag) return;
    auto character = static_cast<char32_t>(c);
    if (std::find(hidden.begin(), hidden.end(), character) == hidden.end()) hidden.push_back(character);
  });
  return hidden;
}

bool shows_nothing(std::string_view text) {
  bool nothing = true;
  for_each(text, [&](UChar32 c) {
    constexpr UChar32 kBlankBraille = 0x2800;
    constexpr UChar32 kObject = 0xFFFC;  // stands where something was that could not be pasted
    bool is_unseen = u_isUWhiteSpace(c) != 0 || u_hasBinaryProperty(c, UCHAR_DEFAULT_IGNORABLE_CODE_POINT) != 0 ||
                     u_charType(c) == U_CONTROL_CHAR || u_charType(c) == U_FORMAT_CHAR || c == kBlankBraille ||
                     c == kObject;
    nothing = nothing && is_unseen;
  });
  return nothing;
}

bool turns_direction(char32_t character) {
  return (character >= 0x202A && character <= 0x202E) || (character >= 0x2066 && character <= 0x2069);
}

bool is_latin_alike(std::string_view text) {
  bool alike = true;
  for_each(text, [&](UChar32 c) {
    UErrorCode status = U_ZERO_ERROR;
    UScriptCode script = uscript_getScript(c, &status);
    bool counts = u_isalpha(c) != 0;
    alike = alike && (!counts || script == USCRIPT_LATIN || script == USCRIPT_GREEK || script == USCRIPT_CYRILLIC);
  });
  return alike;
}

bool mixes_alphabets(std::string_view text) {
  bool found = false;
  unsigned alphabets = 0;
  for_each(text, [&](UChar32 c) {
    UErrorCode status = U_ZERO_ERROR;
    switch (uscript_getScript(c, &status)) {
      case USCRIPT_LATIN:
        alphabets |= 1;
        break;
      case USCRIPT_GREEK:
        alphabets |= 2;
        break;
      case USCRIPT_CYRILLIC:
        alphabets |= 4;
        break;
      default:
        if (!u_isalpha(c)) alphabets = 0;  // the word ends
    }
    found = found || (alphabets & (alphabets - 1)) != 0;
  });
  return found;
}

bool looks_misread(std::string_view text) {
  // The first characters of what two- and three-byte sequences become, and one that follows them.
  bool found = false;
  UChar32 before = 0;
  for_each(text, [&](UChar32 c) {
    bool follows = (c >= 0xA0 && c <= 0xBF) || c == 0x20AC || c == 0x2122 || c == 0x0153 || c == 0x2039 ||
                   c == 0x0178 || c == 0x201A || c == 0x201E || c == 0x2020 || c == 0x2030 || c == 0x0192 ||
                   c == 0x0161;
    bool leads =
        before == 0xC3 || before == 0xC2 || before == 0xC5 || before == 0xC4 || before == 0xE2 || before == 0xD0;
    found = found || (leads && follows);
    before = c;
  });
  return found;
}

std::string code_point(char32_t character) {
  return fmt::format("U+{:04X}", static_cast<uint32_t>(character));
}

}  // namespace candid
