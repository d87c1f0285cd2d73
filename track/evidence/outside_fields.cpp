#include "track/evidence/outside_fields.h"

#include <cmath>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "core/text.h"

namespace candid::track {
namespace {

using nlohmann::json;

constexpr size_t kMostItems = 20'000;
constexpr size_t kLongestText = 4096;

double checked_number(const json& value, double least, double most, const std::string& name) {
  if (!value.is_number()) throw BadField{fmt::format("{} is no number", name)};
  auto given = value.get<double>();
  if (!std::isfinite(given) || given < least || given > most) {
    throw BadField{fmt::format("{} is outside {}..{}", name, least, most)};
  }
  return given;
}

std::pair<double, double> checked_pair(const json& value, double least, double most, const std::string& name) {
  if (!value.is_array() || value.size() != 2) throw BadField{fmt::format("{} is no pair of numbers", name)};
  return {checked_number(value[0], least, most, name), checked_number(value[1], least, most, name)};
}

const json& checked_array(const json& value, const std::string& name) {
  if (!value.is_array()) throw BadField{fmt::format("{} is no list", name)};
  if (value.size() > kMostItems) throw BadField{fmt::format("{} has more than {} items", name, kMostItems)};
  return value;
}

}  // namespace

OutsideFields::OutsideFields(const json& object, std::string where) : object_(&object), where_(std::move(where)) {
  if (!object.is_object()) throw BadField{fmt::format("{} is no object", where_.empty() ? "the line" : where_)};
}

const json* OutsideFields::find(const char* key) const {
  auto found = object_->find(key);
  return found == object_->end() || found->is_null() ? nullptr : &*found;
}

std::string OutsideFields::name(const char* key) const {
  return where_.empty() ? fmt::format("\"{}\"", key) : fmt::format("{}: \"{}\"", where_, key);
}

std::optional<bool> OutsideFields::flag(const char* key) const {
  const json* value = find(key);
  if (value == nullptr) return std::nullopt;
  if (!value->is_boolean()) throw BadField{fmt::format("{} is neither true nor false", name(key))};
  return value->get<bool>();
}

std::optional<double> OutsideFields::number(const char* key, double least, double most) const {
  const json* value = find(key);
  if (value == nullptr) return std::nullopt;
  return checked_number(*value, least, most, name(key));
}

std::optional<std::string> OutsideFields::text(const char* key) const {
  const json* value = find(key);
  if (value == nullptr) return std::nullopt;
  if (!value->is_string()) throw BadField{fmt::format("{} is no text", name(key))};
  const auto& given = value->get_ref<const std::string&>();
  if (given.size() > kLongestText) throw BadField{fmt::format("{} is longer than {} bytes", name(key), kLongestText)};
  // One line, so that it can be a key beside others, and stand in an answer.
  return single_line(given);
}

std::optional<OutsideFields> OutsideFields::object(const char* key) const {
  const json* value = find(key);
  if (value == nullptr) return std::nullopt;
  return OutsideFields(*value, name(key));
}

std::vector<OutsideFields> OutsideFields::objects(const char* key) const {
  std::vector<OutsideFields> all;
  const json* value = find(key);
  if (value == nullptr) return all;
  for (const json& item : checked_array(*value, name(key))) {
    all.emplace_back(item, fmt::format("{}[{}]", name(key), all.size()));
  }
  return all;
}

std::vector<std::pair<double, double>> OutsideFields::pairs(const char* key, double least, double most) const {
  std::vector<std::pair<double, double>> all;
  const json* value = find(key);
  if (value == nullptr) return all;
  for (const json& item : checked_array(*value, name(key))) {
    all.push_back(checked_pair(item, least, most, fmt::format("{}[{}]", name(key), all.size())));
  }
  return all;
}

std::optional<std::pair<double, double>> OutsideFields::pair(const char* key, double least, double most) const {
  const json* value = find(key);
  if (value == nullptr) return std::nullopt;
  return checked_pair(*value, least, most, name(key));
}

}  // namespace candid::track
