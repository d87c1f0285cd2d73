#pragma once
// Before a download into a file begins: a store that is not to be trusted must not fill this machine's disk. Internal
// to upload.

#include <filesystem>

#include "core/error.h"
#include "net/http.h"

namespace candid::upload {

// By the head of the answer; more than its Content-Length never comes. Network when there is none, NoSpace when the
// disk of `file` has no room for it.
Result<void> check_room(const net::HttpResponse& head, const std::filesystem::path& file);

}  // namespace candid::upload
