#pragma once
// What a WebDAV server lists of a collection: the 207 answer to PROPFIND (RFC 4918 §9.1, §14). Internal to upload.

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/error.h"
#include "core/time.h"

namespace candid::upload {

struct DavEntry {
  std::string name;  // within the collection, decoded: one segment of a path
  bool is_collection = false;
  std::optional<UtcTime> modified{};
};

// The members of the collection, without itself. Names are as the server gave them: not to be trusted, but without a
// slash. Corrupt when it is no such answer.
Result<std::vector<DavEntry>> parse_dav_listing(std::span<const uint8_t> xml);

// The body of a request for what is listed here.
std::string dav_listing_request();

}  // namespace candid::upload
