#include "campaign/workspace.h"

#include <array>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "core/digest.h"
#include "core/encoding.h"

namespace candid::campaign {
namespace {

std::string segment_object(const std::string& key) {
  return fmt::format("segments/{}/{}.json", key.substr(0, 2), key);
}

// x264's log, and the block weights beside it.
std::array<std::pair<std::string, std::filesystem::path>, 2> note_files(const std::filesystem::path& statistics) {
  return {{{"log", statistics}, {"weights", statistics.string() + ".mbtree"}}};
}

}  // namespace

std::string recipe_object(const std::string& message_id) {
  return fmt::format("recipes/{}.json", message_id);
}

Result<Workspace> Workspace::open(const std::filesystem::path& campaign_folder) {
  std::filesystem::path out = campaign_folder / "out";
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
  std::error_code code;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(out / "work", code)) {
    if (entry.is_directory()) TRY_VOID(remove_abandoned_files(entry.path()));
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

Result<std::string> Workspace::add_part_file(const std::filesystem::path& file) const {
  std::string name = to_hex(TRY(sha256_file(file)));
  TRY_VOID(store_->put_file(upload::part_object(name), file));
  return name;
}

Result<void> Workspace::remove_files(const std::string& file_name) const {
  if (file_name.empty()) return {};
  for (const char* extension : {".mp4", ".gif", ".webp"}) {
    std::filesystem::path path = (out_ / file_name).replace_extension(extension);
    std::error_code code;
    std::filesystem::remove(path, code);
    if (code) return tl::unexpected(system_error(code.value(), fmt::format("cannot remove {}", path.string())));
  }
  return {};
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

Result<encode::SegmentRecord> Workspace::save_segment(const std::string& key, const encode::Segment& segment) const {
  encode::SegmentRecord record{key, TRY(add_part(segment.bytes)), segment};
  std::string json = encode::to_json(record);
  TRY_VOID(store_->put(segment_object(key), {reinterpret_cast<const uint8_t*>(json.data()), json.size()}));
  return record;
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
  nlohmann::json record = {{"bitrate", bitrate}};
  for (const auto& [name, path] : note_files(statistics_path(key))) {
    std::error_code code;
    uint64_t size = std::filesystem::file_size(path, code);
    if (code) continue;  // the fastest presets have only the first
    TRY_VOID(sync_file(path));
    record[name] = size;
  }
  return write_file(statistics_path(key).string() + ".json", record.dump());
}

std::optional<encode::SecondPass> Workspace::find_statistics(const std::string& key) const {
  std::filesystem::path path = statistics_path(key);
  auto text = read_text_file(path.string() + ".json");
  if (!text) return std::nullopt;
  auto record = nlohmann::json::parse(*text, nullptr, false);
  if (!record.is_object() || !record.value("bitrate", nlohmann::json()).is_number()) return std::nullopt;
  for (const auto& [name, file] : note_files(path)) {
    std::error_code code;
    uint64_t size = std::filesystem::file_size(file, code);
    if (record.value(name, uint64_t{0}) != (code ? 0 : size)) return std::nullopt;
  }
  return encode::SecondPass{path, record["bitrate"].get<double>()};
}

Result<void> Workspace::prune(const Kept& kept) const {
  std::set<std::string> parts;
  std::vector<std::filesystem::path> doomed;
  std::vector<std::string> files;  // messages'
  auto each_file = [&](const char* folder, auto look) -> Result<void> {
    std::error_code code;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(out_ / "work" / folder, code)) {
      if (entry.is_regular_file()) look(entry.path());
    }
    if (!code || code == std::errc::no_such_file_or_directory) return {};
    return tl::unexpected(system_error(code.value(), fmt::format("cannot list the {}", folder)));
  };
  TRY_VOID(each_file("recipes", [&](const std::filesystem::path& path) {
    std::string id = path.stem().string();
    std::optional<encode::Recipe> recipe = find_recipe(id);
    if (!kept.messages.contains(id)) {
      doomed.push_back(path);
      if (recipe) files.push_back(recipe->file);
    } else if (recipe) {
      for (const std::string& part : recipe->parts()) parts.insert(part);
    }
  }));
  TRY_VOID(each_file("segments", [&](const std::filesystem::path& path) {
    std::optional<encode::SegmentRecord> record = find_segment(path.stem().string());
    if (!record || !kept.segments.contains(record->key)) {
      doomed.push_back(path);
    } else {
      parts.insert(record->part);
    }
  }));
  TRY_VOID(each_file("statistics", [&](const std::filesystem::path& path) {
    std::string name = path.filename().string();
    if (!kept.statistics.contains(name.substr(0, name.find('.')))) doomed.push_back(path);
  }));
  TRY_VOID(each_file("parts", [&](const std::filesystem::path& path) {
    if (!parts.contains(path.filename().string())) doomed.push_back(path);
  }));
  for (const std::string& file : files) TRY_VOID(remove_files(file));
  for (const std::filesystem::path& path : doomed) {
    std::error_code code;
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
