#pragma once
// Names that try to be something else, and what has to become of each: drawn as the text it is, or its row refused.
//
//   name   := [word] piece [word] { piece }      of at most five pieces, with or without spaces between them
//   word   := a plain name in one of a dozen scripts
//   piece  := one of the kinds of hostile_names.cpp: control characters, direction marks, stacked marks, printf
//   formats,
//             fields of templates, quotes and separators, NUL, bytes that are no UTF-8, noncharacters, emoji chains,
//             tags, long cells, paths, links, filter strings, HTML, SQL, shell words, formulae, markup, …
//
// The kinds take turns, so each stands in as many names as any other; what stands beside it is mostly of kinds that can
// be drawn.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace candid::test {

struct HostileName {
  std::string kind;   // of its first piece
  std::string bytes;  // of the cell, before it is quoted
};

// The same for the same arguments on every machine.
std::vector<HostileName> hostile_names(size_t count, uint32_t seed);

// What is drawn for such a cell: NFC, without white space at its ends. Nothing where its row must be refused: the bytes
// are no UTF-8, or hold NUL, U+FFFD or a control character that is no white space; the cell is empty, or longer than
// 2000 bytes. Written from the standards (RFC 3629, Unicode's White_Space), not with the program's own functions, but
// for NFC.
std::optional<std::string> text_of_cell(std::string_view bytes);

// That text on one line: runs of line breaks and of marks that turn the direction of reading are one space each.
std::string on_one_line(const std::string& text);

// A roster with the columns id (n0, n1, …), name, role and email.
struct HostileRoster {
  std::string csv;
  std::vector<int> lines;  // of the file, where each name's row begins
};
HostileRoster roster_of(const std::vector<HostileName>& names);

}  // namespace candid::test
