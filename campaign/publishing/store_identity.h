#pragma once
// Which store this is: a random id in a small object of its own, and the store's address, so that what is known of one
// store is never taken for granted of another, of its copy, or of the same one after it was wiped. Internal to
// campaign.

#include <optional>
#include <string>
#include <utility>

#include "core/error.h"
#include "upload/store.h"

namespace candid::campaign {

inline constexpr std::string_view kIdentityObject = upload::kStoreIdentity;

// Nothing when it has none yet, or none that can be read. NotFound when the bucket or folder itself is missing.
Result<std::optional<std::string>> find_store_id(upload::Store& store);
// Gives it one where there is none.
Result<std::string> store_id(upload::Store& store);
// Gives it another one: objects were removed, and what campaigns know to be there is to be asked again. Nothing where
// there is no store, or it has none.
Result<void> renew_store_id(upload::Store& store);

// What a store says of itself, in one question.
struct StoreState {
  std::string id{};               // as store_id() tells it; empty: none
  bool is_being_cleared = false;  // somebody removes objects, or died while they did
};
Result<StoreState> look_at_store(upload::Store& store);

// Objects are removed while it lives. The store has another identity and says so: publishing opens no links meanwhile,
// and looks afterwards what it misses. What others need is to be read after begin().
class StoreClearing {
 public:
  static Result<StoreClearing> begin(upload::Store& store);
  StoreClearing(StoreClearing&& other) noexcept
      : store_(std::exchange(other.store_, nullptr)), has_identity_(other.has_identity_) {}
  StoreClearing& operator=(StoreClearing&&) = delete;
  ~StoreClearing();
  // Who waits sees that it goes on: to be called more often than every minute.
  Result<void> give_sign();
  Result<void> end();

 private:
  StoreClearing(upload::Store& store, bool has_identity) : store_(&store), has_identity_(has_identity) {}
  upload::Store* store_;  // null: it has ended
  bool has_identity_;     // else nobody publishes here
};

}  // namespace candid::campaign
