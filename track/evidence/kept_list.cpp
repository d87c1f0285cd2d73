#include "track/evidence/kept_list.h"

#include <algorithm>

#include <fmt/format.h>

namespace candid::track {
namespace {

// Up to `separator`, which goes as well.
std::string_view take_until(std::string_view& text, char separator) {
  size_t end = std::min(text.find(separator), text.size());
  std::string_view taken = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return taken;
}

}  // namespace

Result<std::vector<ListRow>> read_list(std::string_view name, std::string_view text, size_t columns) {
  std::vector<ListRow> rows;
  for (int number = 1; !text.empty(); ++number) {
    std::string_view line = take_until(text, '\n');
    if (line.empty() || line.front() == '#') continue;
    ListRow row;
    row.line = number;
    while (!line.empty()) row.columns.push_back(take_until(line, '\t'));
    bool has_gap = std::any_of(row.columns.begin(), row.columns.end(), [](auto column) { return column.empty(); });
    if (row.columns.size() != columns || has_gap) {
      return fail(ErrorKind::InvalidInput, fmt::format("{}:{}: {} columns are needed", name, number, columns),
                  "columns stand between tabs");
    }
    rows.push_back(std::move(row));
  }
  return rows;
}

std::string_view date_of_list(std::string_view text) {
  constexpr std::string_view kBefore = "As of ";
  size_t at = text.find(kBefore);
  return at == std::string_view::npos ? std::string_view() : text.substr(at + kBefore.size(), 10);
}

std::string lower_ascii(std::string_view text) {
  std::string lower(text);
  for (char& letter : lower) {
    if (letter >= 'A' && letter <= 'Z') letter = static_cast<char>(letter - 'A' + 'a');
  }
  return lower;
}

}  // namespace candid::track
