// Edits of lists of tables (toml_edit.h).

#include <algorithm>

#include <fmt/format.h>

#include "campaign/toml_document.h"
#include "campaign/toml_edit.h"
#include "campaign/toml_scan.h"
#include "campaign/toml_writing.h"

namespace candid::campaign {
namespace {

size_t last_line_of(const TomlSection& section) {
  return section.entries.empty() ? section.header.end : section.entries.back().whole.end;
}

// Where the first line begins that may belong to what comes after a section.
size_t line_after(std::string_view text, const TomlSection& section) {
  const size_t last = last_line_of(section);
  return last == section.header.begin ? last : next_line(text, last);  // the file's top may be empty
}

bool is_below(const TomlPath& path, const TomlPath& list) {
  return path.size() > list.size() && std::equal(list.begin(), list.end(), path.begin());
}

// With the comment lines right above the header, but nothing before `least`.
size_t block_begin(std::string_view text, const TomlSection& section, size_t least) {
  size_t begin = section.header.begin;
  while (begin > least) {
    size_t above = line_begin(text, begin - 1);
    if (above < least || !is_comment_line(text, above)) break;
    begin = above;
  }
  return begin;
}

// With the comment lines right below the last key, but nothing from `most` on.
size_t block_end(std::string_view text, size_t end, size_t most) {
  while (true) {
    size_t below = next_line(text, end);
    if (below >= most || below == end || !is_comment_line(text, below)) return end;
    end = line_end(text, below);
  }
}

// The tables of a list, each from its first comment to the end of its last line, without the line break.
std::vector<TextSpan> blocks_of(std::string_view text, const TomlPath& list) {
  const std::vector<TomlSection> sections = scan_toml(text);
  // Where the sections begin with their comments; and the text's end.
  std::vector<size_t> begins{0};
  for (size_t i = 1; i < sections.size(); ++i) {
    begins.push_back(block_begin(text, sections[i], line_after(text, sections[i - 1])));
  }
  begins.push_back(text.size());
  std::vector<TextSpan> blocks;
  for (size_t i = 1; i < sections.size(); ++i) {
    if (!sections[i].is_listed || sections[i].name != list) continue;
    size_t last = i;
    while (last + 1 < sections.size() && is_below(sections[last + 1].name, list)) ++last;
    blocks.push_back({begins[i], block_end(text, last_line_of(sections[last]), begins[last + 1])});
  }
  return blocks;
}

// The list as the document has it; null where there is none.
toml::array* list_at(toml::table& root, TomlPath path) {
  if (path.empty()) return nullptr;
  std::string name = path.back();
  path.pop_back();
  toml::table* table = table_at(root, {std::move(path)});
  toml::node* node = table == nullptr ? nullptr : table->get(name);
  return node == nullptr ? nullptr : node->as_array();
}

Error no_such_table(const TomlPath& list, size_t number, size_t count) {
  return {ErrorKind::NotFound, fmt::format("there is no {}[{}]: the file has {}", key_text(list), number, count)};
}

// The list, and its blocks, where the file has them as [[list]] with a table of this number.
struct ListTables {
  toml::table document;
  std::vector<TextSpan> blocks;
};

Result<ListTables> tables_of(std::string_view text, const TomlPath& list, size_t number) {
  ListTables tables{TRY(document_of(text)), blocks_of(text, list)};
  const toml::array* entries = list_at(tables.document, list);
  const size_t count = entries == nullptr ? 0 : entries->size();
  if (number >= count) return tl::unexpected(no_such_table(list, number, count));
  if (count == tables.blocks.size()) return tables;
  return fail(ErrorKind::Unsupported, fmt::format("{} is not written as [[{}]]", key_text(list), key_text(list)),
              fmt::format("write each of them below a line [[{}]]", key_text(list)));
}

bool is_blank_before(std::string_view text, size_t begin) {
  size_t here = line_begin(text, begin);
  return here == 0 || line_end(text, line_begin(text, here - 1)) == line_begin(text, here - 1);
}

}  // namespace

size_t count_tables(std::string_view text, const std::vector<std::string>& list) {
  auto root = parse_toml(text);
  const toml::array* entries = root ? list_at(*root, list) : nullptr;
  return entries == nullptr ? 0 : entries->size();
}

Result<std::string> with_table(std::string_view text, const std::vector<std::string>& list, size_t at,
                               const TomlFields& fields) {
  const size_t count = count_tables(text, list);
  if (at > count) return tl::unexpected(no_such_table(list, at, count));
  const std::string line_break(line_break_of(text));
  std::string block = fmt::format("[[{}]]", key_text(list));
  if (!fields.empty()) block += line_break + TRY(lines_text(fields, line_break));
  toml::table added;
  for (const auto& [key, value] : fields) put_value(added, key, value);

  if (count == 0) {
    toml::table expected = TRY(document_of(text));
    TomlPath above = list;
    const std::string name = above.back();
    above.pop_back();
    toml::table* table = table_at(expected, {above}, true);
    if (table == nullptr || table->contains(name))
      return fail(ErrorKind::InvalidInput, fmt::format("{} is not a list of tables", key_text(list)));
    toml::array entries;
    entries.push_back(std::move(added));
    table->insert(name, std::move(entries));
    return proven_text(with_lines_at_end(text, block), {std::move(expected)});
  }
  ListTables tables = TRY(tables_of(text, list, count - 1));
  toml::array& entries = *list_at(tables.document, list);
  entries.insert(entries.begin() + static_cast<ptrdiff_t>(at), std::move(added));
  std::string out(text);
  if (at < count) {
    out.insert(tables.blocks[at].begin, block + line_break + line_break);
  } else {
    out.insert(tables.blocks.back().end, line_break + line_break + block);
  }
  return proven_text(std::move(out), {std::move(tables.document)});
}

Result<std::string> without_table(std::string_view text, const std::vector<std::string>& list, size_t number) {
  ListTables tables = TRY(tables_of(text, list, number));
  toml::array& entries = *list_at(tables.document, list);
  entries.erase(entries.begin() + static_cast<ptrdiff_t>(number));
  toml::table pruned = tables.document;
  if (entries.empty()) {
    TomlPath above = list;
    above.pop_back();
    table_at(pruned, {above})->erase(list.back());
  }
  // One blank line stays where two would meet.
  const TextSpan block = tables.blocks[number];
  size_t end = next_line(text, block.end);
  while (is_blank_before(text, block.begin) && end < text.size() && line_end(text, end) == end)
    end = next_line(text, end);
  std::string out(text);
  out.erase(block.begin, end - block.begin);
  while (end == text.size() && (out.ends_with("\n\n") || out.ends_with("\n\r\n")))
    out.resize(line_begin(out, out.size() - 1));
  return proven_text(std::move(out), {std::move(tables.document), std::move(pruned)});
}

Result<std::string> with_moved_table(std::string_view text, const std::vector<std::string>& list, size_t from,
                                     size_t to) {
  ListTables tables = TRY(tables_of(text, list, std::max(from, to)));
  const std::vector<TextSpan>& blocks = tables.blocks;
  std::vector<size_t> order;  // which block comes to stand where
  for (size_t i = 0; i < blocks.size(); ++i) order.push_back(i);
  auto at = [&](size_t number) { return order.begin() + static_cast<ptrdiff_t>(number); };
  if (from < to) {
    std::rotate(at(from), at(from) + 1, at(to) + 1);
  } else {
    std::rotate(at(to), at(from), at(from) + 1);
  }
  toml::array& entries = *list_at(tables.document, list);
  toml::array moved;
  for (size_t number : order) moved.push_back(*entries[number].as_table());
  entries = std::move(moved);

  std::string out;
  size_t copied = 0;
  for (size_t i = 0; i < blocks.size(); ++i) {
    out += text.substr(copied, blocks[i].begin - copied);
    out += text.substr(blocks[order[i]].begin, blocks[order[i]].end - blocks[order[i]].begin);
    copied = blocks[i].end;
  }
  out += text.substr(copied);
  return proven_text(std::move(out), {std::move(tables.document)});
}

}  // namespace candid::campaign
