#include "track/evidence/outside_fields.h"

#include <algorithm>
#include <cmath>
#include <iterator>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "core/suggest.h"
#include "core/text.h"

namespace candid::track {
namespace {

using nlohmann::json;

constexpr size_t kMostItems = 20'000;
constexpr size_t kLongestText = 4096;
constexpr size_t kLongestKeyTold = 40;
constexpr std::pair<std::string_view, double> kUnits[] = {
    {"seconds", 1}, {"secs", 1}, {"sec", 1}, {"s", 1}, {"milliseconds", 0.001}, {"millis", 0.001}, {"ms", 0.001}};

double checked_number(const json& value, double least, double most, const std::string& name) {
  if (!value.is_number()) throw BadField{fmt::format("{} is no number", name), "a number, without quotes"};
  auto given = value.get<double>();
  if (!std::isfinite(given) || given < least || given > most) {
    throw BadField{fmt::format("{} is outside {}..{}", name, least, most)};
  }
  return given;
}

std::string checked_text(const json& value, const std::string& name) {
  if (!value.is_string()) throw BadField{fmt::format("{} is no text", name), "a text in quotes"};
  const auto& given = value.get_ref<const std::string&>();
  if (given.size() > kLongestText) throw BadField{fmt::format("{} is longer than {} bytes", name, kLongestText)};
  // One line, so that it can be a key beside others, and stand in an answer.
  return single_line(given);
}

const json& checked_array(const json& value, const std::string& name) {
  if (!value.is_array()) throw BadField{fmt::format("{} is no list", name), "a list: [ … ]"};
  if (value.size() > kMostItems) throw BadField{fmt::format("{} has more than {} items", name, kMostItems)};
  return value;
}

using Pair = std::pair<double, double>;

Pair checked_pair(const json& value, const FieldKey& first, const FieldKey& second, double least, double most,
                  const std::string& name) {
  if (value.is_object()) {
    const OutsideFields fields(value, name);
    auto from = fields.seconds(first, least, most);
    auto to = fields.seconds(second, least, most);
    if (from && to) return {*from, *to};
  }
  if (!value.is_array() || value.size() != 2) {
    throw BadField{fmt::format("{} is no pair of numbers", name),
                   fmt::format("[0, 5], or {{\"{}\": 0, \"{}\": 5}}", first.name, second.name)};
  }
  return {checked_number(value[0], least, most, name), checked_number(value[1], least, most, name)};
}

// With a unit behind it, too.
bool is_called(const FieldKey& key, std::string_view form) {
  auto matches = [&](std::string_view name) {
    if (name.empty() || !form.starts_with(name)) return false;
    std::string_view unit = form.substr(name.size());
    if (unit.empty() || !key.is_time) return unit.empty();
    return std::any_of(std::begin(kUnits), std::end(kUnits), [&](const auto& known) { return known.first == unit; });
  };
  return matches(form_of_key(key.name)) || std::any_of(key.others.begin(), key.others.end(), matches);
}

bool is_pair_of_numbers(const json& value) {
  return value.size() == 2 && value[0].is_number() && value[1].is_number();
}

}  // namespace

std::string form_of_key(std::string_view key) {
  std::string form;
  for (char letter : key) {
    if (letter == '_' || letter == '-' || letter == ' ') continue;
    form += letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
  }
  return form;
}

OutsideFields::OutsideFields(const json& object, std::string where) : object_(&object), where_(std::move(where)) {
  if (!object.is_object())
    throw BadField{fmt::format("{} is no object", where_.empty() ? "the line" : where_),
                   "an object: { … }, with the keys of docs/views.md"};
  for (const auto& [key, value] : object.items()) {
    if (!value.is_null()) by_form_.try_emplace(form_of_key(key), Found{&value, key});
  }
}

OutsideFields::Found OutsideFields::find_form(std::string_view form) const {
  auto found = by_form_.find(form);
  return found == by_form_.end() ? Found{} : found->second;
}

OutsideFields::Found OutsideFields::find(const FieldKey& key) const {
  if (Found found = find_form(form_of_key(key.name)); found.value != nullptr) return found;
  for (std::string_view form : key.others) {
    if (form.empty()) break;
    if (Found found = find_form(form); found.value != nullptr) return found;
  }
  return {};
}

std::string OutsideFields::name(std::string_view key) const {
  return where_.empty() ? fmt::format("\"{}\"", key) : fmt::format("{}: \"{}\"", where_, key);
}

std::optional<bool> OutsideFields::flag(const FieldKey& key) const {
  const Found found = find(key);
  if (found.value == nullptr) return std::nullopt;
  if (!found.value->is_boolean())
    throw BadField{fmt::format("{} is neither true nor false", name(found.as)), "true or false, without quotes"};
  return found.value->get<bool>();
}

std::optional<double> OutsideFields::number(const FieldKey& key, double least, double most) const {
  const Found found = find(key);
  if (found.value == nullptr) return std::nullopt;
  return checked_number(*found.value, least, most, name(found.as));
}

std::optional<double> OutsideFields::seconds(const FieldKey& key, double least, double most) const {
  if (auto plain = number(key, least, most)) return plain;
  std::vector<std::string> forms = {form_of_key(key.name)};
  for (std::string_view other : key.others) forms.emplace_back(other);
  for (const std::string& form : forms) {
    for (const auto& [unit, factor] : kUnits) {
      if (form.empty()) continue;
      if (Found found = find_form(form + std::string(unit)); found.value != nullptr)
        return factor * checked_number(*found.value, least / factor, most / factor, name(found.as));
    }
  }
  return std::nullopt;
}

std::optional<std::string> OutsideFields::text(const FieldKey& key) const {
  const Found found = find(key);
  if (found.value == nullptr) return std::nullopt;
  return checked_text(*found.value, name(found.as));
}

std::optional<std::string> OutsideFields::name_or_number(const FieldKey& key) const {
  const Found found = find(key);
  if (found.value != nullptr && found.value->is_number_integer()) return found.value->dump();
  return text(key);
}

std::vector<std::string> OutsideFields::texts(const FieldKey& key) const {
  std::vector<std::string> all;
  auto add = [&](const Found& found) {
    if (found.value == nullptr) return;
    if (found.value->is_object()) {
      for (const auto& [inner, value] : found.value->items()) {
        if (value.is_string()) all.push_back(checked_text(value, name(found.as)));
      }
    } else if (found.value->is_number_integer() && (found.as == "asn" || found.as == "as")) {
      all.push_back(fmt::format("AS{}", found.value->dump()));
    } else {
      all.push_back(checked_text(*found.value, name(found.as)));
    }
  };
  add(find_form(form_of_key(key.name)));
  for (std::string_view form : key.others) {
    if (!form.empty()) add(find_form(form));
  }
  return all;
}

std::optional<OutsideFields> OutsideFields::object(const FieldKey& key) const {
  const Found found = find(key);
  if (found.value == nullptr) return std::nullopt;
  return OutsideFields(*found.value, name(found.as));
}

std::vector<OutsideFields> OutsideFields::objects(const FieldKey& key, FromText from_text) const {
  std::vector<OutsideFields> all;
  const Found found = find(key);
  if (found.value == nullptr) return all;
  for (const json& item : checked_array(*found.value, name(found.as))) {
    std::string where = fmt::format("{}[{}]", name(found.as), all.size());
    if (from_text == nullptr || !item.is_string()) {
      all.emplace_back(item, std::move(where));
      continue;
    }
    auto owned = std::make_shared<const json>(from_text(checked_text(item, where)));
    all.emplace_back(*owned, std::move(where));
    all.back().owned_ = std::move(owned);
  }
  return all;
}

std::vector<std::pair<double, double>> OutsideFields::ranges(const FieldKey& key, double least, double most) const {
  std::vector<Pair> all;
  const Found found = find(key);
  if (found.value == nullptr) return all;
  // So many seconds are those from the beginning.
  if (found.value->is_number()) return {{0, checked_number(*found.value, 0, most, name(found.as))}};
  const json& list = checked_array(*found.value, name(found.as));
  if (is_pair_of_numbers(list)) return {checked_pair(list, keys::kFrom, keys::kTo, least, most, name(found.as))};
  for (const json& item : list) {
    all.push_back(
        checked_pair(item, keys::kFrom, keys::kTo, least, most, fmt::format("{}[{}]", name(found.as), all.size())));
  }
  return all;
}

std::optional<std::pair<double, double>> OutsideFields::size(const FieldKey& key, double least, double most) const {
  const Found found = find(key);
  if (found.value == nullptr) return std::nullopt;
  return checked_pair(*found.value, keys::kWidth, keys::kHeight, least, most, name(found.as));
}

std::vector<std::string> OutsideFields::unknown(std::span<const FieldKey* const> known) const {
  std::vector<std::string> names;
  for (const FieldKey* key : known) names.emplace_back(key->name);
  auto is_known = [&](const std::string& form) {
    return std::any_of(known.begin(), known.end(), [&](const FieldKey* key) { return is_called(*key, form); });
  };
  std::vector<std::string> told;
  for (const auto& [form, found] : by_form_) {
    if (is_known(form)) continue;
    std::string meant = closest(std::string(found.as.substr(0, kLongestKeyTold)), names);
    if (!meant.empty()) told.push_back(fmt::format("{} is ignored; did you mean \"{}\"?", name(found.as), meant));
  }
  return told;
}

}  // namespace candid::track
