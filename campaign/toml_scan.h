#pragma once
// Where in TOML text its headers, keys and values stand, byte by byte. toml++ tells where a value begins, in lines and
// code points, but neither where a line's comment belongs nor how a key was written, which edits need to know. Internal
// to campaign.

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace candid::campaign {

// Bytes [begin, end).
struct TextSpan {
  size_t begin = 0;
  size_t end = 0;
};

using TomlPath = std::vector<std::string>;

// "key = value".
struct TomlEntry {
  TomlPath key;    // a.b has two parts
  TextSpan value;  // as written, with its quotes or brackets
  // On lines of its own: all of them, with indent and comment, without the last line break. In an inline table: from
  // the key to the value's end.
  TextSpan whole;
};

// A header and what stands below it up to the next.
struct TomlSection {
  TomlPath name;           // empty: the file's top, which has no header
  bool is_listed = false;  // [[name]]
  TextSpan header;         // its line, as TomlEntry::whole
  std::vector<TomlEntry> entries;
};

// Of text that toml++ takes; of other text something that means nothing. The first section is the file's top.
std::vector<TomlSection> scan_toml(std::string_view text);

// The entries of the inline table ("{ … }") that is the value of an entry.
std::vector<TomlEntry> scan_inline_table(std::string_view text, TextSpan table);

// Whether all of the line that begins at `begin` is a comment.
bool is_comment_line(std::string_view text, size_t begin);

// Where the line begins that holds `at`, and where it ends, before its line break.
size_t line_begin(std::string_view text, size_t at);
size_t line_end(std::string_view text, size_t at);
// Where the next one begins; the end of the text after the last.
size_t next_line(std::string_view text, size_t at);

}  // namespace candid::campaign
