#pragma once
// The ticket a page carries: it names the page load, and reports without it are refused. So a report proves that its
// sender was given this link's page by this server; the key outlives restarts, and so do open pages.

#include <chrono>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "core/time.h"

namespace candid::track {

struct PageTicket {
  std::string session;  // 128 random bits; names one page load
  std::string nonce;    // "<milliseconds since 1970>.<HMAC-SHA-256 over link, session and time, cut to 128 bits>"
  bool operator==(const PageTicket&) const = default;
};

// A tab left open longer than this no longer reports.
inline constexpr std::chrono::hours kTicketLifetime{7 * 24};

PageTicket issue_ticket(std::span<const uint8_t> key, int64_t link_id, UtcTime now);
bool is_our_ticket(std::span<const uint8_t> key, int64_t link_id, const PageTicket& ticket, UtcTime now);

// Has the form of a session's name; says nothing about who made it.
bool is_session_name(std::string_view text);

}  // namespace candid::track
