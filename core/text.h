#pragma once
// Text is UTF-8 everywhere inside; what comes from outside is decoded at the door (decode_text).

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "core/error.h"

namespace candid {

struct DecodedText {
  std::string utf8;      // without byte order mark
  std::string encoding;  // what the bytes were: "UTF-8", "UTF-16LE", "UTF-16BE", "windows-1252"
};

// UTF-8 with or without a byte order mark, UTF-16 (mark, or recognised by its zero bytes), else Windows-1252, which
// spreadsheet programs still write. Fails on a NUL or on broken UTF-16.
Result<DecodedText> decode_text(std::span<const uint8_t> bytes);

// The same for a file of many rows, where one broken row must not spoil the others: a file that is UTF-8 but for some
// bytes is UTF-8, and each of those bytes, as each NUL, becomes U+FFFD (kNoCharacter).
Result<DecodedText> decode_rows(std::span<const uint8_t> bytes);
constexpr std::string_view kNoCharacter = "\uFFFD";

bool is_valid_utf8(std::string_view text);

// Without leading and trailing white space, Unicode's included (no-break spaces come along with pasted cells).
std::string trim(std::string_view text);

// Unicode NFC, so that a name typed with combining marks equals the same name typed without.
std::string normalize(std::string_view text);

// Letter case by Unicode's rules, or those of a language ("tr": i and İ). to_title() is for names: of
// what is all in capitals or all in small letters, every word begins with a capital, also after a hyphen, or an
// apostrophe that more than one letter follows ("O'Neil", but "Ada's"); of mixed letters only longer words in capitals
// are changed.
std::string to_lower(std::string_view text, const std::string& language = "");
std::string to_upper(std::string_view text, const std::string& language = "");
std::string to_title(std::string_view text, const std::string& language = "");

// Whether any of it is written from right to left (Unicode's bidirectional classes R and AL).
bool reads_from_right(std::string_view text);

// Marks that fields.h puts around a value that reads from the right: they reorder nothing but it. Whoever else puts
// them into a text may mean to mislead.
enum class Isolates { Drop, Keep };
// For display on one line: control characters and line breaks become single spaces.
std::string single_line(std::string_view text, Isolates isolation = Isolates::Drop);

// A name as a portable, readable file name stem: letters and digits of every script stay, all else becomes "-"; lower
// case; at most `max_bytes` bytes, cut between characters. Never empty, never a path, never a device name.
std::string file_stem(std::string_view name, size_t max_bytes = 60);

// A column header or campaign name as an identifier: "First Name" → "first_name". May be empty.
std::string identifier(std::string_view text);

// Syntactic check of one mail address (the shape of RFC 5321's Mailbox, not its deliverability); UTF-8 local parts and
// domains are allowed (RFC 6531).
bool is_mail_address(std::string_view text);

// Shortens to at most `max_characters` code points, with "…" where something was cut. For messages to people.
std::string shorten(std::string_view text, size_t max_characters);

// The bytes of each character (code point), in their order; of what is no UTF-8, those that belong together. Views of
// `text`.
std::vector<std::string_view> characters(std::string_view text);

}  // namespace candid
