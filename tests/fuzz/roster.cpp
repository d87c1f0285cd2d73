// A roster's bytes as a table: text that is text, and rows that no spreadsheet runs when they are written again.

#include <span>
#include <string>

#include "core/csv.h"
#include "core/text.h"
#include "tests/fuzz/target.h"

namespace candid {
namespace {

using fuzz::claim;

bool is_formula(std::string_view cell) {
  return !cell.empty() && std::string_view("=+-@\t\r").find(cell.front()) != std::string_view::npos;
}

void check_row(const CsvRow& row) {
  claim(row.line >= 1, "lines count from one");
  for (const std::string& cell : row.cells) {
    claim(is_valid_utf8(cell), "a cell is UTF-8");
    const std::string written = csv_row(std::span(&cell, 1));
    claim(written.ends_with("\r\n"), "a row is ended by CRLF");
    const bool is_quoted = written.starts_with('"');
    claim(!is_formula(written.substr(is_quoted ? 1 : 0)) || written == "\r\n", "no cell begins as a formula does");
  }
}

// Commas tell the dialect where there are two cells and no other separator.
void check_reads_back(const CsvRow& row) {
  std::vector<std::string> cells = {"name", "note"};
  std::string text = csv_row(cells);
  std::vector<std::string> two = {"x", row.cells.front()};
  text += csv_row(two);
  const CsvTable again = fuzz::must(parse_csv(std::span(reinterpret_cast<const uint8_t*>(text.data()), text.size())));
  claim(again.rows.size() == 1 && again.rows.front().cells.size() == 2, "a row that was written is one row");
  const std::string& read = again.rows.front().cells.back();
  claim(is_formula(two.back()) ? unguarded(read) == two.back() : read == two.back(), "a cell reads back as it was");
}

}  // namespace
}  // namespace candid

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace candid;
  auto table = parse_csv(std::span(data, size));
  if (!table) {
    fuzz::claim(!table.error().message().empty(), "an error says what is wrong");
    return 0;
  }
  check_row(table->header);
  for (const CsvRow& row : table->rows) check_row(row);
  for (const CsvRow& row : table->rows) {
    if (!row.cells.empty()) check_reads_back(row);
  }
  return 0;
}
