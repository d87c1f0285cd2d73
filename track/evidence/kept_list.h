#pragma once
// A list that is kept as data in assets/evidence: a line a row, columns between tabs, "#" before a comment. A comment
// holds "As of YYYY-MM-DD".

#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"

namespace candid::track {

struct ListRow {
  int line = 0;
  std::vector<std::string_view> columns;  // none is empty
};

// `name` is what errors call the list. InvalidInput for a line with more or fewer columns.
Result<std::vector<ListRow>> read_list(std::string_view name, std::string_view text, size_t columns);

// "2026-11-26"; empty when the list does not say.
std::string_view date_of_list(std::string_view text);

// ASCII letters alone: agents and the names of devices are that.
std::string lower_ascii(std::string_view text);

}  // namespace candid::track
