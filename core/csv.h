#pragma once
// Reading CSV files as spreadsheets write them: RFC 4180 with comma, semicolon or tab, quoted line breaks, and text in
// UTF-8, UTF-16 or Windows-1252. Parsing is libcsv's; the dialect, encoding and line numbers are found here.

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "core/error.h"

namespace candid {

struct CsvRow {
  int line = 0;  // 1-based line of the file where the row begins
  std::vector<std::string> cells;
};

struct CsvTable {
  char separator = ',';
  std::string encoding;
  CsvRow header;
  std::vector<CsvRow> rows;  // as many cells as the file has; blank lines are left out
};

// Fails with a message that names the line: no header, an unclosed quote, text that is not text.
Result<CsvTable> parse_csv(std::span<const uint8_t> bytes);
Result<CsvTable> read_csv(const std::filesystem::path& path);

// One row, quoted where needed, ended by CRLF (RFC 4180). A cell that a spreadsheet would run as a formula (it begins
// with = + - @, tab or carriage return) gets a leading apostrophe (OWASP, "CSV Injection").
std::string csv_row(std::span<const std::string> cells);

// A cell that csv_row() wrote, without the apostrophe that keeps a spreadsheet from running it.
std::string unguarded(const std::string& cell);

}  // namespace candid
