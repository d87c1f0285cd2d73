#pragma once
// Reads one table of a TOML file: every value is asked for by name, what is wrong becomes a Finding with its line, and
// what was never asked for is reported as unknown. Internal to campaign.

#include <functional>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include <toml++/toml.h>

#include "core/fields.h"
#include "core/finding.h"
#include "core/time.h"
#include "overlay/color.h"
#include "overlay/template.h"

namespace candid::campaign {

class TomlTable {
 public:
  // `path` is how messages name the table: "" for the root, "brand", "layer[2]". All are borrowed.
  TomlTable(const toml::table& table, std::string path, std::string file, Findings& findings)
      : table_(table), path_(std::move(path)), file_(std::move(file)), findings_(findings) {}

  bool has(const std::string& key) const { return table_.contains(key); }
  // The value, or nothing when it is missing or wrong (which is then a Finding).
  std::optional<std::string> text(const std::string& key);
  std::string required_text(const std::string& key, const std::string& hint);
  std::optional<bool> boolean(const std::string& key);
  std::optional<double> number(const std::string& key, double least, double most);
  std::optional<overlay::Color> color(const std::string& key);
  std::optional<FieldText> field_text(const std::string& key);
  std::optional<overlay::TimeMark> time_mark(const std::string& key);
  // One of `words`; the index, or nothing.
  std::optional<size_t> choice(const std::string& key, const std::vector<std::string>& words);
  std::vector<std::string> texts(const std::string& key);
  // A list of so many numbers; empty when it is missing or wrong.
  std::vector<double> numbers(const std::string& key, size_t count, double least, double most);
  std::optional<Microseconds> duration(const std::string& key, Microseconds least, Microseconds most);

  void table(const std::string& key, const std::function<void(TomlTable&)>& read);
  void each_table(const std::string& key, const std::function<void(TomlTable&, size_t)>& read);
  // Tables of any name: [fields.role].
  void named_tables(const std::function<void(const std::string& name, TomlTable&)>& read);

  int line() const { return static_cast<int>(table_.source().begin.line); }
  int line_of(const std::string& key) const;
  std::string name_of(const std::string& key) const { return path_.empty() ? key : path_ + "." + key; }
  void problem(const std::string& key, std::string message, std::string hint = {}, Severity severity = Severity::Error);
  // Reports the keys nobody asked for.
  void finish();

 private:
  const toml::node* find(const std::string& key);
  void wrong_type(const std::string& key, const toml::node& node, const std::string& wanted);
  std::optional<overlay::TimeMark> mark_from(const std::string& key, const std::string& value);

  const toml::table& table_;
  std::string path_;
  std::string file_;
  Findings& findings_;
  std::set<std::string> asked_;
};

}  // namespace candid::campaign
