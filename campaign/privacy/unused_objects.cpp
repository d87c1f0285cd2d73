#include "campaign/privacy/unused_objects.h"

#include <map>
#include <set>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "campaign/privacy/store_traces.h"
#include "campaign/publishing/composed_videos.h"
#include "campaign/workspace.h"
#include "core/files.h"
#include "encode/recipe.h"

namespace candid::campaign {
namespace {

constexpr const char* kLedgers = ".ledgers";

using Names = std::set<std::string>;

std::filesystem::path ledgers_folder(const upload::FolderStore& store) {
  // The path of an object is below the store's folder.
  auto recipes = store.path_of("recipes");
  return recipes ? recipes->parent_path() / kLedgers : std::filesystem::path();
}

// Everything that a link of this ledger may ask for. A recipe that is missing or broken names nothing, and shows
// nothing.
Result<Names> objects_in_use(upload::FolderStore& store, const track::Ledger& ledger, const std::stop_token& stop) {
  Names used = {std::string(upload::kStoreIdentity)};
  for (const track::CampaignSummary& campaign : TRY(ledger.campaigns())) {
    for (const track::MessageRecord& record : TRY(ledger.messages(campaign.id))) {
      if (stop.stop_requested()) return fail(ErrorKind::Cancelled, "stopped");
      for (const std::string& part : parts_named_by(record)) used.insert(upload::part_object(part));
      std::string edition = edition_named_by(record);
      if (edition.empty()) continue;
      used.insert(recipe_object(edition));
      used.insert(composed_object(edition));
      auto bytes = store.get(recipe_object(edition));
      if (!bytes && bytes.error().kind() != ErrorKind::NotFound) return tl::unexpected(bytes.error());
      if (!bytes) continue;
      auto recipe = encode::parse_recipe({reinterpret_cast<const char*>(bytes->data()), bytes->size()});
      if (!recipe) continue;
      for (const std::string& part : recipe->parts()) used.insert(upload::part_object(part));
    }
  }
  return used;
}

// Recipes and videos before parts.
Result<std::vector<std::string>> unused_objects(const upload::FolderStore& store, const Names& used) {
  std::vector<std::string> unused;
  for (const char* folder : {"recipes", "videos", "parts"}) {
    std::filesystem::path root = TRY(store.path_of(folder));
    std::vector<std::filesystem::path> files = TRY(files_below(root));
    for (const auto& path : files) {
      std::string name = fmt::format("{}/{}", folder, path.lexically_relative(root).generic_string());
      if (upload::is_name_of_publishing(name) && !used.contains(name)) unused.push_back(std::move(name));
    }
  }
  return unused;
}

using Seen = std::map<std::string, int64_t>;  // by object: since when it is known to be unused, milliseconds

Seen read_unused_notes(const std::filesystem::path& file) {
  auto text = read_text_file(file, uint64_t{1} << 30);
  auto json = text ? nlohmann::json::parse(*text, nullptr, false) : nlohmann::json();
  Seen seen;
  if (!json.is_object()) return seen;
  for (const auto& [name, since] : json.items()) {
    if (since.is_number_integer()) seen[name] = since.get<int64_t>();
  }
  return seen;
}

// What was published since it was looked for is in use again.
Result<int> remove_due(upload::FolderStore& store, const track::Ledger& ledger, std::vector<std::string> due,
                       const std::stop_token& stop) {
  StoreClearing clearing = TRY(StoreClearing::begin(store));
  const Names used = TRY(objects_in_use(store, ledger, stop));
  std::erase_if(due, [&](const std::string& name) { return used.contains(name); });
  int removed = TRY(remove_objects(store, clearing, due));
  TRY_VOID(clearing.end());
  return removed;
}

}  // namespace

Result<bool> has_other_ledgers(const upload::FolderStore& store, const track::Ledger& ledger) {
  Names names;
  std::vector<std::filesystem::path> files = TRY(files_below(ledgers_folder(store)));
  for (const auto& path : files) names.insert(path.filename().string());
  names.erase(TRY(ledger.id()));
  return !names.empty();
}

Result<void> register_ledger(const upload::FolderStore& store, const track::Ledger& ledger) {
  std::filesystem::path folder = ledgers_folder(store);
  std::string id = TRY(ledger.id());
  std::error_code code;
  if (std::filesystem::exists(folder / id, code)) return {};
  TRY_VOID(make_folder(folder));
  return write_file(folder / id, ledger.describe() + "\n", FileMode::Private);
}

Result<UnusedReport> remove_unused_objects(upload::FolderStore& store, const track::Ledger& ledger,
                                           const std::filesystem::path& notes, const Clock& clock,
                                           const std::stop_token& stop) {
  UnusedReport report;
  report.is_shared = TRY(has_other_ledgers(store, ledger));
  if (report.is_shared) return report;
  // What is in the store first: a message that is published after this look has its objects in it, or its record in the
  // ledger.
  std::vector<std::string> everything = TRY(unused_objects(store, {}));
  Names used = TRY(objects_in_use(store, ledger, stop));
  const Seen seen = read_unused_notes(notes);
  const int64_t now = clock.now().time_since_epoch().count();
  const int64_t week = std::chrono::milliseconds(kUnusedFor).count();
  Seen noted;
  std::vector<std::string> due;
  for (const std::string& name : everything) {
    if (used.contains(name)) continue;
    auto before = seen.find(name);
    int64_t since = before == seen.end() ? now : std::min(before->second, now);
    if (now - since >= week) {
      due.push_back(name);
    } else {
      noted[name] = since;
    }
  }
  report.waiting = static_cast<int>(noted.size());
  // The notes last: of a run that died the removed ones are gone, and the others are due again.
  if (!due.empty()) report.removed = TRY(remove_due(store, ledger, std::move(due), stop));
  TRY_VOID(write_file(notes, nlohmann::json(noted).dump() + "\n", FileMode::Private));
  return report;
}

}  // namespace candid::campaign
