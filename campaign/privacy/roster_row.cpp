#include "campaign/privacy/roster_row.h"

#include <algorithm>
#include <optional>
#include <vector>

#include <fmt/format.h>

#include "core/csv.h"
#include "core/encoding.h"
#include "core/files.h"

namespace candid::campaign {
namespace {

constexpr uint64_t kLargestRoster = uint64_t{512} << 20;

using Bytes = std::vector<uint8_t>;

// Letters of one or two bytes; line ends are the same in all encodings that a roster may have.
class Lines {
 public:
  explicit Lines(const Bytes& bytes) : bytes_(bytes) {
    bool is_little = bytes.size() > 1 && bytes[0] == 0xFF && bytes[1] == 0xFE;
    bool is_big = bytes.size() > 1 && bytes[0] == 0xFE && bytes[1] == 0xFF;
    unit_ = is_little || is_big ? 2 : 1;
    low_ = is_big ? 1 : 0;
    starts_.push_back(0);
    for (size_t at = 0; at + unit_ <= bytes.size(); at += unit_) {
      bool is_first_of_two = is('\r', at) && is('\n', at + unit_);
      if ((is('\n', at) || is('\r', at)) && !is_first_of_two) starts_.push_back(at + unit_);
    }
  }

  // Where a line begins, from 1; the end of the file for lines behind it.
  size_t start(int line) const {
    size_t index = static_cast<size_t>(std::max(line, 1)) - 1;
    return index < starts_.size() ? starts_[index] : bytes_.size();
  }

 private:
  bool is(char letter, size_t at) const {
    if (at + unit_ > bytes_.size() || bytes_[at + low_] != static_cast<uint8_t>(letter)) return false;
    return unit_ == 1 || bytes_[at + 1 - low_] == 0;
  }

  const Bytes& bytes_;
  size_t unit_ = 1;
  size_t low_ = 0;
  std::vector<size_t> starts_;
};

struct Range {
  size_t from = 0;
  size_t to = 0;
};

// A row ends where the next one begins: its cells may hold line ends.
std::vector<Range> ranges_of(const Bytes& bytes, const CsvTable& table) {
  Lines lines(bytes);
  std::vector<Range> ranges;
  for (const CsvRow& row : table.rows) {
    size_t begin = lines.start(row.line);
    if (!ranges.empty()) ranges.back().to = begin;
    ranges.push_back({begin, bytes.size()});
  }
  return ranges;
}

// Without its line end, which the last row gets when others follow it.
std::string digest_of(const Bytes& bytes, Range range) {
  auto is_end = [](uint8_t byte) { return byte == '\r' || byte == '\n' || byte == 0; };
  while (range.to > range.from && is_end(bytes[range.to - 1])) --range.to;
  return to_hex(sha256(std::span(bytes).subspan(range.from, range.to - range.from)));
}

// In its line, or else in the first one that says the same.
std::optional<Range> find_range(const Bytes& bytes, const CsvTable& table, const RosterRow& row) {
  std::optional<Range> found;
  const std::vector<Range> ranges = ranges_of(bytes, table);
  for (size_t i = 0; i < ranges.size(); ++i) {
    if (digest_of(bytes, ranges[i]) != row.digest) continue;
    if (table.rows[i].line == row.line) return ranges[i];
    if (!found) found = ranges[i];
  }
  return found;
}

}  // namespace

Result<RosterRow> find_row(const std::filesystem::path& csv, int line) {
  Bytes bytes = TRY(read_file(csv, kLargestRoster));
  CsvTable table = TRY(parse_csv(bytes));
  const std::vector<Range> ranges = ranges_of(bytes, table);
  for (size_t i = 0; i < ranges.size(); ++i) {
    if (table.rows[i].line == line) return RosterRow{line, digest_of(bytes, ranges[i])};
  }
  return fail(ErrorKind::NotFound, fmt::format("no row begins in line {} of {}", line, csv.string()));
}

Result<bool> remove_row(const std::filesystem::path& csv, const RosterRow& row) {
  std::error_code code;
  if (!std::filesystem::exists(csv, code)) return false;
  Bytes bytes = TRY(read_file(csv, kLargestRoster));
  auto table = parse_csv(bytes);
  if (!table) return tl::unexpected(table.error().wrapped(fmt::format("cannot take a row out of {}", csv.string())));
  auto range = find_range(bytes, *table, row);
  if (!range) return false;
  auto begin = bytes.begin() + static_cast<std::ptrdiff_t>(range->from);
  bytes.erase(begin, bytes.begin() + static_cast<std::ptrdiff_t>(range->to));
  // A link to a roster elsewhere stays one.
  std::filesystem::path target = std::filesystem::canonical(csv, code);
  if (code) target = csv;
  TRY_VOID(write_file(target, bytes, file_mode(target)));
  return true;
}

}  // namespace candid::campaign
