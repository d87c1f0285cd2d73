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

// Takes "+01:00" off the end of a time, and tells how many seconds that is ahead of UTC; "Z" stays.
std::optional<double> take_offset(std::string& text) {
  constexpr size_t kOffset = 6;
  if (text.ends_with('Z')) return 0;
  if (text.size() < kOffset) return std::nullopt;
  const std::string_view end = std::string_view(text).substr(text.size() - kOffset);
  const auto hours = number_in_quotes(std::string(end.substr(1, 2)));
  const auto minutes = number_in_quotes(std::string(end.substr(4)));
  if ((end[0] != '+' && end[0] != '-') || end[3] != ':' || !hours || !minutes) return std::nullopt;
  const double ahead = (*hours * 60 + *minutes) * 60 * (end[0] == '-' ? -1 : 1);
  text.replace(text.size() - kOffset, kOffset, "Z");
  return ahead;
}

// "2026-11-26T09:30:00Z", also with parts of a second, and by another zone's clock; in seconds of the epoch.
std::optional<double> iso_moment(std::string text) {
  const auto ahead = take_offset(text);
  if (!ahead) return std::nullopt;
  double part = 0;
  if (size_t point = text.find('.'); point != std::string::npos) {
    part = number_in_quotes("0" + text.substr(point, text.size() - 1 - point)).value_or(0);
    text = text.substr(0, point) + "Z";
  }
  auto utc = parse_utc(text);
  if (!utc) return std::nullopt;
  return std::chrono::duration<double>(utc->time_since_epoch()).count() + part - *ahead;
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

}  // namespace

OutsideFields::OutsideFields(const json& object, std::string where) : object_(&object), where_(std::move(where)) {
  if (!object.is_object())
    throw BadField{fmt::format("{} is no object", where_.empty() ? "the line" : where_),
                   "an object: { … }, with the keys of docs/views.md"};
  for (const auto& [key, value] : object.items()) {
    if (!value.is_null()) by_form_.emplace(form_of_key(key), Found{&value, key});
  }
}

OutsideFields OutsideFields::owning(json object, std::string where) {
  auto owned = std::make_shared<const json>(std::move(object));
  OutsideFields fields(*owned, std::move(where));
  fields.owned_ = std::move(owned);
  return fields;
}

void OutsideFields::spread(std::string_view form) {
  std::vector<const json*> parts;
  for (auto [at, end] = by_form_.equal_range(form); at != end;) {
    const bool is_part = at->second.value->is_object();
    if (is_part) parts.push_back(at->second.value);
    at = is_part ? by_form_.erase(at) : std::next(at);
  }
  for (const json* part : parts) {
    for (const auto& [key, value] : part->items()) {
      const bool is_id = form_of_key(key) == "id";
      if (!value.is_null()) by_form_.emplace(is_id ? std::string(form) : form_of_key(key), Found{&value, key});
    }
  }
}

OutsideFields::Found OutsideFields::find_form(std::string_view form) const {
  auto found = by_form_.lower_bound(form);
  return found == by_form_.end() || found->first != form ? Found{} : found->second;
}

OutsideFields::Found OutsideFields::find(const FieldKey& key) const {
  if (Found found = find_form(form_of_key(key.name)); found.value != nullptr) return found;
  for (std::string_view form : key.others) {
    if (form.empty()) break;
    if (Found found = find_form(form); found.value != nullptr) return found;
  }
  return {};
}

std::vector<OutsideFields::Found> OutsideFields::find_all(const FieldKey& key) const {
  std::vector<Found> found;
  auto add_form = [&](std::string_view form) {
    for (auto [at, end] = by_form_.equal_range(form); at != end; ++at) found.push_back(at->second);
  };
  add_form(form_of_key(key.name));
  for (std::string_view form : key.others) {
    if (!form.empty()) add_form(form);
  }
  return found;
}

std::vector<const json*> OutsideFields::all(const FieldKey& key) const {
  std::vector<const json*> values;
  for (const Found& found : find_all(key)) values.push_back(found.value);
  return values;
}

std::string OutsideFields::name(std::string_view key) const {
  return where_.empty() ? fmt::format("\"{}\"", key) : fmt::format("{}: \"{}\"", where_, key);
}

