#include "campaign/serving/store_library.h"

#include <fmt/format.h>

#include "campaign/edition.h"
#include "campaign/parallel.h"
#include "campaign/publishing/composed_videos.h"
#include "core/digest.h"
#include "core/encoding.h"
#include "encode/recipe.h"

namespace candid::campaign {
namespace {

constexpr std::string_view kRecipe = "recipe:";
constexpr std::string_view kComposed = "composed:";
constexpr std::string_view kPart = "part:";
constexpr size_t kCachedRecipes = 4096;
// A first viewer waits for parts of a store that is far away.
constexpr int kPartsAtOnce = 4;
constexpr std::chrono::hours kSignedFor{1};

// Of a part, by the end of its reference; empty for what is none that a page shows.
std::string_view content_type_of(std::string_view kind) {
  if (kind == ".jpg") return "image/jpeg";
  if (kind == ".png") return "image/png";
  return kind == ".vtt" ? "text/vtt; charset=utf-8" : std::string_view();
}

// Better no video than one that breaks off.
Result<void> check_length(const std::filesystem::path& file, const encode::PartRange& range) {
  std::error_code code;
  uint64_t there = std::filesystem::file_size(file, code);
  if (!code && range.offset <= there && range.length <= there - range.offset) return {};
  return fail(ErrorKind::Corrupt, "a part of the message is missing", "publish again");
}

}  // namespace

std::string video_ref(const std::string& edition) {
  return fmt::format("{}{}", kRecipe, edition);
}

std::string composed_ref(const std::string& edition) {
  return fmt::format("{}{}", kComposed, edition);
}

bool is_composed_ref(std::string_view ref) {
  return ref.starts_with(kComposed);
}

std::string poster_ref(const std::string& part) {
  return fmt::format("{}{}.jpg", kPart, part);
}

std::string captions_ref(const std::string& part) {
  return part.empty() ? "" : fmt::format("{}{}.vtt", kPart, part);
}

std::string logo_ref(const std::string& part) {
  return fmt::format("{}{}.png", kPart, part);
}

Result<track::MediaFile> StoreLibrary::find(std::string_view ref) const {
  if (ref.starts_with(kRecipe)) return find_recipe(ref.substr(kRecipe.size()));
  if (ref.starts_with(kComposed)) return find_composed(ref.substr(kComposed.size()));
  if (ref.starts_with(kPart)) return find_part(ref.substr(kPart.size()));
  return fail(ErrorKind::NotFound, fmt::format("no media is called \"{}\"", ref));
}

bool StoreLibrary::is_served_here(std::string_view ref) const {
  return !is_composed_ref(ref);
}

std::vector<std::string> StoreLibrary::origins() const {
  return bucket_ == nullptr ? std::vector<std::string>() : std::vector{bucket_->origin()};
}

Result<track::MediaFile> StoreLibrary::find_composed(std::string_view edition) const {
  if (bucket_ == nullptr) return find_recipe(edition);
  track::MediaFile file;
  file.content_type = "video/mp4";
  file.redirect = TRY(bucket_->presigned_get(composed_object(std::string(edition)), kSignedFor));
  return file;
}

Result<track::MediaFile> StoreLibrary::find_recipe(std::string_view edition) const {
  std::string version = TRY(files_.recipe_version(edition));
  std::shared_ptr<const Cached> cached;
  {
    std::lock_guard lock(mutex_);
    auto found = recipes_.find(edition);
    if (found != recipes_.end() && found->second->version == version) cached = found->second;
  }
  if (cached != nullptr && files_.keeps(cached->parts)) return cached->file;
  std::string text = TRY(files_.recipe_text(edition));
  encode::Recipe recipe = TRY(encode::parse_recipe(text));
  if (recipe.message_id != message_of(edition) || !is_recipe_of(edition, text))
    return fail(ErrorKind::Corrupt, "a recipe lies under another's name", "candid publish --verify");
  std::vector<std::string> parts;
  std::map<std::string, size_t> places;
  for (const encode::PartRange& range : recipe.ranges) {
    if (places.emplace(range.part, parts.size()).second) parts.push_back(range.part);
  }
  std::vector<Result<std::filesystem::path>> paths(parts.size());
  run_in_parallel(parts.size(), kPartsAtOnce, [&](size_t i) { paths[i] = files_.part(parts[i]); });
  track::MediaFile file;
  file.content_type = "video/mp4";
  file.size = recipe.size;
  Sha256Hasher etag;
  std::vector<track::Extent> extents;
  for (const encode::PartRange& range : recipe.ranges) {
    etag.update_field(fmt::format("{} {} {}", range.part, range.offset, range.length));
    track::Extent extent{TRY(paths[places[range.part]]), range.offset, range.length};
    TRY_VOID(check_length(extent.file, range));
    extents.push_back(std::move(extent));
  }
  file.extents = std::move(extents);
  file.etag = to_hex(etag.finish()).substr(0, 32);
  std::lock_guard lock(mutex_);
  if (recipes_.size() >= kCachedRecipes) recipes_.clear();
  recipes_[std::string(edition)] = std::make_shared<const Cached>(Cached{std::move(version), file, std::move(parts)});
  return file;
}

Result<track::MediaFile> StoreLibrary::find_part(std::string_view name) const {
  std::string_view part = name.substr(0, 64);
  std::string_view kind = name.substr(part.size());
  if (!encode::is_part_name(part) || content_type_of(kind).empty()) {
    return fail(ErrorKind::NotFound, fmt::format("no part is called \"{}\"", name));
  }
  std::filesystem::path path = TRY(files_.part(part));
  std::error_code code;
  uint64_t size = std::filesystem::file_size(path, code);
  if (code) return tl::unexpected(system_error(code.value(), "cannot find the part"));
  track::MediaFile file;
  file.content_type = content_type_of(kind);
  file.etag = part.substr(0, 32);
  file.size = size;
  file.extents = {track::Extent{std::move(path), 0, size}};
  return file;
}

}  // namespace candid::campaign
