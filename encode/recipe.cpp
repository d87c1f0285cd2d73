#include "encode/recipe.h"

#include <algorithm>
#include <stdexcept>

#include <nlohmann/json.hpp>

namespace candid::encode {
namespace {

constexpr uint64_t kRecipeVersion = 1;

uint64_t natural(const nlohmann::json& value) {
  if (!value.is_number_unsigned()) throw std::invalid_argument("a number is below zero or none");
  return value.get<uint64_t>();
}

}  // namespace

bool is_part_name(std::string_view name) {
  return name.size() == 64 && name.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

std::vector<std::string> Recipe::parts() const {
  std::vector<std::string> names;
  auto add = [&](const std::string& name) {
    if (!name.empty() && std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
  };
  for (const PartRange& range : ranges) add(range.part);
  add(poster);
  add(captions);
  return names;
}

std::string to_json(const Recipe& recipe) {
  // Part names stand once; a range is [which part, offset, length].
  std::vector<std::string> parts = recipe.parts();
  nlohmann::json ranges = nlohmann::json::array();
  for (const PartRange& range : recipe.ranges) {
    auto index = std::find(parts.begin(), parts.end(), range.part) - parts.begin();
    ranges.push_back({index, range.offset, range.length});
  }
  nlohmann::json json = {{"version", kRecipeVersion},
                         {"message", recipe.message_id},
                         {"file", recipe.file},
                         {"key", recipe.key},
                         {"duration_us", recipe.duration.count()},
                         {"size", recipe.size},
                         {"parts", parts},
                         {"ranges", std::move(ranges)},
                         {"poster", recipe.poster},
                         {"captions", recipe.captions}};
  return json.dump() + "\n";
}

Result<Recipe> parse_recipe(std::string_view text) {
  auto corrupt = [](const char* why) {
    return fail(ErrorKind::Corrupt, std::string("not a recipe: ") + why, "render the message again");
  };
  try {
    nlohmann::json json = nlohmann::json::parse(text);
    if (natural(json.at("version")) != kRecipeVersion) return corrupt("it is of another version");
    Recipe recipe;
    recipe.message_id = json.at("message").get<std::string>();
    recipe.file = json.at("file").get<std::string>();
    recipe.key = json.at("key").get<std::string>();
    if (recipe.file.find('/') != std::string::npos || recipe.file == "." || recipe.file == "..")
      return corrupt("its file name is a path");
    uint64_t duration = natural(json.at("duration_us"));
    if (duration > INT64_MAX) return corrupt("its duration is too long");
    recipe.duration = Microseconds(static_cast<int64_t>(duration));
    recipe.size = natural(json.at("size"));
    recipe.poster = json.at("poster").get<std::string>();
    recipe.captions = json.at("captions").get<std::string>();
    auto parts = json.at("parts").get<std::vector<std::string>>();
    for (const std::string& part : parts) {
      if (!is_part_name(part)) return corrupt("a part is not named by a SHA-256");
    }
    uint64_t total = 0;
    for (const auto& range : json.at("ranges")) {
      recipe.ranges.push_back({parts.at(natural(range.at(0))), natural(range.at(1)), natural(range.at(2))});
      // Below the size each, so that the sum cannot run over.
      if (recipe.ranges.back().length > recipe.size - total) return corrupt("its ranges do not add up to its size");
      total += recipe.ranges.back().length;
    }
    if (total != recipe.size || recipe.ranges.empty()) return corrupt("its ranges do not add up to its size");
    if (!is_part_name(recipe.poster) || (!recipe.captions.empty() && !is_part_name(recipe.captions))) {
      return corrupt("a part is not named by a SHA-256");
    }
    return recipe;
  } catch (const std::exception& error) {
    return corrupt(error.what());
  }
}

}  // namespace candid::encode
