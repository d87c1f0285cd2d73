#pragma once
// Internal to track. Fields of a JSON object from outside: a key may be missing or null, but is never of another type.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json_fwd.hpp>

namespace candid::track {

// Thrown for a field that cannot be taken; caught by read_outside_session alone, so that reading reads as plain
// statements.
struct BadField {
  std::string why;
};

class OutsideFields {
 public:
  // `where` names the object in errors: "requests[2]". Throws BadField when it is none.
  OutsideFields(const nlohmann::json& object, std::string where);

  // Whether the key is there, and not null.
  bool has(const char* key) const { return find(key) != nullptr; }
  std::optional<bool> flag(const char* key) const;
  std::optional<double> number(const char* key, double least, double most) const;
  std::optional<std::string> text(const char* key) const;
  std::optional<OutsideFields> object(const char* key) const;
  // Empty when it is missing.
  std::vector<OutsideFields> objects(const char* key) const;
  // Pairs of numbers: [[0, 5], [10, 12.5]].
  std::vector<std::pair<double, double>> pairs(const char* key, double least, double most) const;
  std::optional<std::pair<double, double>> pair(const char* key, double least, double most) const;

 private:
  const nlohmann::json* find(const char* key) const;
  std::string name(const char* key) const;

  const nlohmann::json* object_;
  std::string where_;
};

}  // namespace candid::track
