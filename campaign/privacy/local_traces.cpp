#include "campaign/privacy/local_traces.h"

#include <algorithm>
#include <set>
#include <span>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "campaign/decisions.h"
#include "campaign/privacy/greeting_traces.h"
#include "campaign/privacy/list_lines.h"
#include "campaign/privacy/removed_files.h"
#include "campaign/publishing/link_book.h"
#include "core/files.h"
#include "encode/recipe.h"
#include "encode/segment_record.h"

namespace candid::campaign {
namespace {

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

// Durably.
Result<void> remove_files(std::span<const std::filesystem::path> files) {
  std::set<std::filesystem::path> folders;
  for (const auto& file : files) {
    TRY_VOID(remove_file(file));
    folders.insert(file.parent_path());
  }
  return sync_folders(folders);
}

}  // namespace

Result<LocalTraces> find_local_traces(const Campaign& campaign, const Workspace& workspace, const Subject& subject) {
  TRY_VOID(check_lists(campaign, workspace));
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
  TRY_VOID(add_parts(workspace, subject.message_id, traces.files));
  Paths proofs = TRY(files_below(workspace.proof_folder()));
  traces.files.insert(traces.files.end(), proofs.begin(), proofs.end());
  add_if_there(traces.journals, workspace.journal_file());
  add_if_there(traces.journals, workspace.uploads_file());
  if (!campaign.greetings.empty()) TRY_VOID(add_greeting_traces(campaign, subject, traces));
  traces.recordings = traces.remains.size();
  for (int line : subject.unreadable_lines) {
    traces.remains.push_back(
        fmt::format("{}:{} has their id, address or name, and cannot be read as a candidate: look at it yourself",
                    campaign.roster.string(), line));
  }
  std::sort(traces.files.begin(), traces.files.end());
  traces.files.erase(std::unique(traces.files.begin(), traces.files.end()), traces.files.end());
  return traces;
}

Result<void> remove_local_traces(const std::filesystem::path& campaign_folder, const Workspace& workspace,
                                 const LocalTraces& traces, const Subject& subject, const OtherCandidates& others) {
  // By a recipe and the line of links.csv the video is found, by a sitting's journal its recording: so that a run which
  // goes on from here finds the rest, these go when all else is gone.
  Paths files = traces.files;
  auto named = std::stable_partition(files.begin(), files.end(), [](const std::filesystem::path& file) {
    return file.extension() != ".jsonl" && file.parent_path().filename() != "recipes";
  });
  TRY_VOID(remove_files(std::span<std::filesystem::path>(files.begin(), named)));
  auto names_message = [&](const Json& line) { return mentions(line, subject.message_id); };
  auto names_candidate = [&](const Json& line) {
    return line.is_object() && line.contains("candidate") && line["candidate"] == subject.candidate_id;
  };
  for (const auto& file : traces.journals) {
    bool is_sitting = file.parent_path().filename() == "sittings";
    TRY_VOID(filter_lines(file, is_sitting ? IsAbout(names_candidate) : IsAbout(names_message)));
    TRY_VOID(remove_abandoned_copies(file));
  }
  TRY_VOID(filter_manifest(workspace.folder() / "manifest.json", subject.message_id));
  TRY_VOID(filter_decisions(campaign_folder, subject, others));
  TRY_VOID(remove_abandoned_copies(decisions_file(campaign_folder)));
  TRY_VOID(remove_files(std::span<std::filesystem::path>(named, files.end())));
  return filter_links(workspace, subject);
}

}  // namespace candid::campaign
