#pragma once
// A store on a WebDAV server (RFC 4918), or on any server that takes HTTP PUT (RFC 9110 §9.3.4).
//
// An object is sent under a temporary name beside its own and moved there when it is known to be whole, so that nobody
// reads half of one. A server without MOVE gets a plain PUT; whether that appears at once is up to it. Folders are made
// as they are needed.
//
// What arrived is compared by size, and over plain http also read back and hashed. Over https TLS authenticates every
// record on the way, so nothing can change there unseen, and the size tells that all of it was stored.
//
// A run that died leaves at most temporary objects, "NAME~RANDOM"; abandon_unfinished() removes them.

#include <memory>

#include "upload/open_store.h"

namespace candid::upload {

// As `$CANDID_STORE_USER` with `$CANDID_STORE_PASSWORD`, or with the bearer token `$CANDID_STORE_TOKEN`; as nobody when
// none is set. InvalidInput when a secret would have to cross a network in the clear.
Result<std::unique_ptr<Store>> make_dav_store(const StoreAddress& address, const StoreSettings& settings);

}  // namespace candid::upload
