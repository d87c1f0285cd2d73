#include "track/evidence/outside_fields.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <iterator>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "core/suggest.h"
#include "core/text.h"
#include "core/time.h"
#include "track/evidence/kept_list.h"

namespace candid::track {
namespace {

using nlohmann::json;

constexpr size_t kMostItems = 20'000;
constexpr size_t kLongestText = 4096;
constexpr size_t kLongestKeyTold = 40;
constexpr std::pair<std::string_view, double> kUnits[] = {
    {"seconds", 1}, {"secs", 1}, {"sec", 1}, {"s", 1}, {"milliseconds", 0.001}, {"millis", 0.001}, {"ms", 0.001}};

constexpr double kLongestInSeconds = 1e11;  // the year 5138; what is more are milliseconds
constexpr double kMostMoment = 1e14;

// What people write beside a session, for themselves.
constexpr std::string_view kOwnNotes[] = {
    "expect", "expected", "expectedstate", "expectedverdict", "source", "sources",  "label",       "labels", "note",
    "notes",  "comment",  "comments",      "title",           "why",    "category", "description", "name",   "tags",
    "tag",    "truth",    "state",         "verdict",         "reason", "isbot",    "ishuman"};

std::optional<double> number_in_quotes(const std::string& text) {
  double number = 0;
  const char* end = text.data() + text.size();
  auto [rest, status] = std::from_chars(text.data(), end, number);
  return status == std::errc{} && rest == end && !text.empty() ? std::optional(number) : std::nullopt;
}

double checked_number(const json& value, double least, double most, const std::string& name) {
  std::optional<double> given;
  if (value.is_number()) given = value.get<double>();
  if (value.is_string()) given = number_in_quotes(value.get_ref<const std::string&>());
  if (!given) throw BadField{fmt::format("{} is no number", name), "a number"};
  if (!std::isfinite(*given) || *given < least || *given > most) {
    throw BadField{fmt::format("{} is outside {}..{}", name, least, most), "", true};
  }
  return *given;
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

// "2026-11-26T09:30:00Z", also with parts of a second; in seconds of the epoch.
std::optional<double> iso_moment(std::string text) {
  double part = 0;
  if (size_t point = text.find('.'); point != std::string::npos && text.ends_with('Z')) {
    part = number_in_quotes("0" + text.substr(point, text.size() - 1 - point)).value_or(0);
    text = text.substr(0, point) + "Z";
  }
  auto utc = parse_utc(text);
  if (!utc) return std::nullopt;
  return std::chrono::duration<double>(utc->time_since_epoch()).count() + part;
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
  if (found.value->is_boolean()) return found.value->get<bool>();
  const std::string word =
      lower_ascii(found.value->is_string() ? found.value->get<std::string>() : found.value->dump());
  if (word == "true" || word == "yes" || word == "1") return true;
  if (word == "false" || word == "no" || word == "0" || word.empty()) return false;
  throw BadField{fmt::format("{} is neither true nor false", name(found.as)), "true or false"};
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

std::optional<double> OutsideFields::moment(const FieldKey& key) const {
  const Found found = find(key);
  if (found.value != nullptr && found.value->is_string()) {
    if (auto utc = iso_moment(found.value->get<std::string>())) return utc;
  }
  auto told = seconds(key, -kMostMoment, kMostMoment);
  return told && std::abs(*told) >= kLongestInSeconds ? *told / 1000 : told;
}

std::optional<std::string> OutsideFields::text(const FieldKey& key) const {
  const Found found = find(key);
  if (found.value == nullptr) return std::nullopt;
  return checked_text(*found.value, name(found.as));
}

std::optional<std::string> OutsideFields::text_cut(const FieldKey& key, size_t most) const {
  const Found found = find(key);
  if (found.value == nullptr) return std::nullopt;
  if (!found.value->is_string()) throw BadField{fmt::format("{} is no text", name(found.as)), "a text in quotes"};
  return single_line(std::string_view(found.value->get_ref<const std::string&>()).substr(0, most));
}

std::optional<std::string> OutsideFields::name_or_number(const FieldKey& key) const {
  const Found found = find(key);
  if (found.value != nullptr && (found.value->is_number() || found.value->is_boolean())) return found.value->dump();
  return text(key);
}

namespace {

bool is_digits(std::string_view text) {
  return !text.empty() &&
         std::all_of(text.begin(), text.end(), [](char letter) { return letter >= '0' && letter <= '9'; });
}

// Digits alone are the number of an autonomous system.
void add_text(std::vector<std::string>& all, const json& value, const std::string& name) {
  std::string given = value.is_number_integer() ? value.dump() : checked_text(value, name);
  if (is_digits(given)) given.insert(0, "AS");
  all.push_back(std::move(given));
}

}  // namespace

namespace {

// Of an object or list its texts and numbers, and the names of what is true in it.
void add_texts(std::vector<std::string>& all, const json& value, const std::string& name, int depth) {
  constexpr int kDeepest = 2;
  if (value.is_string() || value.is_number_integer()) return add_text(all, value, name);
  if (!value.is_structured() || depth > kDeepest) return;
  for (const auto& [inner, part] : value.items()) {
    if (value.is_object() && part == true) all.push_back(single_line(inner));
    add_texts(all, part, name, depth + 1);
  }
}

}  // namespace

std::vector<std::string> OutsideFields::texts(const FieldKey& key) const {
  std::vector<std::string> all;
  auto add = [&](const Found& found) {
    if (found.value == nullptr || found.value->is_boolean()) return;
    if (found.value->is_structured()) return add_texts(all, *found.value, name(found.as), 0);
    add_text(all, *found.value, name(found.as));
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
  auto add = [&](const json& item, std::string where) {
    if (from_text == nullptr || !(item.is_string() || item.is_number())) {
      all.emplace_back(item, std::move(where));
      return;
    }
    const std::string text = item.is_number() ? item.dump() : checked_text(item, where);
    auto owned = std::make_shared<const json>(from_text(text));
    all.emplace_back(*owned, std::move(where));
    all.back().owned_ = std::move(owned);
  };
  if (found.value->is_object() || (found.value->is_string() && from_text != nullptr)) {
    add(*found.value, name(found.as));
    return all;
  }
  for (const json& item : checked_array(*found.value, name(found.as))) {
    add(item, fmt::format("{}[{}]", name(found.as), all.size()));
  }
  return all;
}

namespace {

// "0-31", "0-12, 20-31"
std::vector<Pair> ranges_in_words(std::string_view text, double least, double most, const std::string& name) {
  std::vector<Pair> all;
  while (!text.empty()) {
    const std::string_view part = text.substr(0, text.find(','));
    text.remove_prefix(std::min(part.size() + 1, text.size()));
    const size_t dash = std::min(part.find('-', 1), part.size());
    auto number = [&](std::string_view digits) {
      while (digits.starts_with(' ')) digits.remove_prefix(1);
      while (digits.ends_with(' ')) digits.remove_suffix(1);
      return checked_number(json(std::string(digits)), least, most, name);
    };
    all.emplace_back(number(part.substr(0, dash)), number(part.substr(std::min(dash + 1, part.size()))));
  }
  return all;
}

bool is_flat(const json& list) {
  return !list.empty() && list.size() % 2 == 0 &&
         std::all_of(list.begin(), list.end(), [](const json& item) { return item.is_number(); });
}

}  // namespace

std::vector<std::pair<double, double>> OutsideFields::ranges(const FieldKey& key, double least, double most) const {
  std::vector<Pair> all;
  const Found found = find(key);
  if (found.value == nullptr) return all;
  const std::string where = name(found.as);
  // So many seconds are those from the beginning.
  if (found.value->is_number()) return {{0, checked_number(*found.value, 0, most, where)}};
  if (found.value->is_string()) return ranges_in_words(found.value->get<std::string>(), least, most, where);
  if (found.value->is_object()) return {checked_pair(*found.value, keys::kFrom, keys::kTo, least, most, where)};
  const json& list = checked_array(*found.value, where);
  if (is_flat(list)) {
    for (size_t i = 0; i < list.size(); i += 2) {
      all.emplace_back(checked_number(list[i], least, most, where), checked_number(list[i + 1], least, most, where));
    }
    return all;
  }
  for (const json& item : list) {
    const std::string place = fmt::format("{}[{}]", where, all.size());
    if (!item.is_string()) {
      all.push_back(checked_pair(item, keys::kFrom, keys::kTo, least, most, place));
      continue;
    }
    const auto told = ranges_in_words(item.get<std::string>(), least, most, place);
    all.insert(all.end(), told.begin(), told.end());
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
    bool is_note = std::find(std::begin(kOwnNotes), std::end(kOwnNotes), form) != std::end(kOwnNotes);
    if (is_note || is_known(form)) continue;
    std::string meant = closest(std::string(found.as.substr(0, kLongestKeyTold)), names);
    told.push_back(meant.empty() ? fmt::format("{} is not known, and ignored", name(shorten(found.as, kLongestKeyTold)))
                                 : fmt::format("{} is ignored; did you mean \"{}\"?", name(found.as), meant));
  }
  return told;
}

}  // namespace candid::track
