#pragma once
// An object of JSON from outside, taken apart strictly: a key that is missing, unknown, of the wrong type or out of its
// bounds refuses the whole. Internal to track.

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include "core/digest.h"
#include "core/error.h"
#include "core/time.h"

namespace candid::track {

// One object, each key once, nested 32 levels at most; InvalidInput otherwise. Messages hold no value.
Result<nlohmann::json> parse_json_object(std::string_view text);
// With what is not UTF-8 replaced, so that it never throws.
std::string dump_json(const nlohmann::json& json);

// Reads give an empty value after the first problem, and finish() says what it was: check it before using any.
class JsonFields {
 public:
  // `what` names the object in messages ("event"); the object outlives the reader.
  JsonFields(const nlohmann::json& object, std::string what);

  // At most so many bytes, none of them zero.
  std::string text(const char* key, size_t max_bytes = 65'536);
  bool flag(const char* key);
  int64_t number(const char* key, int64_t least, int64_t greatest);
  std::optional<int64_t> optional_number(const char* key, int64_t least, int64_t greatest);  // null: nothing
  UtcTime time(const char* key);
  std::optional<UtcTime> optional_time(const char* key);
  Sha256 digest(const char* key);
  // The elements of an array of at most so many; each as text() and digest() have it.
  std::vector<std::string> texts(const char* key, size_t most, size_t max_bytes);
  std::vector<Sha256> digests(const char* key, size_t most);
  // An object; an empty one when it is not.
  const nlohmann::json& object(const char* key);
  // An object, or nothing for null.
  const nlohmann::json* optional_object(const char* key);
  // The elements of an array.
  const nlohmann::json& array(const char* key);
  // Whether the caller meant this key to be there; for calls with alternatives ("digest" or "link").
  bool has(const char* key) const;

  // What a caller found wrong with a value itself.
  void refuse(std::string_view key, std::string_view why);
  // InvalidInput for the first problem, or for a key that nobody read.
  Result<void> finish();

 private:
  const nlohmann::json* find(const char* key);
  std::string read_text(const char* key, const nlohmann::json& value, size_t max_bytes);
  Sha256 read_digest(const char* key, const nlohmann::json& value);
  const nlohmann::json& short_array(const char* key, size_t most);

  const nlohmann::json& object_;
  std::string what_;
  std::set<std::string, std::less<>> read_;
  std::optional<Error> problem_;
};

}  // namespace candid::track
