#include "track/pages/nonce.h"

#include <charconv>

#include <fmt/format.h>

#include "core/digest.h"
#include "core/encoding.h"
#include "core/random.h"

namespace candid::track {
namespace {

constexpr size_t kSessionBits = 128;
constexpr size_t kSessionLength = 22;  // 128 bits as base64url
constexpr size_t kNonceMacBytes = 16;

std::string sign(std::span<const uint8_t> key, int64_t link_id, std::string_view session, int64_t issued) {
  Sha256 mac = hmac_sha256(key, fmt::format("page:{}:{}:{}", link_id, session, issued));
  return fmt::format("{}.{}", issued, to_base64url(std::span(mac).first(kNonceMacBytes)));
}

}  // namespace

PageTicket issue_ticket(std::span<const uint8_t> key, int64_t link_id, UtcTime now) {
  PageTicket ticket;
  ticket.session = passing_token(kSessionBits);
  ticket.nonce = sign(key, link_id, ticket.session, now.time_since_epoch().count());
  return ticket;
}

bool is_our_ticket(std::span<const uint8_t> key, int64_t link_id, const PageTicket& ticket, UtcTime now) {
  if (!is_session_name(ticket.session)) return false;
  int64_t issued = 0;
  const char* end = ticket.nonce.data() + ticket.nonce.size();
  auto [stop, status] = std::from_chars(ticket.nonce.data(), end, issued);
  if (status != std::errc{} || stop == end || *stop != '.') return false;
  if (!equal_in_constant_time(bytes_of(ticket.nonce), bytes_of(sign(key, link_id, ticket.session, issued)))) {
    return false;
  }
  return now - UtcTime(std::chrono::milliseconds(issued)) <= kTicketLifetime;
}

bool is_session_name(std::string_view text) {
  constexpr std::string_view kBase64url = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  return text.size() == kSessionLength && text.find_first_not_of(kBase64url) == std::string_view::npos;
}

}  // namespace candid::track
