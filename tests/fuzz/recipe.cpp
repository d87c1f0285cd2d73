// A recipe, which comes from a store: what is read adds up, is written as it was read, and becomes extents that lie in
// files of the right parts.

#include "encode/recipe.h"

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "campaign/serving/store_library.h"
#include "core/files.h"
#include "tests/fuzz/target.h"
#include "track/web/http_range.h"

namespace candid::campaign {
namespace {

using fuzz::claim;

// The store's parts: names of one letter each, with what their files hold. All others are missing.
const std::map<std::string, uint64_t>& parts() {
  static const std::map<std::string, uint64_t> all = {{std::string(64, 'a'), 100},
                                                      {std::string(64, 'b'), 5'000'000'000},
                                                      {std::string(64, 'c'), 1},
                                                      {std::string(64, '0'), 0}};
  return all;
}

class OneRecipe final : public ObjectFiles {
 public:
  OneRecipe() {
    for (const auto& [name, size] : parts()) {
      fuzz::must(write_file(folder_.path() / name, std::string_view()));
      std::filesystem::resize_file(folder_.path() / name, size);  // a hole takes no room
    }
  }

  Result<std::filesystem::path> part(std::string_view sha256) override {
    if (!parts().contains(std::string(sha256))) return fail(ErrorKind::NotFound, "there is no such part");
    return folder_.path() / sha256;
  }
  bool keeps(std::span<const std::string>) override { return true; }
  Result<std::string> recipe_version(std::string_view) override { return std::string("1"); }
  Result<std::string> recipe_text(std::string_view) override { return text; }

  std::string text{};

 private:
  TemporaryFolder folder_ = fuzz::must(TemporaryFolder::create("candid-fuzz-"));
};

OneRecipe& files() {
  static OneRecipe made = [] {
    fuzz::prepare_process();
    return OneRecipe();
  }();
  return made;
}

void check_recipe(const encode::Recipe& recipe) {
  uint64_t total = 0;
  for (const encode::PartRange& range : recipe.ranges) {
    claim(encode::is_part_name(range.part), "a part is named by its digest");
    claim(range.length <= recipe.size - total, "the ranges never exceed the size");
    total += range.length;
  }
  claim(total == recipe.size, "the ranges add up to the size");
  claim(recipe.duration >= Microseconds(0), "a duration is not below zero");
  claim(recipe.file.find('/') == std::string::npos, "a file's name is no path");
  const std::string written = encode::to_json(recipe);
  claim(encode::to_json(fuzz::must(encode::parse_recipe(written))) == written, "a recipe is written as it was read");
}

void check_extents(const track::MediaFile& file, const encode::Recipe& recipe) {
  const std::vector<track::Extent>& extents = file.extents;
  claim(file.size == recipe.size && extents.size() == recipe.ranges.size(), "a file is what its recipe says");
  for (size_t i = 0; i < extents.size(); ++i) {
    const track::Extent& extent = extents[i];
    const auto part = parts().find(extent.file.filename().string());
    claim(part != parts().end() && part->first == recipe.ranges[i].part, "an extent lies in its part");
    claim(extent.offset <= part->second && extent.length <= part->second - extent.offset,
          "an extent ends before its part does");
  }
}

void check_slice(const track::MediaFile& file, track::ByteRange range) {
  uint64_t total = 0;
  for (const track::Extent& extent : track::slice(file.extents, range)) total += extent.length;
  claim(total == range.length, "a range of a video is that many bytes");
}

// By any edition: only that of its own message is answered.
void check_served(const std::optional<encode::Recipe>& recipe) {
  const StoreLibrary library(files());
  const std::string edition = recipe ? recipe->message_id : "m-1";
  auto file = library.find(video_ref(edition));
  if (!file) return;
  claim(recipe.has_value(), "only a recipe is served");
  check_extents(*file, *recipe);
  check_slice(*file, {0, file->size});
  check_slice(*file, {file->size / 3, file->size / 3});
  if (file->size > 0) check_slice(*file, {file->size - 1, 1});
}

}  // namespace
}  // namespace candid::campaign

// Before the clock of the first input runs.
extern "C" int LLVMFuzzerInitialize(int* /*count*/, char*** /*arguments*/) {
  candid::campaign::files();
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace candid;
  std::string_view text = fuzz::text_of(data, size);
  auto recipe = encode::parse_recipe(text);
  if (recipe) campaign::check_recipe(*recipe);
  campaign::files().text = text;
  campaign::check_served(recipe ? std::optional(*recipe) : std::nullopt);
  return 0;
}
