#include "campaign/references.h"

#include <algorithm>

#include <fmt/format.h>

#include "core/text.h"
#include "overlay/drawing.h"
#include "overlay/fonts.h"

namespace candid::campaign {
namespace {

// The first "{word}" of a text in which no brace is doubled; empty: none.
std::string field_in_one_brace(std::string_view text) {
  for (size_t open = text.find('{'); open != std::string_view::npos; open = text.find('{', open + 1)) {
    size_t close = text.find_first_of("{}", open + 1);
    if (close == std::string_view::npos) break;
    if (text[close] == '{') {
      if (close == open + 1) open = text.find("}}", close);  // a field, or a literal brace
      if (open == std::string_view::npos) break;
      continue;
    }
    std::string word(text.substr(open + 1, close - open - 1));
    if (!word.empty() && word == identifier(word)) return word;
  }
  return {};
}

}  // namespace

std::filesystem::path References::file(TomlTable& table, const std::string& key, const std::string& value,
                                       const std::string& hint) {
  if (value.empty()) return {};
  std::filesystem::path path = campaign_.folder / value;
  std::error_code code;
  if (!std::filesystem::exists(path, code)) {
    table.problem(key, fmt::format("{} does not exist", path.string()), hint);
  } else if (!std::filesystem::is_regular_file(path, code)) {
    table.problem(key, fmt::format("{} is not a file", path.string()));
  }
  return path;
}

std::filesystem::path References::picture(TomlTable& table, const std::string& key, const std::string& value) {
  size_t before = findings_.size();
  std::filesystem::path path = file(table, key, value);
  if (findings_.size() > before) return path;
  auto readable = overlay::check_image(path);
  if (!readable) table.problem(key, readable.error().message(), readable.error().hint());
  return path;
}

std::optional<std::string> References::font(TomlTable& table, const std::string& key) {
  std::optional<std::string> family = table.text(key);
  if (!family) return std::nullopt;
  auto found = overlay::require_family(*family);
  if (!found) table.problem(key, found.error().message(), found.error().hint());
  return family;
}

std::optional<FieldText> References::text(TomlTable& table, const std::string& key) {
  std::optional<FieldText> text = table.field_text(key);
  if (!text) return text;
  note_fields(*text, table.line_of(key), table.name_of(key));
  if (std::string slip = field_in_one_brace(text->source()); !slip.empty()) {
    table.problem(key, fmt::format("{{{}}} is drawn as it stands", slip),
                  fmt::format("a field has two braces: {{{{{}}}}}", slip), Severity::Warning);
  }
  return text;
}

void References::note_fields(const FieldText& text, int line, const std::string& key) {
  const std::vector<std::string>& needed = text.needed_fields();
  for (const std::string& field : text.fields()) {
    bool is_needed = std::find(needed.begin(), needed.end(), field) != needed.end();
    campaign_.field_uses.push_back({field, line, key, is_needed});
  }
}

}  // namespace candid::campaign
