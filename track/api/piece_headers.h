#pragma once
// What the headers of a PUT say about a piece of an upload: Content-Range (RFC 9110 §14.4), Content-Digest and
// Repr-Digest (RFC 9530, in the syntax of RFC 8941). Read strictly: what is not exactly right is InvalidInput.

#include <cstdint>
#include <optional>
#include <string_view>

#include "core/digest.h"
#include "core/error.h"
#include "track/web/http_range.h"

namespace candid::track {

// What nobody uploads: half of it would not fit on most disks.
inline constexpr uint64_t kLargestObject = 1ull << 40;

struct PieceRange {
  std::optional<ByteRange> piece{};  // nothing: "bytes */SIZE", which asks how far the upload is
  uint64_t size = 0;                 // of the whole
};
// "bytes FIRST-LAST/SIZE" or "bytes */SIZE".
Result<PieceRange> parse_content_range(std::string_view header);

// The SHA-256 in a digest field; other algorithms beside it are ignored. `field` names the header for messages.
Result<Sha256> parse_digest_field(std::string_view field, std::string_view header);
// "sha-256=:BASE64:"
std::string digest_field(const Sha256& digest);

}  // namespace candid::track
