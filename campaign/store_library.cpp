#include "campaign/store_library.h"

#include <fmt/format.h>

#include "campaign/workspace.h"
#include "core/digest.h"
#include "core/encoding.h"
#include "encode/recipe.h"

namespace candid::campaign {
namespace {

constexpr std::string_view kRecipe = "recipe:";
constexpr std::string_view kPart = "part:";
constexpr size_t kCachedRecipes = 4096;

}  // namespace

std::string video_ref(const std::string& message_id) {
  return fmt::format("{}{}", kRecipe, message_id);
}

std::string poster_ref(const std::string& part) {
  return fmt::format("{}{}.jpg", kPart, part);
}

std::string captions_ref(const std::string& part) {
  return part.empty() ? "" : fmt::format("{}{}.vtt", kPart, part);
}

Result<track::MediaFile> StoreLibrary::find(std::string_view ref) const {
  if (ref.starts_with(kRecipe)) return find_recipe(ref.substr(kRecipe.size()));
  if (ref.starts_with(kPart)) return find_part(ref.substr(kPart.size()));
  return fail(ErrorKind::NotFound, fmt::format("no media is called \"{}\"", ref));
}

Result<track::MediaFile> StoreLibrary::find_recipe(std::string_view message_id) const {
  std::filesystem::path path = TRY(store_.path_of(recipe_object(std::string(message_id))));
  std::error_code code;
  auto written = std::filesystem::last_write_time(path, code);
  if (code) return tl::unexpected(system_error(code.value(), "cannot find the message's recipe"));
  {
    std::lock_guard lock(mutex_);
    auto cached = recipes_.find(message_id);
    if (cached != recipes_.end() && cached->second.written == written) return cached->second.file;
  }
  std::string json = TRY(read_text_file(path));
  encode::Recipe recipe = TRY(encode::parse_recipe(json));
  if (recipe.message_id != message_id)
    return fail(ErrorKind::Corrupt, "a recipe lies under another message's name", "publish again");
  track::MediaFile file;
  file.content_type = "video/mp4";
  file.size = recipe.size;
  Sha256Hasher etag;
  for (const encode::PartRange& range : recipe.ranges) {
    etag.update_field(fmt::format("{} {} {}", range.part, range.offset, range.length));
    track::Extent extent{TRY(store_.path_of(upload::part_object(range.part))), range.offset, range.length};
    // Better no video than one that breaks off.
    uint64_t there = std::filesystem::file_size(extent.file, code);
    if (code || there < range.offset + range.length)
      return fail(ErrorKind::Corrupt, "a part of the message is missing", "publish again");
    file.extents.push_back(std::move(extent));
  }
  file.etag = to_hex(etag.finish()).substr(0, 32);
  std::lock_guard lock(mutex_);
  if (recipes_.size() >= kCachedRecipes) recipes_.clear();
  recipes_[std::string(message_id)] = {written, file};
  return file;
}

Result<track::MediaFile> StoreLibrary::find_part(std::string_view name) const {
  std::string_view part = name.substr(0, 64);
  std::string_view kind = name.substr(part.size());
  if (part.size() != 64 || !from_hex(part) || (kind != ".jpg" && kind != ".vtt")) {
    return fail(ErrorKind::NotFound, fmt::format("no part is called \"{}\"", name));
  }
  std::filesystem::path path = TRY(store_.path_of(upload::part_object(part)));
  std::error_code code;
  uint64_t size = std::filesystem::file_size(path, code);
  if (code) return tl::unexpected(system_error(code.value(), "cannot find the part"));
  return track::MediaFile{kind == ".jpg" ? "image/jpeg" : "text/vtt; charset=utf-8",
                          std::string(part.substr(0, 32)),
                          size,
                          {{path, 0, size}}};
}

}  // namespace candid::campaign
