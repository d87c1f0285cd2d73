#include "campaign/publishing/store_identity.h"

#include <nlohmann/json.hpp>

#include "core/random.h"

namespace candid::campaign {

Result<std::optional<std::string>> find_store_id(upload::Store& store) {
  std::optional<uint64_t> size = TRY(store.size_of(kIdentityObject));
  constexpr uint64_t kMostBytes = 4096;
  if (!size || *size > kMostBytes) return std::optional<std::string>();
  std::vector<uint8_t> bytes = TRY(store.get(kIdentityObject));
  nlohmann::json json = nlohmann::json::parse(bytes, nullptr, false);
  if (!json.is_object() || !json.contains("id") || !json["id"].is_string()) return std::optional<std::string>();
  return std::optional(json["id"].get<std::string>());
}

Result<std::string> store_id(upload::Store& store) {
  if (std::optional<std::string> known = TRY(find_store_id(store))) return std::move(*known);
  std::string id = random_token(128);
  std::string text = nlohmann::json{{"version", 1}, {"id", id}}.dump() + "\n";
  TRY_VOID(store.put(kIdentityObject, {reinterpret_cast<const uint8_t*>(text.data()), text.size()}));
  return id;
}

}  // namespace candid::campaign
