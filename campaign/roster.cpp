#include "campaign/roster.h"

#include <set>

#include <fmt/format.h>

#include "campaign/campaign_file.h"
#include "core/csv.h"
#include "core/digest.h"
#include "core/encoding.h"
#include "core/letters.h"
#include "core/suggest.h"
#include "core/text.h"

namespace candid::campaign {
namespace {

// More than this in one cell is a pasted document, not a name or a sentence.
constexpr size_t kMaxCellBytes = 2000;

const std::vector<std::string> kIdColumns = {"id", "candidate_id"};
const std::vector<std::string> kMailColumns = {"email", "mail", "e_mail", "email_address"};
const std::vector<std::string> kNameColumns = {"name", "full_name", "candidate_name"};

std::string first_value(const Fields& fields, const std::vector<std::string>& columns) {
  for (const std::string& column : columns) {
    auto found = fields.find(column);
    if (found != fields.end() && !found->second.empty()) return found->second;
  }
  return {};
}

std::string display_name(const Fields& fields) {
  std::string name = first_value(fields, kNameColumns);
  if (!name.empty()) return single_line(name);
  std::string first = first_value(fields, {"first_name", "given_name"});
  std::string last = first_value(fields, {"last_name", "family_name", "surname"});
  return single_line(trim(first + " " + last));
}

std::string stable_id(const std::string& email, const std::string& name) {
  return "c" + to_hex(sha256(to_lower(email.empty() ? name : email))).substr(0, 12);
}

class RowChecker {
 public:
  RowChecker(const Campaign& campaign, const std::string& file, const std::vector<std::string>& columns)
      : campaign_(campaign), file_(file), columns_(columns) {
    for (const FieldUse& use : campaign.field_uses) {
      if (use.is_needed) needed_.insert(use.field);
    }
  }

  // The candidate of a row; what is wrong with it goes to `findings`.
  Candidate check(const CsvRow& row, Findings& findings) {
    Candidate candidate;
    candidate.line = row.line;
    auto problem = [&](const std::string& column, std::string message, std::string hint) {
      findings.push_back({Severity::Error, file_, row.line, column, std::move(message), std::move(hint)});
    };
    if (row.cells.size() > columns_.size()) {
      problem("", fmt::format("has {} cells, the header has {}", row.cells.size(), columns_.size()),
              "a cell with the separator in it must be in quotes");
    }
    for (size_t i = 0; i < columns_.size(); ++i) {
      std::string value = i < row.cells.size() ? normalize(row.cells[i]) : "";
      if (value.find(kNoCharacter) != std::string::npos) {
        problem(
            columns_[i],
            fmt::format("\"{}\" holds bytes that are no text in the file's encoding", shorten(single_line(value), 40)),
            "type the cell anew, and save the file as CSV UTF-8");
      }
      std::vector<char32_t> hidden = hidden_characters(value);
      auto control =
          std::find_if(hidden.begin(), hidden.end(), [](char32_t c) { return c < 0x20 || (c >= 0x7F && c < 0xA0); });
      if (control != hidden.end()) {
        problem(columns_[i], fmt::format("holds the control character {}", code_point(*control)),
                "type the cell anew, or paste it as plain text");
      }
      if (value.size() > kMaxCellBytes) {
        problem(columns_[i], fmt::format("is {} bytes long, at most {} are drawn", value.size(), kMaxCellBytes),
                "shorten the cell");
        value = shorten(value, 60);
      }
      auto rule = campaign_.fields.find(columns_[i]);
      if (value.empty() && rule != campaign_.fields.end() && rule->second.fallback) value = *rule->second.fallback;
      bool required = rule != campaign_.fields.end() ? rule->second.required : needed_.contains(columns_[i]);
      if (value.empty() && required)
        problem(columns_[i], "is empty",
                "fill the cell in, or write {{" + columns_[i] + " | default:\"…\"}} in campaign.toml");
      candidate.fields[columns_[i]] = std::move(value);
    }
    candidate.name = display_name(candidate.fields);
    candidate.email = first_value(candidate.fields, kMailColumns);
    if (!candidate.email.empty() && !is_mail_address(candidate.email)) {
      problem(mail_column(), fmt::format("\"{}\" is not a mail address", shorten(candidate.email, 60)),
              "write name@example.com");
    }
    candidate.id = first_value(candidate.fields, kIdColumns);
    if (candidate.id.empty() && (!candidate.email.empty() || !candidate.name.empty())) {
      candidate.id = stable_id(candidate.email, candidate.name);
    }
    if (candidate.id.empty() && findings.empty()) {
      problem("", "tells no candidate apart: id, mail address and name are all empty", "fill one of them in");
    }
    return candidate;
  }

