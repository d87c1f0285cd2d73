#include "campaign/toml_writing.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "core/text.h"

namespace candid::campaign {
namespace {

// Beyond them whole numbers have neighbours that a double cannot tell apart.
constexpr double kMostWhole = 9007199254740992;

bool is_whole_number(double number) {
  return std::abs(number) <= kMostWhole && number == std::trunc(number);
}

// A basic string (toml.io/en/v1.0.0#string): quotation marks, backslashes and control characters are escaped.
std::string basic_string(std::string_view text) {
  std::string out = "\"";
  for (char c : text) {
    auto code = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (c == '\n') {
      out += "\\n";
    } else if (c == '\t') {
      out += "\\t";
    } else if (c == '\r') {
      out += "\\r";
    } else if (code < 0x20 || code == 0x7F) {
      out += fmt::format("\\u{:04X}", code);
    } else {
      out += c;
    }
  }
  return out + '"';
}

bool is_bare(std::string_view key) {
  auto is_plain = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
  };
  return !key.empty() && std::all_of(key.begin(), key.end(), is_plain);
}

Result<std::string> string_text(const std::string& text) {
  if (!is_valid_utf8(text)) return fail(ErrorKind::InvalidInput, "cannot write text that is not UTF-8");
  return basic_string(text);
}

struct ValueWriter {
  Result<std::string> operator()(const std::string& text) const { return string_text(text); }
  Result<std::string> operator()(bool is_so) const { return std::string(is_so ? "true" : "false"); }
  Result<std::string> operator()(double number) const {
    if (!std::isfinite(number))
      return fail(ErrorKind::InvalidInput, fmt::format("cannot write {} as a number", number));
    return is_whole_number(number) ? fmt::format("{}", static_cast<int64_t>(number)) : fmt::format("{}", number);
  }
  Result<std::string> operator()(const std::vector<std::string>& texts) const {
    std::string list = "[";
    for (const std::string& text : texts) {
      if (list.size() > 1) list += ", ";
      list += TRY(string_text(text));
    }
    return list + "]";
  }
};

}  // namespace

Result<std::string> value_text(const TomlValue& value) {
  return std::visit(ValueWriter{}, value);
}

std::string key_text(const TomlPath& path) {
  std::string key;
  for (const std::string& part : path) {
    if (!key.empty()) key += '.';
    key += is_bare(part) ? part : basic_string(part);
  }
  return key;
}

Result<std::string> lines_text(const TomlFields& fields, std::string_view line_break) {
  std::string lines;
  for (const auto& [key, value] : fields) {
    if (!lines.empty()) lines += line_break;
    lines += fmt::format("{} = {}", key_text({key}), TRY(value_text(value)));
  }
  return lines;
}

std::string_view line_break_of(std::string_view text) {
  size_t end = text.find('\n');
  return end != std::string_view::npos && end > 0 && text[end - 1] == '\r' ? "\r\n" : "\n";
}

std::string with_lines_at_end(std::string_view text, std::string_view lines) {
  const std::string_view line_break = line_break_of(text);
  std::string out(text);
  if (!out.empty() && !out.ends_with('\n')) out += line_break;
  if (!out.empty() && !out.ends_with("\n\n") && !out.ends_with("\n\r\n")) out += line_break;
  out += lines;
  out += line_break;
  return out;
}

Result<toml::table> document_of(std::string_view text) {
  auto root = parse_toml(text);
  if (root) return std::move(*root);
  return fail(ErrorKind::InvalidInput, fmt::format("line {}: {}", root.error().line, root.error().message),
              root.error().hint);
}

toml::table* table_at(toml::table& root, const TomlPlace& place, bool make) {
  toml::node* node = &root;
  for (const std::string& part : place.table) {
    toml::table* table = node->as_table();
    if (table == nullptr) return nullptr;
    if (make && !table->contains(part)) table->insert(part, toml::table());
    node = table->get(part);
    if (node == nullptr) return nullptr;
  }
  if (!place.number) return node->as_table();
  toml::array* list = node->as_array();
  toml::node* entry = list == nullptr || *place.number >= list->size() ? nullptr : list->get(*place.number);
  return entry == nullptr ? nullptr : entry->as_table();
}

void put_value(toml::table& table, const std::string& key, const TomlValue& value) {
  std::visit(
      [&](const auto& given) {
        using Given = std::remove_cvref_t<decltype(given)>;
        if constexpr (std::is_same_v<Given, std::vector<std::string>>) {
          toml::array list;
          for (const std::string& text : given) list.push_back(text);
          table.insert_or_assign(key, std::move(list));
        } else if constexpr (std::is_same_v<Given, double>) {
          if (is_whole_number(given)) {
            table.insert_or_assign(key, static_cast<int64_t>(given));
          } else {
            table.insert_or_assign(key, given);
          }
        } else {
          table.insert_or_assign(key, given);
        }
      },
      value);
}

Result<std::string> proven_text(std::string text, const std::vector<toml::table>& expected) {
  auto seen = parse_toml(text);
  bool is_right = seen && text.size() <= kMostTomlBytes &&
                  std::any_of(expected.begin(), expected.end(), [&](const toml::table& one) { return one == *seen; });
  if (is_right) return text;
  return fail(ErrorKind::Unsupported, "the file says this in a way that cannot be changed by itself",
              "change it in a text editor");
}

}  // namespace candid::campaign
