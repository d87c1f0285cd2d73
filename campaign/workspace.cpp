#include "campaign/workspace.h"

#include <set>

#include <fmt/format.h>

#include "core/digest.h"
#include "core/encoding.h"

namespace candid::campaign {

std::string recipe_object(const std::string& message_id) {
  return fmt::format("recipes/{}.json", message_id);
}

Result<Workspace> Workspace::open(const std::filesystem::path& campaign_folder) {
  std::filesystem::path out = campaign_folder / "out";
  auto store = TRY(upload::FolderStore::open(out / "work"));
  auto lock = FileLock::try_acquire(out / "work/lock");
  if (!lock) {
    if (lock.error().kind() != ErrorKind::Exists) return tl::unexpected(lock.error());
    return fail(ErrorKind::Exists, fmt::format("another candid works in {} right now", campaign_folder.string()),
                "wait until it is done");
  }
  return Workspace(std::move(out), std::move(store), std::move(*lock));
}

Result<std::string> Workspace::add_part(std::span<const uint8_t> bytes) const {
  std::string name = to_hex(sha256(bytes));
  std::string object = upload::part_object(name);
  std::optional<uint64_t> size = TRY(store_->size_of(object));
  if (size != bytes.size()) TRY_VOID(store_->put(object, bytes));
  return name;
}

Result<std::filesystem::path> Workspace::part_path(const std::string& part) const {
  return store_->path_of(upload::part_object(part));
}

bool Workspace::has_parts(const encode::Recipe& recipe) const {
  for (const std::string& part : recipe.parts()) {
    auto size = store_->size_of(upload::part_object(part));
    if (!size || !*size) return false;
    for (const encode::PartRange& range : recipe.ranges) {
      if (range.part == part && range.offset + range.length > **size) return false;
    }
  }
  return true;
}

Result<void> Workspace::save_recipe(const encode::Recipe& recipe) const {
  std::string json = encode::to_json(recipe);
  return store_->put(recipe_object(recipe.message_id), {reinterpret_cast<const uint8_t*>(json.data()), json.size()});
}

std::optional<encode::Recipe> Workspace::find_recipe(const std::string& message_id) const {
  auto bytes = store_->get(recipe_object(message_id));
  if (!bytes) return std::nullopt;
  auto recipe = encode::parse_recipe({reinterpret_cast<const char*>(bytes->data()), bytes->size()});
  if (!recipe || recipe->message_id != message_id) return std::nullopt;
  return std::move(*recipe);
}

Result<void> Workspace::prune(const std::vector<std::string>& message_ids) const {
  const std::set<std::string> kept_messages(message_ids.begin(), message_ids.end());
  std::set<std::string> kept_parts;
  std::vector<std::filesystem::path> doomed;
  std::error_code code;
  for (const auto& entry : std::filesystem::directory_iterator(out_ / "work/recipes", code)) {
    std::string id = entry.path().stem().string();
    std::optional<encode::Recipe> recipe = find_recipe(id);
    if (!kept_messages.contains(id)) {
      doomed.push_back(entry.path());
      if (recipe && !recipe->file.empty()) doomed.push_back(out_ / recipe->file);
    } else if (recipe) {
      for (const std::string& part : recipe->parts()) kept_parts.insert(part);
    }
  }
  if (code) return tl::unexpected(system_error(code.value(), "cannot list the recipes"));
  for (const auto& entry : std::filesystem::recursive_directory_iterator(out_ / "work/parts", code)) {
    if (entry.is_regular_file() && !kept_parts.contains(entry.path().filename().string()))
      doomed.push_back(entry.path());
  }
  if (code) return tl::unexpected(system_error(code.value(), "cannot list the parts"));
  for (const std::filesystem::path& path : doomed) {
    std::filesystem::remove(path, code);
    if (code) return tl::unexpected(system_error(code.value(), fmt::format("cannot remove {}", path.string())));
  }
  return {};
}

Result<void> write_mp4(const Workspace& workspace, const encode::Recipe& recipe, const std::filesystem::path& file) {
  FileWriter writer = TRY(FileWriter::create(file));
  for (const encode::PartRange& range : recipe.ranges) {
    TRY_VOID(writer.copy_from(TRY(workspace.part_path(range.part)), range.offset, range.length));
  }
  return writer.commit();
}

}  // namespace candid::campaign
