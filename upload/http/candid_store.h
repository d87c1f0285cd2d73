#pragma once
// A store on a candid server (docs/api.md): objects go in pieces that carry their SHA-256, and the server compares the
// whole with its own before it appears. A run that died asks how far it came, and goes on there.

#include <memory>

#include "upload/open_store.h"

namespace candid::upload {

// With the token `$CANDID_API_TOKEN`: NotFound when it is not set. InvalidInput when it would have to cross a network
// in the clear.
Result<std::unique_ptr<Store>> make_candid_store(const StoreAddress& address, const StoreSettings& settings);

}  // namespace candid::upload
