#include "campaign/privacy/local_traces.h"

#include <algorithm>
#include <functional>
#include <set>
#include <sstream>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "campaign/decisions.h"
#include "campaign/privacy/greeting_traces.h"
#include "campaign/publishing/link_book.h"
#include "core/csv.h"
#include "core/files.h"
#include "core/text.h"
#include "encode/recipe.h"
#include "encode/segment_record.h"

namespace candid::campaign {
namespace {

constexpr uint64_t kMostBytes = uint64_t{1} << 30;

using Json = nlohmann::json;
using Paths = std::vector<std::filesystem::path>;

void add_if_there(Paths& files, const std::filesystem::path& path) {
  std::error_code code;
  if (std::filesystem::exists(std::filesystem::symlink_status(path, code))) files.push_back(path);
}

void add_video(Paths& files, const std::filesystem::path& video) {
  for (const char* ending : {".mp4", ".vtt", ".gif", ".webp"}) {
    add_if_there(files, std::filesystem::path(video).replace_extension(ending));
  }
}

// Names of parts that recipes of others name.
Result<std::set<std::string>> parts_of_others(const Workspace& workspace, const std::string& message_id) {
  std::set<std::string> parts;
  Paths recipes = TRY(files_below(workspace.folder() / "work/recipes"));
  for (const auto& path : recipes) {
    std::string id = path.stem().string();
    auto recipe = id == message_id ? std::nullopt : workspace.find_recipe(id);
    if (!recipe) continue;
    for (std::string& part : recipe->parts()) parts.insert(std::move(part));
  }
  return parts;
}

Result<void> add_parts(const Workspace& workspace, const std::string& message_id, Paths& files) {
  const std::set<std::string> kept = TRY(parts_of_others(workspace, message_id));
  Paths segments = TRY(files_below(workspace.folder() / "work/segments"));
  for (const auto& path : segments) {
    auto text = read_text_file(path);
    auto record = text ? encode::parse_segment_record(*text) : tl::unexpected(text.error());
    if (!record || !kept.contains(record->part)) files.push_back(path);
  }
  Paths parts = TRY(files_below(workspace.folder() / "work/parts"));
  for (const auto& path : parts) {
    std::string name = path.filename().string();
    if (encode::is_part_name(name) && !kept.contains(name)) files.push_back(path);
  }
  return {};
}

bool mentions(const Json& value, const std::string& word) {
  if (value.is_string()) {
    const auto& text = value.get_ref<const std::string&>();
    return text == word || text.find(word + "-") != std::string::npos;
  }
  if (!value.is_structured()) return false;
  return std::any_of(value.begin(), value.end(), [&](const Json& inner) { return mentions(inner, word); });
}

using IsAbout = std::function<bool(const Json& line)>;

// Torn lines go, too: nobody can tell what they said.
Result<void> filter_lines(const std::filesystem::path& file, const IsAbout& is_about) {
  std::error_code code;
  if (!std::filesystem::exists(file, code)) return {};
  std::istringstream lines(TRY(read_text_file(file, kMostBytes)));
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

Result<void> filter_manifest(const std::filesystem::path& file, const std::string& message_id) {
  std::error_code code;
  if (!std::filesystem::exists(file, code)) return {};
  Json manifest = Json::parse(TRY(read_text_file(file, kMostBytes)), nullptr, false);
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

Result<void> filter_links(const Workspace& workspace, const std::string& message_id) {
  LinkFiles files = link_files(workspace);
  std::vector<BookedLink> kept;
  bool is_there = false;
  for (auto& [message, link] : read_links(files)) {
    is_there = is_there || message == message_id;
    if (message != message_id) kept.push_back(std::move(link));
  }
  return is_there ? write_links(files, kept) : Result<void>();
}

// By id, and by name: a hold follows the name.
Result<void> filter_decisions(const std::filesystem::path& folder, const Subject& subject) {
  std::filesystem::path file = decisions_file(folder);
  std::error_code code;
  if (!std::filesystem::exists(file, code)) return {};
  CsvTable table = TRY(read_csv(file));
  auto column = [&](const char* name) {
    auto found = std::find(table.header.cells.begin(), table.header.cells.end(), name);
    return static_cast<size_t>(found - table.header.cells.begin());
  };
  const size_t id = column("id");
  const size_t name = column("name");
  auto says = [](const CsvRow& row, size_t at, const std::string& text) {
    return at < row.cells.size() && !text.empty() && to_lower(unguarded(trim(row.cells[at]))) == to_lower(text);
  };
  std::string kept = csv_row(table.header.cells);
  bool is_changed = false;
  for (const CsvRow& row : table.rows) {
    bool goes = says(row, id, subject.candidate_id) || says(row, name, subject.name);
    is_changed = is_changed || goes;
    std::vector<std::string> cells;
    for (const std::string& cell : row.cells) cells.push_back(unguarded(cell));
    if (!goes) kept += csv_row(cells);
  }
  return is_changed ? write_file(file, kept) : Result<void>();
}

}  // namespace

Result<LocalTraces> find_local_traces(const Campaign& campaign, const Workspace& workspace, const Subject& subject) {
  LocalTraces traces;
  const std::filesystem::path out = workspace.folder();
  const std::filesystem::path recipe_file = out / "work" / recipe_object(subject.message_id);
  if (auto recipe = workspace.find_recipe(subject.message_id); recipe && !recipe->file.empty()) {
    add_video(traces.files, out / std::filesystem::path(recipe->file).filename());
  }
  auto booked = read_links(link_files(workspace));
  if (auto link = booked.find(subject.message_id); link != booked.end() && !link->second.file.empty()) {
    add_video(traces.files, out / std::filesystem::path(link->second.file).filename());
  }
  add_if_there(traces.files, recipe_file);
  if (!traces.files.empty()) TRY_VOID(add_parts(workspace, subject.message_id, traces.files));
  Paths proofs = TRY(files_below(workspace.proof_folder()));
  traces.files.insert(traces.files.end(), proofs.begin(), proofs.end());
  add_if_there(traces.journals, workspace.journal_file());
  add_if_there(traces.journals, workspace.uploads_file());
  if (!campaign.greetings.empty()) TRY_VOID(add_greeting_traces(campaign, subject, traces));
  for (int line : subject.lines_of_the_same_name) {
    traces.remains.push_back(
        fmt::format("{}:{} has the same name, and cannot be read as a candidate: look at it yourself",
                    campaign.roster.string(), line));
  }
  std::sort(traces.files.begin(), traces.files.end());
  traces.files.erase(std::unique(traces.files.begin(), traces.files.end()), traces.files.end());
  return traces;
}

Result<void> remove_local_traces(const std::filesystem::path& campaign_folder, const Workspace& workspace,
                                 const LocalTraces& traces, const Subject& subject) {
  TRY_VOID(filter_links(workspace, subject.message_id));
  auto names_message = [&](const Json& line) { return mentions(line, subject.message_id); };
  auto names_candidate = [&](const Json& line) {
    return line.is_object() && line.contains("candidate") && line["candidate"] == subject.candidate_id;
  };
  for (const auto& file : traces.journals) {
    bool is_sitting = file.parent_path().filename() == "sittings";
    TRY_VOID(filter_lines(file, is_sitting ? IsAbout(names_candidate) : IsAbout(names_message)));
  }
  TRY_VOID(filter_manifest(workspace.folder() / "manifest.json", subject.message_id));
  TRY_VOID(filter_decisions(campaign_folder, subject));
  for (const auto& file : traces.files) TRY_VOID(remove_file(file));
  return {};
}

}  // namespace candid::campaign
