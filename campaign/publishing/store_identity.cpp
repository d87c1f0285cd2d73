#include "campaign/publishing/store_identity.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "core/random.h"

namespace candid::campaign {

namespace {

constexpr uint64_t kLargestIdentity = 4096;

// What is known of a store is not known of its copy, which has the same id in it.
std::string identity(const std::string& id, const upload::Store& store) {
  return fmt::format("{} {}", id, store.describe());
}

Result<std::string> make_store_id(upload::Store& store, bool is_being_cleared = false) {
  std::string id = random_token(128);
  nlohmann::json json = {{"version", 1}, {"id", id}};
  if (is_being_cleared) json["clearing"] = true;
  std::string text = json.dump() + "\n";
  TRY_VOID(store.put(kIdentityObject, {reinterpret_cast<const uint8_t*>(text.data()), text.size()}));
  return identity(id, store);
}

}  // namespace

Result<std::optional<std::string>> find_store_id(upload::Store& store) {
  std::optional<uint64_t> size = TRY(store.size_of(kIdentityObject));
  if (size && *size > kLargestIdentity) return std::optional<std::string>();
  // Asked for even where it seems not to be there: only the answer to this question tells a missing bucket from a
  // missing object.
  auto bytes = store.get(kIdentityObject);
  if (!bytes) {
    bool is_object = bytes.error().kind() == ErrorKind::NotFound && bytes.error().hint().empty();
    if (is_object) return std::optional<std::string>();
    return tl::unexpected(bytes.error());
  }
  nlohmann::json json = nlohmann::json::parse(*bytes, nullptr, false);
  if (!json.is_object() || !json.contains("id") || !json["id"].is_string()) return std::optional<std::string>();
  return std::optional(identity(json["id"].get<std::string>(), store));
}

Result<std::string> store_id(upload::Store& store) {
  if (std::optional<std::string> known = TRY(find_store_id(store))) return std::move(*known);
  return make_store_id(store);
}

Result<void> renew_store_id(upload::Store& store) {
  std::optional<std::string> known = TRY(find_store_id(store));
  if (known) TRY_VOID(make_store_id(store));
  return {};
}

Result<StoreState> look_at_store(upload::Store& store) {
  auto bytes = store.get(kIdentityObject);
  if (!bytes && bytes.error().kind() == ErrorKind::NotFound) return StoreState{};
  if (!bytes) return tl::unexpected(bytes.error());
  nlohmann::json json = nlohmann::json::parse(*bytes, nullptr, false);
  if (!json.is_object() || !json.contains("id") || !json["id"].is_string()) return StoreState{};
  bool is_being_cleared = json.contains("clearing") && json["clearing"] == true;
  return StoreState{identity(json["id"].get<std::string>(), store), is_being_cleared};
}

Result<StoreClearing> StoreClearing::begin(upload::Store& store) {
  bool has_identity = TRY(find_store_id(store)).has_value();
  if (has_identity) TRY_VOID(make_store_id(store, true));
  return StoreClearing(store, has_identity);
}

StoreClearing::~StoreClearing() {
  (void)end();  // where that fails, who waits gives up waiting, and asks for everything anew
}

Result<void> StoreClearing::give_sign() {
  if (store_ != nullptr && has_identity_) TRY_VOID(make_store_id(*store_, true));
  return {};
}

Result<void> StoreClearing::end() {
  upload::Store* store = std::exchange(store_, nullptr);
  if (store != nullptr && has_identity_) TRY_VOID(make_store_id(*store));
  return {};
}

}  // namespace candid::campaign
