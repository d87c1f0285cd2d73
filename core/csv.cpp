#include "core/csv.h"

#include <algorithm>

#include <csv.h>
#include <fmt/format.h>

#include "core/files.h"
#include "core/text.h"

namespace candid {
namespace {

// What a cell begins with that a spreadsheet runs.
constexpr std::string_view kRun = "=+-@\t\r";

bool may_separate(char c) {
  return c == '\t' || (c >= ' ' && c <= '~' && c != '"');
}

// The separator of the header: the likeliest one outside quotes on the first line with text.
char detect_separator(std::string_view text) {
  // Excel's own way to say it. A byte of a longer letter would cut others in two, a quote or a line break every cell.
  if (text.starts_with("sep=") && text.size() > 4 && may_separate(text[4])) return text[4];
  std::array<std::pair<char, int>, 3> counts{{{',', 0}, {';', 0}, {'\t', 0}}};
  bool quoted = false;
  for (char c : text) {
    if (c == '"') quoted = !quoted;
    if (quoted) continue;
    if (c == '\n' || c == '\r') {
      if (std::any_of(counts.begin(), counts.end(), [](auto& count) { return count.second > 0; })) break;
    }
    for (auto& [separator, count] : counts) count += c == separator ? 1 : 0;
  }
  return std::max_element(counts.begin(), counts.end(), [](auto& a, auto& b) { return a.second < b.second; })->first;
}

// Of the first line, its end included: LF, CRLF, or the CR of old Macs.
size_t line_length(std::string_view text) {
  size_t end = text.find_first_of("\r\n");
  if (end == std::string_view::npos) return text.size();
  return text.substr(end).starts_with("\r\n") ? end + 2 : end + 1;
}

struct Collector {
  std::vector<CsvRow> rows;
  std::vector<std::string> cells;
  int row_line = 1;  // where the row that is being read began

  void cell(const char* data, size_t size) {
    cells.emplace_back(data == nullptr ? "" : data, data == nullptr ? 0 : size);
  }
  void row_end() {
    for (std::string& cell : cells) cell = trim(cell);
    bool blank = std::all_of(cells.begin(), cells.end(), [](auto& cell) { return cell.empty(); });
    if (!blank) rows.push_back({row_line, std::move(cells)});
    cells.clear();
  }
};

// libcsv is strict here: a stray quote or an unclosed one is an error, not a guess.
class Parser {
 public:
  explicit Parser(char separator) {
    csv_init(&parser_, CSV_STRICT | CSV_STRICT_FINI | CSV_APPEND_NULL);
    csv_set_delim(&parser_, static_cast<unsigned char>(separator));
    // Blanks around cells go later, with Unicode's own (trim); here a tab may be the separator.
    csv_set_space_func(&parser_, [](unsigned char) { return 0; });
  }
  ~Parser() { csv_free(&parser_); }
  Parser(const Parser&) = delete;
  Parser& operator=(const Parser&) = delete;

  bool feed(std::string_view text, Collector& into) {
    return csv_parse(&parser_, text.data(), text.size(), on_cell, on_row, &into) == text.size();
  }
  bool finish(Collector& into) { return csv_fini(&parser_, on_cell, on_row, &into) == 0; }
  // Inside a quoted cell, so that the next line belongs to the same row.
  bool is_inside_quotes() const { return parser_.quoted != 0; }
  std::string reason() { return csv_strerror(csv_error(&parser_)); }

 private:
  static void on_cell(void* data, size_t size, void* into) {
    static_cast<Collector*>(into)->cell(static_cast<const char*>(data), size);
  }
  static void on_row(int, void* into) { static_cast<Collector*>(into)->row_end(); }
  csv_parser parser_{};
};

}  // namespace

Result<CsvTable> parse_csv(std::span<const uint8_t> bytes) {
  DecodedText decoded = TRY(decode_rows(bytes));
  std::string_view text = decoded.utf8;
  CsvTable table;
  table.separator = detect_separator(text);
  table.encoding = decoded.encoding;

  Collector collector;
  Parser parser(table.separator);
  int line = 1;
  int quote_line = 1;  // where the quote that is open now was opened
  if (text.starts_with("sep=")) {
    text.remove_prefix(line_length(text));
    line = 2;
  }
  // libcsv tells no positions, so it is fed line by line.
  const std::string opening = std::string(1, table.separator) + '"';
  for (; !text.empty(); ++line) {
    bool goes_on = parser.is_inside_quotes();
    if (!goes_on) collector.row_line = line;
    std::string_view fed = text.substr(0, line_length(text));
    if (!parser.feed(fed, collector)) {
      return fail(
          ErrorKind::InvalidInput, fmt::format("line {}: a quote is out of place ({})", line, parser.reason()),
          "a cell with quotes in it is quoted as a whole, and each quote in it is doubled: \"the \"\"best\"\" one\"");
    }
    if (!goes_on || fed.find(opening) != std::string_view::npos) quote_line = line;
    text.remove_prefix(fed.size());
  }
  if (!parser.finish(collector)) {
    return fail(ErrorKind::InvalidInput, fmt::format("line {}: a quote is opened and never closed", quote_line),
                "close the quote; a quote inside a quoted cell is doubled");
  }
  if (collector.rows.empty())
    return fail(ErrorKind::InvalidInput, "the file has no header row", "the first line names the columns");
  table.header = std::move(collector.rows.front());
  table.rows.assign(std::make_move_iterator(collector.rows.begin() + 1), std::make_move_iterator(collector.rows.end()));
  return table;
}

Result<CsvTable> read_csv(const std::filesystem::path& path) {
  auto bytes = TRY(read_file(path, uint64_t{512} << 20));
  return parse_csv(bytes);
}

std::string unguarded(const std::string& cell) {
  bool is_guarded = cell.size() > 1 && cell[0] == '\'' && kRun.find(cell[1]) != std::string_view::npos;
  return is_guarded ? cell.substr(1) : cell;
}

std::string csv_row(std::span<const std::string> cells) {
  std::string row;
  for (size_t i = 0; i < cells.size(); ++i) {
    if (i > 0) row += ',';
    std::string cell = cells[i];
    if (!cell.empty() && kRun.find(cell.front()) != std::string_view::npos) cell.insert(0, 1, '\'');
    if (cell.find_first_of(",;\"\r\n\t'") == std::string::npos) {
      row += cell;
      continue;
    }
    row += '"';
    for (char c : cell) {
      if (c == '"') row += '"';
      row += c;
    }
    row += '"';
  }
  return row + "\r\n";
}

}  // namespace candid
