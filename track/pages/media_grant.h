#pragma once
// The signed, short-lived address of a page's media: it holds no token, so that a log or a shared media address gives
// the link away to nobody. "/m/GRANT/video.mp4"; GRANT is base64url over link, session, end and HMAC-SHA-256 (cut to
// 128 bits).

#include <chrono>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "core/time.h"

namespace candid::track {

struct MediaGrant {
  int64_t link_id = 0;
  std::string session;  // the page load it was made for; previews' have none
  UtcTime ends_at{};
  bool operator==(const MediaGrant&) const = default;
};

// A page that stays open longer asks for new addresses.
inline constexpr std::chrono::hours kGrantLifetime{6};

std::string sign_grant(std::span<const uint8_t> key, const MediaGrant& grant);
// Nothing for what we did not sign.
std::optional<MediaGrant> read_signed_grant(std::span<const uint8_t> key, std::string_view text);
// Nor for what has ended.
std::optional<MediaGrant> read_grant(std::span<const uint8_t> key, std::string_view text, UtcTime now);

}  // namespace candid::track
