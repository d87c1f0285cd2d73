#include "track/ledger/json_fields.h"

#include <algorithm>

#include <fmt/format.h>

#include "core/encoding.h"

namespace candid::track {
namespace {

constexpr int kDeepest = 32;
constexpr int64_t kLastMillisecond = 253'402'300'799'999;  // 9999-12-31T23:59:59.999Z

struct Refused {
  const char* why;
};

// nlohmann keeps the last of two equal keys, so that two readers of one text could see different things.
class ShapeGuard {
 public:
  bool operator()(int depth, nlohmann::json::parse_event_t event, nlohmann::json& value) {
    using Happening = nlohmann::json::parse_event_t;
    if (depth > kDeepest) throw Refused{"is nested too deep"};
    if (event == Happening::object_start) keys_.emplace_back();
    if (event == Happening::object_end) keys_.pop_back();
    if (event == Happening::key && !keys_.back().insert(value.get<std::string>()).second) {
      throw Refused{"has a key twice"};
    }
    return true;
  }

 private:
  std::vector<std::set<std::string>> keys_;
};

std::optional<int64_t> read_number(const nlohmann::json& value) {
  if (!value.is_number_integer()) return std::nullopt;
  if (value.is_number_unsigned() && value.get<uint64_t>() > uint64_t{INT64_MAX}) return std::nullopt;
  return value.get<int64_t>();
}

}  // namespace

Result<nlohmann::json> parse_json_object(std::string_view text) {
  try {
    ShapeGuard guard;
    auto json = nlohmann::json::parse(
        text, [&guard](int depth, auto event, nlohmann::json& value) { return guard(depth, event, value); });
    if (!json.is_object()) return fail(ErrorKind::InvalidInput, "the JSON is no object");
    return json;
  } catch (const Refused& refused) {
    return fail(ErrorKind::InvalidInput, fmt::format("the JSON {}", refused.why));
  } catch (const nlohmann::json::exception&) {
    return fail(ErrorKind::InvalidInput, "the text is no JSON");  // the library's words quote it
  }
}

std::string dump_json(const nlohmann::json& json) {
  return json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

JsonFields::JsonFields(const nlohmann::json& object, std::string what) : object_(object), what_(std::move(what)) {
  if (!object_.is_object()) problem_ = Error(ErrorKind::InvalidInput, fmt::format("{}: is no JSON object", what_));
}

const nlohmann::json* JsonFields::find(const char* key) {
  if (problem_) return nullptr;
  read_.insert(key);
  auto found = object_.find(key);
  if (found != object_.end()) return &*found;
  refuse(key, "is missing");
  return nullptr;
}

bool JsonFields::has(const char* key) const {
  return object_.is_object() && object_.contains(key);
}

void JsonFields::refuse(std::string_view key, std::string_view why) {
  if (!problem_) problem_ = Error(ErrorKind::InvalidInput, fmt::format("{}: \"{}\" {}", what_, key, why));
}

std::string JsonFields::text(const char* key, size_t max_bytes) {
  const nlohmann::json* value = find(key);
  return value ? read_text(key, *value, max_bytes) : std::string();
}

std::string JsonFields::read_text(const char* key, const nlohmann::json& value, size_t max_bytes) {
  const auto* text = value.get_ptr<const std::string*>();
  if (!text) {
    refuse(key, "is no text");
    return {};
  }
  if (text->size() > max_bytes) {
    refuse(key, fmt::format("has more than {} bytes", max_bytes));
    return {};
  }
  if (text->find('\0') != std::string::npos) {
    refuse(key, "holds a zero byte");
    return {};
  }
  return *text;
}

bool JsonFields::flag(const char* key) {
  const nlohmann::json* value = find(key);
  if (!value) return false;
  if (value->is_boolean()) return value->get<bool>();
  refuse(key, "is neither true nor false");
  return false;
}

int64_t JsonFields::number(const char* key, int64_t least, int64_t greatest) {
  const nlohmann::json* value = find(key);
  if (!value) return least;
  auto number = read_number(*value);
  if (number && *number >= least && *number <= greatest) return *number;
  refuse(key, fmt::format("is no whole number from {} to {}", least, greatest));
  return least;
}

std::optional<int64_t> JsonFields::optional_number(const char* key, int64_t least, int64_t greatest) {
  const nlohmann::json* value = find(key);
  if (!value || value->is_null()) return std::nullopt;
  return number(key, least, greatest);
}

UtcTime JsonFields::time(const char* key) {
  return UtcTime(std::chrono::milliseconds(number(key, 0, kLastMillisecond)));
}

std::optional<UtcTime> JsonFields::optional_time(const char* key) {
  auto milliseconds = optional_number(key, 0, kLastMillisecond);
  if (!milliseconds) return std::nullopt;
  return UtcTime(std::chrono::milliseconds(*milliseconds));
}

Sha256 JsonFields::digest(const char* key) {
  const nlohmann::json* value = find(key);
  return value ? read_digest(key, *value) : Sha256{};
}

Sha256 JsonFields::read_digest(const char* key, const nlohmann::json& value) {
  Sha256 digest{};
  const auto* hex = value.get_ptr<const std::string*>();
  auto bytes = hex ? from_hex(*hex) : std::nullopt;
  if (bytes && bytes->size() == digest.size()) {
    std::copy(bytes->begin(), bytes->end(), digest.begin());
  } else {
    refuse(key, "is no digest of 64 hexadecimal digits");
  }
  return digest;
}

std::vector<std::string> JsonFields::texts(const char* key, size_t most, size_t max_bytes) {
  std::vector<std::string> texts;
  for (const nlohmann::json& element : short_array(key, most)) texts.push_back(read_text(key, element, max_bytes));
  return texts;
}

std::vector<Sha256> JsonFields::digests(const char* key, size_t most) {
  std::vector<Sha256> digests;
  for (const nlohmann::json& element : short_array(key, most)) digests.push_back(read_digest(key, element));
  return digests;
}

const nlohmann::json& JsonFields::object(const char* key) {
  static const nlohmann::json kEmpty = nlohmann::json::object();
  const nlohmann::json* value = find(key);
  if (!value) return kEmpty;
  if (value->is_object()) return *value;
  refuse(key, "is no object");
  return kEmpty;
}

const nlohmann::json* JsonFields::optional_object(const char* key) {
  const nlohmann::json* value = find(key);
  if (!value || value->is_null()) return nullptr;
  if (value->is_object()) return value;
  refuse(key, "is neither an object nor null");
  return nullptr;
}

const nlohmann::json& JsonFields::array(const char* key) {
  return short_array(key, SIZE_MAX);
}

const nlohmann::json& JsonFields::short_array(const char* key, size_t most) {
  static const nlohmann::json kEmpty = nlohmann::json::array();
  const nlohmann::json* value = find(key);
  if (!value) return kEmpty;
  if (value->is_array() && value->size() <= most) return *value;
  refuse(key, value->is_array() ? fmt::format("has more than {} elements", most) : "is no array");
  return kEmpty;
}

Result<void> JsonFields::finish() {
  if (problem_) return tl::unexpected(*problem_);
  for (const auto& entry : object_.items()) {
    // The key is the sender's own, and may be anything: it is not repeated.
    if (!read_.contains(entry.key()))
      return fail(ErrorKind::InvalidInput, fmt::format("{}: has an unknown key", what_));
  }
  return {};
}

}  // namespace candid::track
