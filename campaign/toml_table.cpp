#include "campaign/toml_table.h"

#include <sstream>

#include <fmt/format.h>

#include "core/suggest.h"
#include "core/text.h"

namespace candid::campaign {
namespace {

std::string show(const toml::node& node) {
  std::ostringstream out;
  node.visit([&](const auto& value) {
    using Value = std::remove_cvref_t<decltype(value)>;
    if constexpr (toml::is_table<Value>) {
      out << "a table";
    } else if constexpr (toml::is_array<Value>) {
      out << "a list";
    } else {
      out << value;
    }
  });
  return shorten(out.str(), 60);
}

}  // namespace

const toml::node* TomlTable::find(const std::string& key) {
  asked_.insert(key);
  return table_.get(key);
}

int TomlTable::line_of(const std::string& key) const {
  const toml::node* node = table_.get(key);
  return node == nullptr ? line() : static_cast<int>(node->source().begin.line);
}

void TomlTable::problem(const std::string& key, std::string message, std::string hint, Severity severity) {
  findings_.push_back({severity, file_, line_of(key), name_of(key), std::move(message), std::move(hint)});
}

void TomlTable::wrong_type(const std::string& key, const toml::node& node, const std::string& wanted) {
  problem(key, fmt::format("{} is not {}", show(node), wanted));
}

std::optional<std::string> TomlTable::text(const std::string& key) {
  const toml::node* node = find(key);
  if (node == nullptr) return std::nullopt;
  const auto* value = node->as_string();
  if (value == nullptr) {
    wrong_type(key, *node, "text in quotes");
    return std::nullopt;
  }
  return value->get();
}

std::string TomlTable::required_text(const std::string& key, const std::string& hint) {
  if (!has(key)) {
    asked_.insert(key);
    problem(key, "is missing", hint);
    return {};
  }
  std::optional<std::string> value = text(key);
  if (value && trim(*value).empty()) problem(key, "is empty", hint);
  return value.value_or("");
}

std::optional<bool> TomlTable::boolean(const std::string& key) {
  const toml::node* node = find(key);
  if (node == nullptr) return std::nullopt;
  if (!node->is_boolean()) {
    wrong_type(key, *node, "true or false");
    return std::nullopt;
  }
  return node->value<bool>();
}

std::optional<double> TomlTable::number(const std::string& key, double least, double most) {
  const toml::node* node = find(key);
  if (node == nullptr) return std::nullopt;
  std::optional<double> value = node->is_number() ? node->value<double>() : std::nullopt;
  if (!value) {
    wrong_type(key, *node, "a number");
    return std::nullopt;
  }
  if (!(*value >= least && *value <= most)) {
    problem(key, fmt::format("{} is outside {}..{}", *value, least, most));
    return std::nullopt;
  }
  return value;
}

std::optional<overlay::Color> TomlTable::color(const std::string& key) {
  std::optional<std::string> value = text(key);
  if (!value) return std::nullopt;
  auto color = overlay::parse_color(*value);
  if (!color) {
    problem(key, color.error().message(), color.error().hint());
    return std::nullopt;
  }
  return *color;
}

std::optional<FieldText> TomlTable::field_text(const std::string& key) {
  std::optional<std::string> value = text(key);
  if (!value) return std::nullopt;
  auto parsed = FieldText::parse(*value);
  if (!parsed) {
    problem(key, parsed.error().message(), parsed.error().hint());
    return std::nullopt;
  }
  return std::move(*parsed);
}

std::optional<overlay::TimeMark> TomlTable::mark_from(const std::string& key, const std::string& value) {
  auto duration = parse_duration(value);
  if (!duration) {
    problem(key, duration.error().message(), duration.error().hint() + "; \"-3s\" counts from the end");
    return std::nullopt;
  }
  bool from_end = value.starts_with('-');
  return overlay::TimeMark{from_end ? -*duration : *duration, from_end};
}

std::optional<overlay::TimeMark> TomlTable::time_mark(const std::string& key) {
  std::optional<std::string> value = text(key);
  return value ? mark_from(key, *value) : std::nullopt;
}

std::optional<size_t> TomlTable::choice(const std::string& key, const std::vector<std::string>& words) {
  std::optional<std::string> value = text(key);
  if (!value) return std::nullopt;
  for (size_t i = 0; i < words.size(); ++i) {
    if (words[i] == *value) return i;
  }
  problem(key, fmt::format("\"{}\" is not known", shorten(*value, 40)), "valid: " + join(words));
  return std::nullopt;
}

std::vector<std::string> TomlTable::texts(const std::string& key) {
  const toml::node* node = find(key);
  if (node == nullptr) return {};
  std::vector<std::string> values;
  const toml::array* list = node->as_array();
  for (size_t i = 0; list != nullptr && i < list->size(); ++i) {
    const auto* value = (*list)[i].as_string();
    if (value == nullptr) break;
    values.push_back(value->get());
  }
  if (list == nullptr || values.size() != list->size()) {
    wrong_type(key, *node, R"(a list of texts: ["one", "two"])");
    return {};
  }
  return values;
}

std::vector<double> TomlTable::numbers(const std::string& key, size_t count, double least, double most) {
  const toml::node* node = find(key);
  if (node == nullptr) return {};
  std::vector<double> values;
  const toml::array* list = node->as_array();
  for (size_t i = 0; list != nullptr && i < list->size(); ++i) {
    std::optional<double> value = (*list)[i].is_number() ? (*list)[i].value<double>() : std::nullopt;
    if (value && *value >= least && *value <= most) values.push_back(*value);
  }
  if (list == nullptr || list->size() != count || values.size() != count) {
    wrong_type(key, *node, fmt::format("a list of {} numbers from {} to {}", count, least, most));
    return {};
  }
  return values;
}

std::optional<Microseconds> TomlTable::duration(const std::string& key, Microseconds least, Microseconds most) {
  std::optional<std::string> value = text(key);
  if (!value) return std::nullopt;
  auto parsed = parse_duration(*value);
  if (!parsed) {
    problem(key, parsed.error().message(), parsed.error().hint());
  } else if (*parsed < least || *parsed > most) {
    problem(key, fmt::format("{} is outside {}..{}", *value, format_duration(least), format_duration(most)));
  } else {
    return *parsed;
  }
  return std::nullopt;
}

void TomlTable::table(const std::string& key, const std::function<void(TomlTable&)>& read) {
  const toml::node* node = find(key);
  if (node == nullptr) return;
  const toml::table* inner = node->as_table();
  if (inner == nullptr) {
    wrong_type(key, *node, fmt::format("a table: [{}]", name_of(key)));
    return;
  }
  TomlTable sub(*inner, name_of(key), file_, findings_);
  read(sub);
  sub.finish();
}

void TomlTable::each_table(const std::string& key, const std::function<void(TomlTable&, size_t)>& read) {
  const toml::node* node = find(key);
  if (node == nullptr) return;
  const toml::array* list = node->as_array();
  if (list == nullptr || !list->is_array_of_tables()) {
    if (list != nullptr && list->empty()) return;
    wrong_type(key, *node, fmt::format("a list of tables: [[{}]]", name_of(key)));
    return;
  }
  for (size_t i = 0; i < list->size(); ++i) {
    TomlTable sub(*(*list)[i].as_table(), fmt::format("{}[{}]", name_of(key), i), file_, findings_);
    read(sub, i);
    sub.finish();
  }
}

void TomlTable::named_tables(const std::function<void(const std::string&, TomlTable&)>& read) {
  for (const auto& [key, node] : table_) {
    std::string name(key.str());
    table(name, [&](TomlTable& sub) { read(name, sub); });
  }
}

void TomlTable::finish() {
  std::vector<std::string> valid(asked_.begin(), asked_.end());
  for (const auto& [key, node] : table_) {
    std::string name(key.str());
    if (asked_.contains(name)) continue;
    std::string near = closest(name, valid);
    problem(name, "is not a known key",
            near.empty() ? "valid: " + join(valid) : fmt::format("did you mean {}? valid: {}", near, join(valid)));
  }
}

}  // namespace candid::campaign
