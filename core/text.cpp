#include "core/text.h"

#include <array>
#include <vector>

#include <fmt/format.h>
#include <unicode/locid.h>
#include <unicode/normalizer2.h>
#include <unicode/uchar.h>
#include <unicode/ucnv.h>
#include <unicode/unistr.h>
#include <unicode/utf8.h>

namespace candid {
namespace {

icu::UnicodeString icu_text(std::string_view text) {
  return icu::UnicodeString::fromUTF8(icu::StringPiece(text.data(), static_cast<int32_t>(text.size())));
}

std::string from_icu(const icu::UnicodeString& text) {
  std::string utf8;
  text.toUTF8String(utf8);
  return utf8;
}

// What is not a language tag means no language.
icu::Locale locale_of(const std::string& language) {
  UErrorCode status = U_ZERO_ERROR;
  icu::Locale locale = icu::Locale::forLanguageTag(language, status);
  return U_FAILURE(status) || language.empty() ? icu::Locale::getRoot() : locale;
}

// "JANE Doe" → "Jane Doe"
void lower_shouted_words(icu::UnicodeString& text, const icu::Locale& locale) {
  constexpr int32_t kShort = 3;  // initials and short forms
  for (int32_t begin = 0; begin < text.length();) {
    int32_t end = begin;
    while (end < text.length() && !u_isUWhiteSpace(text[end]) && text[end] != u'-') ++end;
    icu::UnicodeString word = text.tempSubStringBetween(begin, end);
    bool is_initials = word.indexOf(u'.') >= 0;
    bool is_shouted = word.length() >= kShort && !is_initials && word == icu::UnicodeString(word).toUpper(locale) &&
                      word != icu::UnicodeString(word).toLower(locale);
    if (is_shouted) text.replaceBetween(begin, end, word.toTitle(nullptr, locale));
    begin = end + 1;
  }
}

// Calls `visit(code point, its bytes)` for each character; invalid bytes come as U+FFFD.
template <typename Visit>
void for_each_character(std::string_view text, Visit visit) {
  const auto* bytes = reinterpret_cast<const uint8_t*>(text.data());
  auto size = static_cast<int32_t>(text.size());
  int32_t at = 0;
  while (at < size) {
    int32_t start = at;
    UChar32 c = 0;
    U8_NEXT_OR_FFFD(bytes, at, size, c);
    visit(c, text.substr(static_cast<size_t>(start), static_cast<size_t>(at - start)));
  }
}

Result<std::string> convert(std::span<const uint8_t> bytes, const char* encoding) {
  UErrorCode status = U_ZERO_ERROR;
  std::unique_ptr<UConverter, decltype(&ucnv_close)> converter(ucnv_open(encoding, &status), &ucnv_close);
  if (U_FAILURE(status)) return fail(ErrorKind::Internal, fmt::format("no converter for {}", encoding));
  ucnv_setToUCallBack(converter.get(), UCNV_TO_U_CALLBACK_STOP, nullptr, nullptr, nullptr, &status);
  icu::UnicodeString text(reinterpret_cast<const char*>(bytes.data()), static_cast<int32_t>(bytes.size()),
                          converter.get(), status);
  if (U_FAILURE(status)) {
    return fail(ErrorKind::Corrupt, fmt::format("the bytes are not {} text ({})", encoding, u_errorName(status)),
                "save the file as UTF-8");
  }
  return from_icu(text);
}

// UTF-16 without a mark: Western text has a zero in every second byte.
bool looks_like_utf16(std::span<const uint8_t> bytes, size_t zero_offset) {
  size_t pairs = std::min<size_t>(bytes.size() / 2, 512);
  if (pairs < 2 || bytes.size() % 2 != 0) return false;
  size_t zeros = 0;
  for (size_t i = 0; i < pairs; ++i) zeros += bytes[2 * i + zero_offset] == 0 ? 1 : 0;
  return zeros * 2 > pairs;
}

bool is_kept_in_file_name(UChar32 c) {
  return u_isalnum(c) || (U_GET_GC_MASK(c) & (U_GC_MN_MASK | U_GC_MC_MASK)) != 0;
}

}  // namespace

Result<DecodedText> decode_text(std::span<const uint8_t> bytes) {
  if (bytes.size() > INT32_MAX / 4) return fail(ErrorKind::InvalidInput, "the text is larger than 512 MB");
  auto starts_with = [&](std::initializer_list<uint8_t> mark) {
    return bytes.size() >= mark.size() && std::equal(mark.begin(), mark.end(), bytes.begin());
  };
  DecodedText decoded;
  if (starts_with({0xEF, 0xBB, 0xBF})) {
    decoded = {std::string(bytes.begin() + 3, bytes.end()), "UTF-8"};
    if (!is_valid_utf8(decoded.utf8)) {
      return fail(ErrorKind::Corrupt, "the file is marked as UTF-8 but has bytes that are not",
                  "save it as UTF-8 again");
    }
  } else if (starts_with({0xFF, 0xFE})) {
    decoded = {TRY(convert(bytes.subspan(2), "UTF-16LE")), "UTF-16LE"};
  } else if (starts_with({0xFE, 0xFF})) {
    decoded = {TRY(convert(bytes.subspan(2), "UTF-16BE")), "UTF-16BE"};
  } else if (looks_like_utf16(bytes, 1)) {
    decoded = {TRY(convert(bytes, "UTF-16LE")), "UTF-16LE"};
  } else if (looks_like_utf16(bytes, 0)) {
    decoded = {TRY(convert(bytes, "UTF-16BE")), "UTF-16BE"};
  } else {
    decoded = {std::string(bytes.begin(), bytes.end()), "UTF-8"};
    if (!is_valid_utf8(decoded.utf8)) decoded = {TRY(convert(bytes, "windows-1252")), "windows-1252"};
  }
  size_t nul = decoded.utf8.find('\0');
  if (nul != std::string::npos) {
    return fail(ErrorKind::Corrupt, fmt::format("the file holds a zero byte at character {}: it is not text", nul),
                "export it as CSV, UTF-8");
  }
  return decoded;
}

Result<DecodedText> decode_rows(std::span<const uint8_t> bytes) {
  std::string text(bytes.begin(), bytes.end());
  size_t good = 0;  // characters of several bytes: hardly ever there by chance
  size_t bad = 0;
  std::string mended;
  for_each_character(text, [&](UChar32 c, std::string_view character) {
    bool is_bad = c == 0 || (c == 0xFFFD && character != kNoCharacter);
    good += character.size() > 1 && !is_bad ? 1 : 0;
    bad += is_bad && c != 0 ? 1 : 0;
    mended += is_bad ? kNoCharacter : character;
  });
  bool has_nul = text.find('\0') != std::string::npos;
  bool is_utf16 = text.starts_with("\xFF\xFE") || text.starts_with("\xFE\xFF") || looks_like_utf16(bytes, 0) ||
                  looks_like_utf16(bytes, 1);
  bool is_mostly_utf8 = bad == 0 || good >= bad || text.starts_with("\xEF\xBB\xBF");
  if (is_utf16 || !is_mostly_utf8 || (bad == 0 && !has_nul)) return decode_text(bytes);
  constexpr std::string_view kMark = "\xEF\xBB\xBF";
  return DecodedText{mended.starts_with(kMark) ? mended.substr(kMark.size()) : mended, "UTF-8"};
}

bool is_valid_utf8(std::string_view text) {
  const auto* bytes = reinterpret_cast<const uint8_t*>(text.data());
  auto size = static_cast<int32_t>(text.size());
  int32_t at = 0;
  while (at < size) {
    UChar32 c = 0;
    U8_NEXT(bytes, at, size, c);
    if (c < 0) return false;
  }
  return true;
}

std::string trim(std::string_view text) {
  size_t first = std::string_view::npos;
  size_t last = 0;
  for_each_character(text, [&](UChar32 c, std::string_view bytes) {
    // U+FEFF and U+200B come along when cells are pasted from web pages, and no one sees them.
    if (u_isUWhiteSpace(c) || c == 0xFEFF || c == 0x200B) return;
    auto at = static_cast<size_t>(bytes.data() - text.data());
    if (first == std::string_view::npos) first = at;
    last = at + bytes.size();
  });
  return first == std::string_view::npos ? std::string() : std::string(text.substr(first, last - first));
}

std::string normalize(std::string_view text) {
  UErrorCode status = U_ZERO_ERROR;
  const icu::Normalizer2* nfc = icu::Normalizer2::getNFCInstance(status);
  if (U_FAILURE(status)) return std::string(text);
  icu::UnicodeString normalized = nfc->normalize(icu_text(text), status);
  return U_FAILURE(status) ? std::string(text) : from_icu(normalized);
}

std::string to_lower(std::string_view text, const std::string& language) {
  return from_icu(icu_text(text).toLower(locale_of(language)));
}

std::string to_upper(std::string_view text, const std::string& language) {
  return from_icu(icu_text(text).toUpper(locale_of(language)));
}

std::string to_title(std::string_view text, const std::string& language) {
  icu::UnicodeString title = icu_text(text);
  // Where there are capitals and small letters, somebody chose them: "McDonald", "van der Berg", "DJ". Only longer
  // words in capitals are changed then.
  const icu::Locale locale = locale_of(language);
  const bool is_mixed =
      title != icu::UnicodeString(title).toUpper(locale) && title != icu::UnicodeString(title).toLower(locale);
  if (is_mixed) {
    lower_shouted_words(title, locale);
  } else {
    title.toTitle(nullptr, locale);
  }
  for (int32_t i = 1; i + 2 < title.length(); ++i) {
    bool is_apostrophe = title[i] == u'\'' || title[i] == u'\u2019';
    bool begins_part = u_isalpha(title[i - 1]) && u_isalpha(title[i + 1]) && u_isalpha(title[i + 2]);
    if (is_apostrophe && begins_part) title.setCharAt(i + 1, static_cast<char16_t>(u_toupper(title[i + 1])));
  }
  return from_icu(title);
}

bool reads_from_right(std::string_view text) {
  bool found = false;
  for_each_character(text, [&](UChar32 c, std::string_view) {
    UCharDirection direction = u_charDirection(c);
    found = found || direction == U_RIGHT_TO_LEFT || direction == U_RIGHT_TO_LEFT_ARABIC;
  });
  return found;
}

std::string single_line(std::string_view text, Isolates isolation) {
  std::string line;
  bool pending_space = false;
  for_each_character(text, [&](UChar32 c, std::string_view bytes) {
    // Joiners stay (they make one emoji of two); directional overrides go (they reverse what stands behind them).
    bool isolates = isolation == Isolates::Keep && (c == 0x2068 || c == 0x2069);
    bool reorders = ((c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069)) && !isolates;
    if (u_charType(c) == U_CONTROL_CHAR || c == 0x2028 || c == 0x2029 || reorders) {
      pending_space = true;
      return;
    }
    if (pending_space && !line.empty()) line += ' ';
    pending_space = false;
    line += bytes;
  });
  return line;
}

std::string file_stem(std::string_view name, size_t max_bytes) {
  std::string stem;
  bool full = false;
  for_each_character(normalize(to_lower(name)), [&](UChar32 c, std::string_view bytes) {
    bool kept = is_kept_in_file_name(c);
    if (!kept && (stem.empty() || stem.back() == '-')) return;
    std::string_view added = kept ? bytes : std::string_view("-");
    full = full || stem.size() + added.size() > max_bytes;
    if (!full) stem += added;
  });
  while (!stem.empty() && stem.back() == '-') stem.pop_back();
  if (stem.empty()) return "candidate";
  // Windows still reserves these.
  bool numbered =
      stem.size() == 4 && (stem.starts_with("com") || stem.starts_with("lpt")) && stem[3] >= '0' && stem[3] <= '9';
  if (numbered || stem == "con" || stem == "prn" || stem == "aux" || stem == "nul") return stem + "-";
  return stem;
}

std::string identifier(std::string_view text) {
  std::string id;
  for_each_character(normalize(to_lower(text)), [&](UChar32 c, std::string_view bytes) {
    if (u_isalnum(c)) {
      id += bytes;
    } else if (!id.empty() && id.back() != '_') {
      id += '_';
    }
  });
  while (!id.empty() && id.back() == '_') id.pop_back();
  return id;
}

bool is_mail_address(std::string_view text) {
  size_t at = text.rfind('@');
  if (at == std::string_view::npos || at == 0 || at > 64 || text.size() > 254) return false;
  std::string_view local = text.substr(0, at);
  std::string_view domain = text.substr(at + 1);
  auto forbidden = [](std::string_view part, std::string_view set) {
    return std::any_of(part.begin(), part.end(), [&](char c) {
      return static_cast<uint8_t>(c) <= ' ' || c == 0x7F || set.find(c) != std::string_view::npos;
    });
  };
  if (!is_valid_utf8(text) || forbidden(local, "()<>@,;:\\\"[]")) return false;
  if (local.front() == '.' || local.back() == '.' || local.find("..") != std::string_view::npos) return false;
  if (domain.find('.') == std::string_view::npos) return false;
  bool letters_digits_hyphens = std::all_of(domain.begin(), domain.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
           static_cast<uint8_t>(c) >= 0x80;  // an internationalised name
  });
  if (!letters_digits_hyphens) return false;
  while (!domain.empty()) {
    size_t dot = domain.find('.');
    std::string_view label = domain.substr(0, dot);
    if (label.empty() || label.size() > 63 || label.front() == '-' || label.back() == '-') return false;
    if (dot == std::string_view::npos) return true;
    domain.remove_prefix(dot + 1);
  }
  return false;  // the domain ended with a dot
}

std::string shorten(std::string_view text, size_t max_characters) {
  std::string kept;
  size_t count = 0;
  bool cut = false;
  for_each_character(text, [&](UChar32, std::string_view bytes) {
    if (++count <= max_characters) {
      kept += bytes;
    } else {
      cut = true;
    }
  });
  return cut ? kept + "…" : kept;
}

std::vector<std::string_view> characters(std::string_view text) {
  std::vector<std::string_view> all;
  for_each_character(text, [&](UChar32, std::string_view bytes) { all.push_back(bytes); });
  return all;
}

}  // namespace candid