bool OutsideFields::checked_flag(const Found& found) const {
  if (found.value->is_boolean()) return found.value->get<bool>();
  if (found.value->is_string() || found.value->is_number()) {
    const std::string word =
        lower_ascii(found.value->is_string() ? found.value->get<std::string>() : found.value->dump());
    if (word == "true" || word == "yes" || word == "1") return true;
    if (word == "false" || word == "no" || word == "0" || word.empty()) return false;
  }
  throw BadField{fmt::format("{} is neither true nor false", name(found.as)), "true or false"};
}

std::optional<bool> OutsideFields::flag(const FieldKey& key) const {
  const Found found = find(key);
  return found.value == nullptr ? std::nullopt : std::optional(checked_flag(found));
}

std::optional<bool> OutsideFields::any_flag(const FieldKey& key) const {
  std::optional<bool> any;
  for (const Found& found : find_all(key)) any = any.value_or(false) || checked_flag(found);
  return any;
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
    for (const auto& [unit, factor] : kTimeUnits) {
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
    const auto& words = found.value->get_ref<const std::string&>();
    if (auto utc = iso_moment(words)) return utc;
    if (!number_in_quotes(words)) {
      throw BadField{fmt::format("{} is no time", name(found.as)), "seconds, or a time as 2026-11-26T09:30:00Z"};
    }
  }
  auto told = seconds(key, -kMostMoment, kMostMoment);
  return told && std::abs(*told) >= kLongestInSeconds ? *told / 1000 : told;
}

std::optional<std::string> OutsideFields::text(const FieldKey& key) const {
  const Found found = find(key);
  if (found.value == nullptr) return std::nullopt;
  return checked_text(*found.value, name(found.as));
}

std::optional<std::string> OutsideFields::text_if_any(const FieldKey& key) const {
  const Found found = find(key);
  if (found.value == nullptr || !found.value->is_string()) return std::nullopt;
  return single_line(found.value->get_ref<const std::string&>());
}

std::vector<std::string> OutsideFields::texts_cut(const FieldKey& key, size_t most) const {
  std::vector<std::string> all;
  for (const Found& found : find_all(key)) {
    if (!found.value->is_string()) throw BadField{fmt::format("{} is no text", name(found.as)), "a text in quotes"};
    all.push_back(single_line(std::string_view(found.value->get_ref<const std::string&>()).substr(0, most)));
  }
  return all;
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
  for (const Found& found : find_all(key)) {
    if (found.value->is_boolean()) continue;
    if (found.value->is_structured()) {
      add_texts(all, *found.value, name(found.as), 0);
    } else {
      add_text(all, *found.value, name(found.as));
    }
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
    all.push_back(owning(from_text(text), std::move(where)));
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

// [0, 1, 2, 3]: whole seconds, one after the other, and no pairs.
bool is_each_second(const json& list) {
  if (list.size() < 3) return false;
  for (size_t i = 0; i < list.size(); ++i) {
    const bool is_next =
        list[i].is_number_integer() && list[i].get<double>() - list[0].get<double>() == static_cast<double>(i);
    if (!is_next) return false;
  }
  return true;
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
  if (is_each_second(list)) {
    return {{checked_number(list.front(), least, most, where), checked_number(list.back(), least, most, where) + 1}};
  }
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
  if (found.value->is_string()) {
    const auto& words = found.value->get_ref<const std::string&>();
    const size_t by = std::min(words.find('x'), words.size());
    auto side = [&](std::string_view digits) {
      return checked_number(json(std::string(digits)), least, most, name(found.as));
    };
    return Pair(side(words.substr(0, by)), side(words.substr(std::min(by + 1, words.size()))));
  }
  return checked_pair(*found.value, keys::kWidth, keys::kHeight, least, most, name(found.as));
}

std::vector<std::string> OutsideFields::unknown(const KeyList& known, size_t& guesses,
                                                std::set<std::string>& told_before) const {
  std::vector<std::string> told;
  for (const auto& [form, found] : by_form_) {
    bool is_note = std::find(std::begin(kOwnNotes), std::end(kOwnNotes), form) != std::end(kOwnNotes);
    if (is_note || known.holds(form) || !told_before.insert(form).second) continue;
    std::string meant;
    if (guesses > 0) {
      --guesses;
      meant = closest(std::string(found.as.substr(0, kLongestKeyTold)), known.names());
    }
    told.push_back(meant.empty() ? fmt::format("{} is not known, and ignored",
                                               name(single_line(shorten(found.as, kLongestKeyTold))))
                                 : fmt::format("{} is ignored; did you mean \"{}\"?", name(found.as), meant));
  }
  return told;
}

}  // namespace candid::track
