#include "campaign/workspace.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "core/digest.h"
#include "core/encoding.h"

namespace candid::campaign {
namespace {

std::string segment_object(const std::string& key) {
  return fmt::format("segments/{}/{}.json", key.substr(0, 2), key);
}

Result<void> refuse_link(const std::filesystem::path& folder) {
  std::error_code code;
  if (!std::filesystem::is_symlink(std::filesystem::symlink_status(folder, code))) return {};
  return fail(ErrorKind::InvalidInput, fmt::format("{} is a link, and candid removes files there", folder.string()),
              "put a folder in its place; to keep results on another disk, make a link of out itself");
}

bool is_hexadecimal(std::string_view text) {
  return text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

bool is_key(std::string_view name) {
  return name.size() == 64 && is_hexadecimal(name);
}

bool is_message_id(std::string_view name) {
  return name.size() == 21 && name.starts_with('m') && is_hexadecimal(name.substr(1));
}

}  // namespace

std::string recipe_object(const std::string& name) {
  return fmt::format("recipes/{}.json", name);
}

Result<Workspace> Workspace::open(const std::filesystem::path& campaign_folder) {
  std::filesystem::path out = campaign_folder / "out";
  for (const char* folder : {"proof", "work", "work/parts", "work/recipes", "work/segments", "work/statistics"}) {
    TRY_VOID(refuse_link(out / folder));
  }
  auto store = TRY(upload::FolderStore::open(out / "work"));
  TRY_VOID(make_folder(out / "work/statistics"));
  auto lock = FileLock::try_acquire(out / "work/lock");
  if (!lock) {
    if (lock.error().kind() != ErrorKind::Exists) return tl::unexpected(lock.error());
    return fail(ErrorKind::Exists, fmt::format("another candid works in {} right now", campaign_folder.string()),
                "wait until it is done");
  }
  // The lock is ours: what is half-written is of a run that died.
  TRY_VOID(remove_abandoned_files(out));
  return Workspace(std::move(out), std::move(store), std::move(*lock));
}

Result<std::string> Workspace::add_part(std::span<const uint8_t> bytes) const {
  std::string name = to_hex(sha256(bytes));
  std::string object = upload::part_object(name);
  std::optional<uint64_t> size = TRY(store_->size_of(object));
  if (size != bytes.size()) TRY_VOID(store_->put(object, bytes));
  return name;
}

Result<std::string> Workspace::add_part_file(const std::filesystem::path& file) const {
  std::string name = to_hex(TRY(sha256_file(file)));
  TRY_VOID(store_->put_file(upload::part_object(name), file));
  return name;
}

Result<void> Workspace::remove_files(const std::string& file_name) const {
  if (file_name.empty()) return {};
  TRY_VOID(remove_file(out_ / file_name));
  TRY_VOID(remove_file((out_ / file_name).replace_extension(".vtt")));
  return remove_previews(file_name);
}

Result<void> Workspace::remove_previews(const std::string& file_name) const {
  std::filesystem::path path = out_ / file_name;
  TRY_VOID(remove_file(path.replace_extension(".gif")));
  return remove_file(path.replace_extension(".webp"));
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

Result<void> Workspace::save_segment(const std::string& key, const encode::Segment& segment) const {
  std::string json = encode::to_json(encode::SegmentRecord{key, TRY(add_part(segment.bytes)), segment});
  return store_->put(segment_object(key), {reinterpret_cast<const uint8_t*>(json.data()), json.size()});
}

std::optional<encode::SegmentRecord> Workspace::find_segment(const std::string& key) const {
  auto bytes = store_->get(segment_object(key));
  if (!bytes) return std::nullopt;
  auto record = encode::parse_segment_record({reinterpret_cast<const char*>(bytes->data()), bytes->size()});
  if (!record || record->key != key) return std::nullopt;
  auto size = store_->size_of(upload::part_object(record->part));
  if (!size || *size != record->size()) return std::nullopt;
  return std::move(*record);
}

std::filesystem::path Workspace::statistics_path(const std::string& key) const {
  return out_ / "work/statistics" / key;
}

Result<void> Workspace::keep_statistics(const std::string& key, double bitrate) const {
  nlohmann::json sizes = nlohmann::json::array();
  for (const std::filesystem::path& path : encode::statistics_files(statistics_path(key))) {
    std::error_code code;
    uint64_t size = std::filesystem::file_size(path, code);
    if (code) size = 0;  // the fastest presets have only the first
    if (!code) TRY_VOID(sync_file(path));
    sizes.push_back(size);
  }
  nlohmann::json record = {{"bitrate", bitrate}, {"sizes", sizes}};
  return write_file(statistics_path(key).string() + ".json", record.dump());
}

std::optional<encode::SecondPass> Workspace::find_statistics(const std::string& key) const {
  std::filesystem::path path = statistics_path(key);
  auto text = read_text_file(path.string() + ".json");
  if (!text) return std::nullopt;
  auto record = nlohmann::json::parse(*text, nullptr, false);
  if (!record.is_object() || !record.contains("bitrate") || !record["bitrate"].is_number()) return std::nullopt;
  nlohmann::json sizes = nlohmann::json::array();
  for (const std::filesystem::path& file : encode::statistics_files(path)) {
    std::error_code code;
    uint64_t size = std::filesystem::file_size(file, code);
    sizes.push_back(code ? 0 : size);
  }
  if (!record.contains("sizes") || record["sizes"] != sizes) return std::nullopt;
  return encode::SecondPass{path, record["bitrate"].get<double>()};
}

Result<void> Workspace::prune(const Kept& kept) const {
  std::set<std::string> parts;
  std::vector<std::filesystem::path> doomed;
  std::vector<std::string> files;  // messages'
  auto below = [&](const char* folder) { return files_below(out_ / "work" / folder); };
  std::vector<std::filesystem::path> recipes = TRY(below("recipes"));
  for (const std::filesystem::path& path : recipes) {
    std::string id = path.stem().string();
    if (!is_message_id(id)) continue;
    std::optional<encode::Recipe> recipe = find_recipe(id);
    if (!kept.messages.contains(id)) {
      doomed.push_back(path);
      if (recipe) files.push_back(recipe->file);
    } else if (recipe) {
      for (const std::string& part : recipe->parts()) parts.insert(part);
    }
  }
  std::vector<std::filesystem::path> segments = TRY(below("segments"));
  for (const std::filesystem::path& path : segments) {
    std::string key = path.stem().string();
    if (!is_key(key)) continue;
    std::optional<encode::SegmentRecord> record = find_segment(key);
    if (!record || !kept.segments.contains(key)) {
      doomed.push_back(path);
    } else {
      parts.insert(record->part);
    }
  }
  std::vector<std::filesystem::path> statistics = TRY(below("statistics"));
  for (const std::filesystem::path& path : statistics) {
    std::string name = path.filename().string();
    std::string key = name.substr(0, name.find('.'));
    if (is_key(key) && !kept.statistics.contains(key)) doomed.push_back(path);
  }
  std::vector<std::filesystem::path> stored = TRY(below("parts"));
  for (const std::filesystem::path& path : stored) {
    std::string name = path.filename().string();
    if (encode::is_part_name(name) && !parts.contains(name)) doomed.push_back(path);
  }
  for (const std::string& file : files) TRY_VOID(remove_files(file));
  for (const std::filesystem::path& path : doomed) TRY_VOID(remove_file(path));
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
