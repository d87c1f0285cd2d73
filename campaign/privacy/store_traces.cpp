#include "campaign/privacy/store_traces.h"

#include <chrono>
#include <mutex>
#include <sstream>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "campaign/edition.h"
#include "campaign/parallel.h"
#include "campaign/privacy/removed_files.h"
#include "campaign/publishing/composed_videos.h"
#include "campaign/publishing/store_identity.h"
#include "campaign/workspace.h"
#include "core/files.h"
#include "encode/recipe.h"
#include "upload/folder_store.h"

namespace candid::campaign {
namespace {

constexpr int kQuestions = 8;
constexpr uint64_t kLargestNote = uint64_t{1} << 30;
constexpr std::string_view kPart = "part:";
constexpr std::string_view kRecipes = "recipes/";
constexpr std::string_view kVideos = "videos/";

using Names = std::set<std::string>;

// The edition in an object's name, "recipes/EDITION.json" or "videos/EDITION.mp4"; empty for another object.
std::string edition_in(std::string_view object) {
  std::string_view folder = object.starts_with(kRecipes) ? kRecipes : kVideos;
  std::string_view ending = folder == kRecipes ? ".json" : ".mp4";
  if (!object.starts_with(folder) || !object.ends_with(ending)) return {};
  if (object.size() <= folder.size() + ending.size()) return {};
  return std::string(object.substr(folder.size(), object.size() - folder.size() - ending.size()));
}

Result<Names> editions_in_folder(const upload::FolderStore& store) {
  Names editions;
  for (const char* folder : {"recipes", "videos"}) {
    std::filesystem::path root = TRY(store.path_of(folder));
    std::vector<std::filesystem::path> files = TRY(files_below(root));
    for (const auto& path : files) {
      std::string edition = edition_in(fmt::format("{}/{}", folder, path.filename().string()));
      if (!edition.empty()) editions.insert(std::move(edition));
    }
  }
  return editions;
}

// What the campaign's journal says was sent.
Result<Names> editions_in_journal(const std::filesystem::path& file) {
  Names editions;
  std::error_code code;
  if (!std::filesystem::exists(file, code)) return editions;
  std::istringstream lines(TRY(read_text_file(file, kLargestNote)));
  for (std::string line; std::getline(lines, line);) {
    auto json = nlohmann::json::parse(line, nullptr, false);
    if (!json.is_object() || !json.contains("object") || !json["object"].is_string()) continue;
    std::string edition = edition_in(json["object"].get_ref<const std::string&>());
    if (!edition.empty()) editions.insert(std::move(edition));
  }
  return editions;
}

// Of a recipe in the store; none where it is not there, or is none.
Result<std::vector<std::string>> parts_of_edition(upload::Store& store, const std::string& edition) {
  auto bytes = store.get(recipe_object(edition));
  if (!bytes && bytes.error().kind() == ErrorKind::NotFound) return std::vector<std::string>();
  if (!bytes) return tl::unexpected(bytes.error());
  auto recipe = encode::parse_recipe({reinterpret_cast<const char*>(bytes->data()), bytes->size()});
  return recipe ? recipe->parts() : std::vector<std::string>();
}

Result<Names> parts_of_editions(upload::Store& store, const Names& editions, const std::stop_token& stop) {
  std::vector<std::string> list(editions.begin(), editions.end());
  Names parts;
  std::optional<Error> failure;
  std::mutex mutex;
  run_in_parallel(list.size(), kQuestions, [&](size_t i) {
    {
      std::lock_guard lock(mutex);
      if (failure) return;
      if (stop.stop_requested()) failure = Error(ErrorKind::Cancelled, "stopped");
      if (failure) return;
    }
    auto some = parts_of_edition(store, list[i]);
    std::lock_guard lock(mutex);
    if (!some) failure = some.error();
    if (some) parts.insert(some->begin(), some->end());
  });
  if (failure && failure->kind() == ErrorKind::Cancelled) return tl::unexpected(*failure);
  if (failure) return tl::unexpected(failure->wrapped("cannot tell which parts others need"));
  return parts;
}

// Of the recipes that lie in the campaign's own folder, published or not.
struct LocalParts {
  Names theirs;
  Names of_others;
};
Result<LocalParts> local_parts(const std::filesystem::path& campaign_folder, const Names& message_ids) {
  LocalParts parts;
  if (campaign_folder.empty()) return parts;
  for (const auto& path : TRY(files_below(campaign_folder / "out/work/recipes"))) {
    auto text = read_text_file(path);
    auto recipe = text ? encode::parse_recipe(*text) : tl::unexpected(text.error());
    if (!recipe) continue;
    Names& into = message_ids.contains(recipe->message_id) ? parts.theirs : parts.of_others;
    for (std::string& part : recipe->parts()) into.insert(std::move(part));
  }
  return parts;
}

// Without the logo, which is the campaign's, and on all its pages.
std::vector<std::string> own_parts(const track::MessageRecord& record) {
  track::MessageRecord theirs = record;
  theirs.page.logo = {};
  return parts_named_by(theirs);
}

// What a removal may take between two signs of life (StoreClearing::give_sign()).
constexpr std::chrono::seconds kBetweenSigns{20};

class StoreSearch {
 public:
  StoreSearch(const TracesIn& where, const Names& message_ids) : where_(where), ids_(message_ids) {}

