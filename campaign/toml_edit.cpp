#include "campaign/toml_edit.h"

#include <algorithm>

#include <fmt/format.h>

#include "campaign/toml_document.h"
#include "campaign/toml_scan.h"
#include "campaign/toml_writing.h"

namespace candid::campaign {
namespace {

bool begins_with(const TomlPath& path, const TomlPath& start) {
  return path.size() >= start.size() && std::equal(start.begin(), start.end(), path.begin());
}

TomlPath joined(TomlPath path, const TomlPath& more) {
  path.insert(path.end(), more.begin(), more.end());
  return path;
}

TomlPath rest_of(const TomlPath& path, size_t from) {
  return {path.begin() + static_cast<ptrdiff_t>(from), path.end()};
}

// A section, and where it lies as seen from the place: from the file's top, or from a table of a list.
struct SeenSection {
  TomlSection section;
  TomlPath base;
};

// The sections in which the place's keys may stand. What lies in lists of tables is only seen from there.
std::vector<SeenSection> sections_for(std::vector<TomlSection> sections, const TomlPlace& place) {
  std::vector<SeenSection> seen;
  std::vector<TomlPath> lists;
  size_t count = 0;
  bool is_inside = false;  // of the table of a list that is asked for
  for (TomlSection& section : sections) {
    bool is_entry = section.is_listed && place.number && section.name == place.table;
    if (is_entry) is_inside = count++ == *place.number;
    if (section.is_listed) lists.push_back(section.name);
    auto in_list = [&](const TomlPath& list) {
      bool is_own = is_inside && list == place.table;
      return !is_own && begins_with(section.name, list);
    };
    if (std::any_of(lists.begin(), lists.end(), in_list)) continue;
    if (!place.number) {
      seen.push_back({std::move(section), {}});
      seen.back().base = seen.back().section.name;
    } else if (is_inside && begins_with(section.name, place.table)) {
      seen.push_back({std::move(section), {}});
      seen.back().base = rest_of(seen.back().section.name, place.table.size());
    }
  }
  return seen;
}

struct FoundEntry {
  TomlEntry entry;
  std::vector<TomlEntry> beside;  // all entries of its inline table; none where it has lines of its own
  TextSpan inline_table{};
};

std::optional<FoundEntry> find_among(std::string_view text, const std::vector<TomlEntry>& entries, const TomlPath& base,
                                     const TomlPath& path) {
  for (const TomlEntry& entry : entries) {
    TomlPath whole = joined(base, entry.key);
    if (whole == path) return FoundEntry{entry, {}, {}};
    if (!begins_with(path, whole) || text.substr(entry.value.begin).front() != '{') continue;
    std::vector<TomlEntry> inner = scan_inline_table(text, entry.value);
    std::optional<FoundEntry> found = find_among(text, inner, whole, path);
    if (found && found->beside.empty()) {
      found->beside = std::move(inner);
      found->inline_table = entry.value;
    }
    if (found) return found;
  }
  return std::nullopt;
}

std::optional<FoundEntry> find_entry(std::string_view text, const std::vector<SeenSection>& sections,
                                     const TomlPath& path) {
  for (const SeenSection& seen : sections) {
    if (auto found = find_among(text, seen.section.entries, seen.base, path)) return found;
  }
  return std::nullopt;
}

// Where its keys are, as seen from the place.
TomlPath table_path(const TomlPlace& place) {
  return place.number ? TomlPath() : place.table;
}

std::string place_name(const TomlPlace& place) {
  std::string name = place.table.empty() ? "the file's top" : key_text(place.table);
  return place.number ? fmt::format("{}[{}]", name, *place.number) : name;
}

class KeyWriter {
 public:
  KeyWriter(std::string_view text, const TomlPlace& place, std::string key, std::string value)
      : text_(text),
        place_(place),
        key_(std::move(key)),
        value_(std::move(value)),
        sections_(sections_for(scan_toml(text), place)) {}

  std::string write() const {
    const TomlPath table = table_path(place_);
    if (auto found = find_entry(text_, sections_, joined(table, {key_}))) return replaced(found->entry.value, value_);
    for (const SeenSection& seen : sections_) {
      if (seen.base == table) return added_to_section(seen.section);
    }
    auto whole = find_entry(text_, sections_, table);
    if (whole && text_.substr(whole->entry.value.begin).front() == '{') return added_inline(whole->entry.value);
    if (auto text = added_to_dotted(table)) return *text;
    std::string lines = fmt::format("[{}]{}{}", key_text(table), line_break_of(text_), line({key_}));
    return with_lines_at_end(text_, lines);
  }

 private:
  std::string line(const TomlPath& key) const { return fmt::format("{} = {}", key_text(key), value_); }

  std::string replaced(TextSpan span, std::string_view with) const {
    return std::string(text_).replace(span.begin, span.end - span.begin, with);
  }

  std::string inserted(size_t at, std::string_view what) const { return replaced({at, at}, what); }

  std::string added_below(const TomlEntry& entry, const TomlPath& key) const {
    const size_t begin = entry.whole.begin;
    const size_t indent = std::min(text_.find_first_not_of(" \t", begin), text_.size()) - begin;
    std::string added(line_break_of(text_));
    added += text_.substr(begin, indent);
    added += line(key);
    return inserted(entry.whole.end, added);
  }

