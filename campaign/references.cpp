#include "campaign/references.h"

#include <algorithm>

#include <fmt/format.h>

#include "overlay/drawing.h"
#include "overlay/fonts.h"

namespace candid::campaign {

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
  if (text) note_fields(*text, table.line_of(key), table.name_of(key));
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
