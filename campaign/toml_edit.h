#pragma once
// Edits of TOML text that leave every other byte as it is: comments, order, blank lines, line breaks. A new text comes
// out only where it says exactly what the old one said, but for the edit: both are parsed and compared.
//
// Each function fails with InvalidInput when the text is not TOML, when the edit asks for something that cannot be (a
// value in the place of a table, text that is not UTF-8), and with NotFound when the place or the key is not there;
// with Unsupported where the text says it in a way that cannot be changed by itself.

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "core/error.h"

namespace candid::campaign {

// Whole numbers are written without a point.
using TomlValue = std::variant<std::string, double, bool, std::vector<std::string>>;
using TomlFields = std::vector<std::pair<std::string, TomlValue>>;

struct TomlPlace {
  std::vector<std::string> table;  // empty: the file's top; {"video"}; {"fields", "role"}
  std::optional<size_t> number{};  // of a list of tables ([[layer]]): which one, from 0
};

// Nothing where there is no such value, or one of another kind (a date).
std::optional<TomlValue> toml_value(std::string_view text, const TomlPlace& place, const std::string& key);

// A value in the place of another stands where that stood, with its comment. A new key comes after the last one of its
// table; a table that is missing comes at the end.
Result<std::string> with_value(std::string_view text, const TomlPlace& place, const std::string& key,
                               const TomlValue& value);
// With the line's own comment. A table that only its keys made ("video.size = …") goes with the last of them.
Result<std::string> without_value(std::string_view text, const TomlPlace& place, const std::string& key);

// Lists of tables: [[layer]], [[page.button]]. What belongs to one of them: its header, the lines up to its last key,
// and the comments that touch either.
size_t count_tables(std::string_view text, const std::vector<std::string>& list);
// The new one becomes number `at`, at most the count.
Result<std::string> with_table(std::string_view text, const std::vector<std::string>& list, size_t at,
                               const TomlFields& fields);
Result<std::string> without_table(std::string_view text, const std::vector<std::string>& list, size_t number);
// Table `from` becomes number `to`; what stands between tables (other tables, blank lines) stays where it is.
Result<std::string> with_moved_table(std::string_view text, const std::vector<std::string>& list, size_t from,
                                     size_t to);

}  // namespace candid::campaign