  std::string added_to_section(const TomlSection& section) const {
    if (!section.entries.empty()) return added_below(section.entries.back(), {key_});
    const std::string line_break(line_break_of(text_));
    if (section.header.begin != section.header.end) return inserted(section.header.end, line_break + line({key_}));
    // The file's top, which is empty: a key that came later would belong to a table.
    return inserted(section.header.end, line({key_}) + line_break);
  }

  std::string added_inline(TextSpan table) const {
    std::vector<TomlEntry> entries = scan_inline_table(text_, table);
    if (entries.empty()) return replaced(table, fmt::format("{{ {} }}", line({key_})));
    return inserted(entries.back().whole.end, fmt::format(", {}", line({key_})));
  }

  // Beside the other keys of a table that has no header: video.size = …
  std::optional<std::string> added_to_dotted(const TomlPath& table) const {
    for (const SeenSection& seen : sections_) {
      if (!begins_with(table, seen.base)) continue;
      const auto& entries = seen.section.entries;
      auto last = std::find_if(entries.rbegin(), entries.rend(), [&](const TomlEntry& entry) {
        return begins_with(joined(seen.base, entry.key), table);
      });
      if (last != entries.rend()) return added_below(*last, joined(rest_of(table, seen.base.size()), {key_}));
    }
    return std::nullopt;
  }

  std::string_view text_;
  const TomlPlace& place_;
  std::string key_;
  std::string value_;
  std::vector<SeenSection> sections_;
};

std::string without_entry(std::string_view text, const FoundEntry& found) {
  std::string out(text);
  const TextSpan whole = found.entry.whole;
  if (found.beside.empty()) return out.erase(whole.begin, next_line(text, whole.end) - whole.begin);
  if (found.beside.size() == 1)
    return out.replace(found.inline_table.begin, found.inline_table.end - found.inline_table.begin, "{}");
  for (size_t i = 0; i < found.beside.size(); ++i) {
    if (found.beside[i].whole.begin != whole.begin) continue;
    // With the comma behind the first, or before any other.
    if (i == 0) return out.erase(whole.begin, found.beside[1].whole.begin - whole.begin);
    size_t before = found.beside[i - 1].whole.end;
    return out.erase(before, whole.end - before);
  }
  return out;
}

// Without the tables that are empty once a key is gone from them.
void prune_empty(toml::table& table, const TomlPath& path, size_t depth = 0) {
  if (depth == path.size()) return;
  toml::table* inner = table[path[depth]].as_table();
  if (inner == nullptr) return;
  prune_empty(*inner, path, depth + 1);
  if (inner->empty()) table.erase(path[depth]);
}

}  // namespace

std::optional<TomlValue> toml_value(std::string_view text, const TomlPlace& place, const std::string& key) {
  auto root = parse_toml(text);
  toml::table* table = root ? table_at(*root, place) : nullptr;
  const toml::node* node = table == nullptr ? nullptr : table->get(key);
  if (node == nullptr) return std::nullopt;
  if (const auto* words = node->as_string()) return TomlValue(words->get());
  if (const auto* is_so = node->as_boolean()) return TomlValue(is_so->get());
  if (node->is_number()) return TomlValue(node->value<double>().value_or(0));
  const toml::array* list = node->as_array();
  if (list == nullptr) return std::nullopt;
  std::vector<std::string> texts;
  for (const toml::node& each : *list) {
    const auto* words = each.as_string();
    if (words == nullptr) return std::nullopt;
    texts.push_back(words->get());
  }
  return TomlValue(std::move(texts));
}

Result<std::string> with_value(std::string_view text, const TomlPlace& place, const std::string& key,
                               const TomlValue& value) {
  toml::table expected = TRY(document_of(text));
  std::string words = TRY(value_text(value));
  toml::table* table = table_at(expected, place, true);
  if (table == nullptr) return fail(ErrorKind::NotFound, fmt::format("there is no table {}", place_name(place)));
  const toml::node* before = table->get(key);
  if (before != nullptr && (before->is_table() || before->is_array_of_tables()))
    return fail(ErrorKind::InvalidInput, fmt::format("{} in {} is a table, not a value", key, place_name(place)));
  put_value(*table, key, value);
  return proven_text(KeyWriter(text, place, key, std::move(words)).write(), {std::move(expected)});
}

Result<std::string> without_value(std::string_view text, const TomlPlace& place, const std::string& key) {
  toml::table expected = TRY(document_of(text));
  toml::table* table = table_at(expected, place);
  if (table == nullptr || !table->contains(key))
    return fail(ErrorKind::NotFound, fmt::format("there is no {} in {}", key, place_name(place)));
  TomlPath path = joined(table_path(place), {key});
  auto found = find_entry(text, sections_for(scan_toml(text), place), path);
  if (!found)
    return fail(ErrorKind::InvalidInput, fmt::format("{} in {} is a table, not a value", key, place_name(place)));
  table->erase(key);
  toml::table pruned = expected;
  if (!place.number) prune_empty(pruned, place.table);
  return proven_text(without_entry(text, *found), {std::move(expected), std::move(pruned)});
}

}  // namespace candid::campaign
