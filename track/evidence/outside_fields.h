#pragma once
// Internal to track. Fields of a JSON object from outside: a key may be missing or null, but is never of another type.
// Numbers and truth values may stand in quotes, and a list of one may stand for itself.

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "track/evidence/outside_keys.h"

namespace candid::track {

// Thrown for a field that cannot be taken; caught by read_outside_session alone, so that reading reads as plain
// statements.
struct BadField {
  std::string why;
  std::string hint{};
  bool impossible = false;  // of the right type, and nothing that can be: a time before the beginning
};

class OutsideFields {
 public:
  // `where` names the object in errors: "requests[2]". Throws BadField when it is none. The object outlives this.
  OutsideFields(const nlohmann::json& object, std::string where);
  // One that was made of something else, and goes with this.
  static OutsideFields owning(nlohmann::json object, std::string where);

  // Where an object stands under a key of that form, its keys count as this one's own, behind those that are there;
  // its "id" is what that key itself tells.
  void spread(std::string_view form);

  // Whether the key is there, and not null.
  bool has(const FieldKey& key) const { return find(key).value != nullptr; }
  // The value itself; null where it is missing.
  const nlohmann::json* raw(const FieldKey& key) const { return find(key).value; }
  std::optional<bool> flag(const FieldKey& key) const;
  // True where any of the key's names says so, however many stand there; none where none does.
  std::optional<bool> any_flag(const FieldKey& key) const;
  // Each that is told, under whatever name of the key.
  std::vector<const nlohmann::json*> all(const FieldKey& key) const;
  std::optional<double> number(const FieldKey& key, double least, double most) const;
  // Seconds; also under the key with a unit behind it: "wall_ms", "duration_seconds".
  std::optional<double> seconds(const FieldKey& key, double least, double most) const;
  // A moment, in seconds of some clock: as seconds(), in milliseconds where it is too large for those, or a date and
  // time of ISO 8601 (of the epoch then).
  std::optional<double> moment(const FieldKey& key) const;
  std::optional<std::string> text(const FieldKey& key) const;
  // Of whatever length; none where it is no text.
  std::optional<std::string> text_if_any(const FieldKey& key) const;
  // The first `most` bytes of each text of any length, under whatever name of the key.
  std::vector<std::string> texts_cut(const FieldKey& key, size_t most) const;
  // A number counts as its digits, a truth value as its name.
  std::optional<std::string> name_or_number(const FieldKey& key) const;
  // Every text under any name of the key; of an object its texts. Numbers are AS numbers.
  std::vector<std::string> texts(const FieldKey& key) const;
  std::optional<OutsideFields> object(const FieldKey& key) const;
  // Empty when it is missing. `from_text` makes an object of an item that is a text; without it, none may be.
  using FromText = nlohmann::json (*)(const std::string& text);
  std::vector<OutsideFields> objects(const FieldKey& key, FromText from_text = nullptr) const;
  // Ranges: [[0, 5], [10, 12.5]], [{"from": 0, "to": 5}], a single one of these, its length alone, 5, or each second
  // that was played, [0, 1, 2, 3].
  std::vector<std::pair<double, double>> ranges(const FieldKey& key, double least, double most) const;
  // [1280, 800], {"width": 1280, "height": 800} or "1280x800".
  std::optional<std::pair<double, double>> size(const FieldKey& key, double least, double most) const;

  // Of the keys that stand in no list of the format, and are not of those that people add for themselves ("expect",
  // "note"): each that was not told before, and of so many as `guesses` allows what it may have been meant to be.
  std::vector<std::string> unknown(const KeyList& known, size_t& guesses, std::set<std::string>& told_before) const;

 private:
  struct Found {
    const nlohmann::json* value = nullptr;
    std::string_view as{};  // the key as it was given
  };
  Found find(const FieldKey& key) const;
  Found find_form(std::string_view form) const;
  std::vector<Found> find_all(const FieldKey& key) const;
  bool checked_flag(const Found& found) const;
  std::string name(std::string_view key) const;

  const nlohmann::json* object_;
  std::multimap<std::string, Found, std::less<>> by_form_;  // of one form as they were told
  std::string where_;
  std::shared_ptr<const nlohmann::json> owned_{};  // an object that was made of a text
};

}  // namespace candid::track