  Result<void> look(const std::vector<track::MessageRecord>& records, const std::vector<std::string>& remembered) {
    for (const track::MessageRecord& record : records) add_theirs(record);
    for (const std::string& object : remembered) add_remembered(object);
    TRY_VOID(look_into_ledger());
    if (auto* folder = dynamic_cast<upload::FolderStore*>(&where_.store)) {
      for (const std::string& edition : TRY(editions_in_folder(*folder))) add_edition(edition);
    }
    if (!where_.campaign_folder.empty()) {
      for (const std::string& edition : TRY(editions_in_journal(where_.campaign_folder / "out/work/publish.jsonl"))) {
        if (ids_.contains(std::string(message_of(edition)))) editions_.insert(edition);
      }
    }
    LocalParts local = TRY(local_parts(where_.campaign_folder, ids_));
    parts_.merge(local.theirs);
    kept_.merge(local.of_others);
    parts_.merge(TRY(parts_of_editions(where_.store, editions_, where_.stop)));
    kept_.merge(TRY(parts_of_editions(where_.store, others_, where_.stop)));
    return {};
  }

  std::vector<std::string> objects() const {
    std::vector<std::string> objects;
    for (const std::string& edition : editions_) objects.push_back(recipe_object(edition));
    for (const std::string& edition : editions_) objects.push_back(composed_object(edition));
    Names parts = remembered_parts_;
    for (const std::string& part : parts_) parts.insert(upload::part_object(part));
    for (const std::string& part : kept_) parts.erase(upload::part_object(part));
    objects.insert(objects.end(), parts.begin(), parts.end());
    return objects;
  }

 private:
  void add_theirs(const track::MessageRecord& record) {
    if (std::string edition = edition_named_by(record); !edition.empty()) editions_.insert(std::move(edition));
    for (std::string& part : own_parts(record)) parts_.insert(std::move(part));
  }

  void add_remembered(const std::string& object) {
    if (upload::is_part_object(object)) remembered_parts_.insert(object);
    std::string edition = edition_in(object);
    if (ids_.contains(std::string(message_of(edition)))) editions_.insert(std::move(edition));
  }

  void add_edition(const std::string& edition) {
    (ids_.contains(std::string(message_of(edition))) ? editions_ : others_).insert(edition);
  }

  Result<void> look_into_ledger() {
    for (const track::CampaignSummary& campaign : TRY(where_.ledger.campaigns())) {
      for (const track::MessageRecord& record : TRY(where_.ledger.messages(campaign.id))) {
        if (ids_.contains(record.message_id)) continue;
        if (std::string edition = edition_named_by(record); !edition.empty()) others_.insert(std::move(edition));
        for (std::string& part : parts_named_by(record)) kept_.insert(std::move(part));
      }
    }
    return {};
  }

  const TracesIn& where_;
  const Names& ids_;
  Names editions_;  // theirs
  Names others_;    // editions of everybody else
  Names parts_;
  Names remembered_parts_;  // names of objects
  Names kept_;
};

}  // namespace

std::string edition_named_by(const track::MessageRecord& record) {
  size_t colon = record.video_ref.find(':');
  return colon == std::string::npos ? std::string() : record.video_ref.substr(colon + 1);
}

std::vector<std::string> parts_named_by(const track::MessageRecord& record) {
  std::vector<std::string> parts;
  for (const std::string& ref : {record.poster_ref, record.captions_ref, record.page.logo.ref}) {
    if (!ref.starts_with(kPart)) continue;
    std::string part = ref.substr(kPart.size(), ref.find('.') - kPart.size());
    if (encode::is_part_name(part)) parts.push_back(std::move(part));
  }
  return parts;
}

std::vector<std::string> objects_named_by(const track::MessageRecord& record) {
  std::vector<std::string> objects;
  if (std::string edition = edition_named_by(record); !edition.empty())
    objects = {recipe_object(edition), composed_object(edition)};
  for (const std::string& part : own_parts(record)) objects.push_back(upload::part_object(part));
  return objects;
}

Result<std::vector<std::string>> objects_of_alone(const TracesIn& where,
                                                  const std::vector<track::MessageRecord>& records,
                                                  const std::set<std::string>& message_ids,
                                                  const std::vector<std::string>& remembered) {
  StoreSearch search(where, message_ids);
  TRY_VOID(search.look(records, remembered));
  return search.objects();
}

Result<int> remove_objects(upload::Store& store, StoreClearing& clearing, const std::vector<std::string>& objects,
                           const std::stop_token& stop) {
  int removed = 0;
  std::set<std::filesystem::path> folders;
  auto* folder = dynamic_cast<upload::FolderStore*>(&store);
  auto last_sign = std::chrono::steady_clock::now();
  for (const std::string& object : objects) {
    if (stop.stop_requested()) return fail(ErrorKind::Cancelled, "stopped");
    if (auto now = std::chrono::steady_clock::now(); now - last_sign >= kBetweenSigns) {
      TRY_VOID(clearing.give_sign());
      last_sign = now;
    }
    if (folder != nullptr) folders.insert(TRY(folder->path_of(object)).parent_path());
    auto size = store.size_of(object);
    if (size && !*size) continue;
    TRY_VOID(store.remove(object));
    ++removed;
  }
  TRY_VOID(sync_folders(folders));
  return removed;
}

}  // namespace candid::campaign