 private:
  std::string mail_column() const {
    for (const std::string& column : kMailColumns) {
      if (std::find(columns_.begin(), columns_.end(), column) != columns_.end()) return column;
    }
    return "email";
  }

  const Campaign& campaign_;
  const std::string& file_;
  const std::vector<std::string>& columns_;
  std::set<std::string> needed_;
};

std::vector<std::string> read_header(const CsvTable& table, const std::string& file, Findings& findings) {
  std::vector<std::string> columns;
  for (size_t i = 0; i < table.header.cells.size(); ++i) {
    std::string column = identifier(table.header.cells[i]);
    if (column.empty()) column = fmt::format("column_{}", i + 1);
    if (std::find(columns.begin(), columns.end(), column) != columns.end()) {
      findings.push_back(
          {Severity::Error, file, table.header.line, column, "is the name of two columns", "rename one of them"});
    }
    columns.push_back(std::move(column));
  }
  return columns;
}

// Spreadsheets of other countries write other single-byte encodings, which nothing tells apart: the names must be seen.
void tell_if_guessed(const CsvTable& table, const std::string& file, Findings& findings) {
  if (table.encoding != "windows-1252") return;
  std::vector<std::string> shown;
  int line = 0;
  for (const CsvRow& row : table.rows) {
    for (const std::string& cell : row.cells) {
      bool is_plain =
          std::all_of(cell.begin(), cell.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; });
      if (is_plain || shown.size() == 3) continue;
      shown.push_back(fmt::format("\"{}\"", shorten(single_line(cell), 30)));
      if (line == 0) line = row.line;
    }
  }
  if (shown.empty()) return;
  findings.push_back({Severity::Warning, file, line, "",
                      fmt::format("the file is not UTF-8, and was read as Windows-1252: {}", join(shown)),
                      "if these are not the right letters, export it again as CSV UTF-8"});
}

}  // namespace

Roster read_roster(const Campaign& campaign, Findings& findings) {
  Roster roster;
  std::string file = campaign.roster.string();
  auto table = read_csv(campaign.roster);
  if (!table) {
    findings.push_back({Severity::Error, file, 0, "", table.error().describe(), table.error().hint()});
    return roster;
  }
  roster.columns = read_header(*table, file, findings);
  tell_if_guessed(*table, file, findings);
  std::set<std::string> reported;
  for (const FieldUse& use : campaign.field_uses) {
    bool known = std::find(roster.columns.begin(), roster.columns.end(), use.field) != roster.columns.end();
    if (known || !reported.insert(use.key + use.field).second) continue;
    std::string near = closest(use.field, roster.columns);
    findings.push_back(
        {Severity::Error, campaign.file, use.line, use.key,
         fmt::format("{{{{{}}}}} is not a column of {}", use.field, file),
         (near.empty() ? "" : fmt::format("did you mean {{{{{}}}}}? ", near)) + "columns: " + join(roster.columns)});
  }
  for (const auto& [field, rule] : campaign.fields) {
    if (std::find(roster.columns.begin(), roster.columns.end(), field) == roster.columns.end()) {
      findings.push_back({Severity::Error, campaign.file, 0, "fields." + field,
                          fmt::format("is not a column of {}", file), "columns: " + join(roster.columns)});
    }
  }
  if (table->rows.empty()) {
    findings.push_back({Severity::Error, file, table->header.line, "", "has no candidate: only a header row",
                        "add a row a candidate"});
  }
  if (has_errors(findings)) return roster;

  RowChecker checker(campaign, file, roster.columns);
  std::map<std::string, int> lines_by_id;
  for (const CsvRow& row : table->rows) {
    Findings row_findings;
    Candidate candidate = checker.check(row, row_findings);
    // A refused row's id counts too: once it is mended, its link must not turn out to be another's.
    if (!candidate.id.empty()) {
      auto [first, is_new] = lines_by_id.emplace(candidate.id, row.line);
      if (!is_new) {
        row_findings.push_back(
            {Severity::Error, file, row.line, "id",
             fmt::format("\"{}\" stands in line {} already", shorten(candidate.id, 40), first->second),
             "one row a candidate; give them different ids"});
      }
    }
    if (row_findings.empty()) {
      roster.candidates.push_back(std::move(candidate));
    } else {
      roster.rejected.push_back(
          {row.line, candidate.name, std::move(row_findings), std::move(candidate.id), std::move(candidate.email)});
    }
  }
  return roster;
}

}  // namespace candid::campaign
