#pragma once
// A store on a tus server (tus.io/protocols/resumable-upload, version 1.0.0, with creation and termination).
//
// tus knows uploads, no names: which upload holds which object is kept in the notes, and an object that they do not
// know is not there. Bytes go in pieces, each of which the server acknowledges; after any failure, in this run or a
// later one, sending goes on at the offset that the server names.
//
// What arrived is known by a checksum of every piece where the server offers that extension, else it is read back and
// hashed. Only then the object gets its name, and what it replaces is terminated.

#include <memory>

#include "upload/open_store.h"

namespace candid::upload {

// Credentials as of make_dav_store(). InvalidInput without settings.notes.
Result<std::unique_ptr<Store>> make_tus_store(const StoreAddress& address, const StoreSettings& settings);

}  // namespace candid::upload
