#include "campaign/privacy/list_lines.h"

#include <algorithm>
#include <sstream>

#include <fmt/format.h>

#include "campaign/decisions.h"
#include "core/files.h"
#include "core/text.h"

namespace candid::campaign {
namespace {

constexpr uint64_t kLargestList = uint64_t{1} << 30;

using Json = nlohmann::json;
using IsRowAbout = std::function<bool(const CsvTable& table, const CsvRow& row)>;

// How many rows are left. All other cells stay as they were.
Result<size_t> filter_rows(const std::filesystem::path& file, FileMode mode, const IsRowAbout& is_about) {
  CsvTable table = TRY(read_list(file));
  std::string kept = csv_row(table.header.cells);
  size_t left = 0;
  for (const CsvRow& row : table.rows) {
    if (is_about(table, row)) continue;
    std::vector<std::string> cells;
    for (const std::string& cell : row.cells) cells.push_back(unguarded(cell));
    kept += csv_row(cells);
    ++left;
  }
  if (left < table.rows.size()) TRY_VOID(write_file(file, kept, mode));
  return left;
}

}  // namespace

Result<CsvTable> read_list(const std::filesystem::path& file) {
  std::error_code code;
  if (!std::filesystem::exists(file, code) || std::filesystem::file_size(file, code) == 0) return CsvTable{};
  auto table = read_csv(file);
  if (table) return table;
  return fail(ErrorKind::Corrupt,
              fmt::format("{} cannot be read, so that nobody can tell whom it is about ({})", file.string(),
                          table.error().message()),
              "mend it, or move it away");
}

std::string cell_of(const CsvTable& table, const CsvRow& row, std::string_view column) {
  const std::vector<std::string>& names = table.header.cells;
  auto at = static_cast<size_t>(std::find(names.begin(), names.end(), column) - names.begin());
  return at < std::min(names.size(), row.cells.size()) ? unguarded(trim(row.cells[at])) : std::string();
}

Result<void> check_lists(const Campaign& campaign, const Workspace& workspace) {
  for (const auto& file : {workspace.links_file(), workspace.held_links_file(), decisions_file(campaign.folder),
                           std::filesystem::path(campaign.roster)}) {
    TRY(read_list(file));
  }
  return {};
}

Result<void> filter_links(const Workspace& workspace, const Subject& subject) {
  auto is_about = [&](const CsvTable& table, const CsvRow& row) {
    std::string message = cell_of(table, row, "message");
    return message.empty() ? cell_of(table, row, "id") == subject.candidate_id : message == subject.message_id;
  };
  size_t held = TRY(filter_rows(workspace.held_links_file(), FileMode::Private, is_about));
  if (held == 0) TRY_VOID(remove_file(workspace.held_links_file()));
  TRY(filter_rows(workspace.links_file(), FileMode::Private, is_about));
  return {};
}

Result<void> filter_decisions(const std::filesystem::path& campaign_folder, const Subject& subject,
                              const OtherCandidates& others) {
  bool counts_name = !subject.name.empty() && !others.names.contains(to_lower(trim(subject.name)));
  TRY(filter_rows(decisions_file(campaign_folder), FileMode::Shared, [&](const CsvTable& table, const CsvRow& row) {
    std::string id = cell_of(table, row, "id");
    if (id == subject.candidate_id) return true;
    return counts_name && !others.ids.contains(id) && to_lower(cell_of(table, row, "name")) == to_lower(subject.name);
  }));
  return {};
}

Result<void> filter_manifest(const std::filesystem::path& file, const std::string& message_id) {
  std::error_code code;
  if (!std::filesystem::exists(file, code)) return {};
  Json manifest = Json::parse(TRY(read_text_file(file, kLargestList)), nullptr, false);
  if (!manifest.is_object() || !manifest.contains("messages") || !manifest["messages"].is_array()) {
    return remove_file(file);  // none that a run left: the next one writes it anew
  }
  Json kept = Json::array();
  for (Json& message : manifest["messages"]) {
    if (!mentions(message, message_id)) kept.push_back(std::move(message));
  }
  manifest["messages"] = std::move(kept);
  return write_file(file, manifest.dump(1) + "\n");
}

bool mentions(const Json& value, const std::string& word) {
  if (value.is_string()) {
    const auto& text = value.get_ref<const std::string&>();
    return text == word || text.find(word + "-") != std::string::npos;
  }
  if (!value.is_structured()) return false;
  return std::any_of(value.begin(), value.end(), [&](const Json& inner) { return mentions(inner, word); });
}

Result<void> filter_lines(const std::filesystem::path& file, const IsAbout& is_about) {
  std::error_code code;
  if (!std::filesystem::exists(file, code)) return {};
  std::istringstream lines(TRY(read_text_file(file, kLargestList)));
  std::string kept;
  bool is_changed = false;
  for (std::string line; std::getline(lines, line);) {
    Json json = Json::parse(line, nullptr, false);
    bool goes = json.is_discarded() || is_about(json);
    is_changed = is_changed || goes;
    if (!goes) kept += line + '\n';
  }
  return is_changed ? write_file(file, kept, FileMode::Private) : Result<void>();
}

}  // namespace candid::campaign
