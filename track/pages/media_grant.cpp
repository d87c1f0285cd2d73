#include "track/pages/media_grant.h"

#include <fmt/format.h>

#include "core/digest.h"
#include "core/encoding.h"
#include "track/pages/nonce.h"

namespace candid::track {
namespace {

constexpr size_t kNumberBytes = 8;
constexpr size_t kGrantMacBytes = 16;
constexpr size_t kLongestText = 128;

using Bytes = std::vector<uint8_t>;

void append_number(Bytes& bytes, int64_t number) {
  for (size_t shift = kNumberBytes; shift-- > 0;) {
    bytes.push_back(static_cast<uint8_t>(static_cast<uint64_t>(number) >> (shift * 8)));
  }
}

int64_t read_number(std::span<const uint8_t> bytes) {
  uint64_t number = 0;
  for (uint8_t byte : bytes.first(kNumberBytes)) number = number << 8 | byte;
  return static_cast<int64_t>(number);
}

Sha256 mac_of(std::span<const uint8_t> key, const MediaGrant& grant) {
  return hmac_sha256(
      key, fmt::format("media:{}:{}:{}", grant.link_id, grant.session, grant.ends_at.time_since_epoch().count()));
}

}  // namespace

std::string sign_grant(std::span<const uint8_t> key, const MediaGrant& grant) {
  Bytes bytes;
  append_number(bytes, grant.link_id);
  append_number(bytes, grant.ends_at.time_since_epoch().count());
  bytes.insert(bytes.end(), grant.session.begin(), grant.session.end());
  Sha256 mac = mac_of(key, grant);
  bytes.insert(bytes.end(), mac.begin(), mac.begin() + kGrantMacBytes);
  return to_base64url(bytes);
}

std::optional<MediaGrant> read_signed_grant(std::span<const uint8_t> key, std::string_view text) {
  if (text.size() > kLongestText) return std::nullopt;
  auto bytes = from_base64url(text);
  // One grant has one spelling: unused bits of the last character must not make others.
  if (!bytes || bytes->size() < 2 * kNumberBytes + kGrantMacBytes || to_base64url(*bytes) != text) return std::nullopt;
  std::span<const uint8_t> all(*bytes);
  MediaGrant grant;
  grant.link_id = read_number(all);
  grant.ends_at = UtcTime(std::chrono::milliseconds(read_number(all.subspan(kNumberBytes))));
  auto session = all.subspan(2 * kNumberBytes, all.size() - 2 * kNumberBytes - kGrantMacBytes);
  grant.session.assign(session.begin(), session.end());
  if (!grant.session.empty() && !is_session_name(grant.session)) return std::nullopt;
  Sha256 mac = mac_of(key, grant);
  if (!equal_in_constant_time(all.last(kGrantMacBytes), std::span<const uint8_t>(mac).first(kGrantMacBytes)))
    return std::nullopt;
  return grant;
}

std::optional<MediaGrant> read_grant(std::span<const uint8_t> key, std::string_view text, UtcTime now) {
  auto grant = read_signed_grant(key, text);
  if (grant && grant->ends_at <= now) grant.reset();
  return grant;
}

}  // namespace candid::track
