#include "track/ledger/ledger_rules.h"

#include <algorithm>
#include <map>
#include <span>

#include <fmt/format.h>

#include "core/text.h"
#include "track/ledger/ledger.h"

namespace candid::track {
namespace {

constexpr size_t kLongestTokenName = 100;

bool is_storable(std::string_view text) {
  return text.find('\0') == std::string_view::npos && is_valid_utf8(text);
}

// The length of the character at the beginning of `text`, or 0 where none begins.
size_t character_length(std::string_view text) {
  for (size_t length = 1; length <= std::min<size_t>(4, text.size()); ++length) {
    if (is_storable(text.substr(0, length))) return length;
  }
  return 0;
}

bool is_storable(const PageContent& page) {
  return is_storable(page.company) && is_storable(page.booking_url) && is_storable(page.headline) &&
         is_storable(page.message) && is_storable(page.logo.ref) &&
         std::all_of(page.buttons.begin(), page.buttons.end(),
                     [](const Button& button) { return is_storable(button.label) && is_storable(button.url); });
}

bool is_storable(const MessageRecord& message) {
  for (const std::string* text : {&message.campaign_id, &message.campaign_name, &message.message_id,
                                  &message.candidate_id, &message.candidate_name, &message.candidate_email,
                                  &message.video_ref, &message.poster_ref, &message.captions_ref}) {
    if (!is_storable(*text)) return false;
  }
  return is_storable(message.page);
}

}  // namespace

std::string storable(std::string_view text) {
  if (is_storable(text)) return std::string(text);
  std::string mended;
  while (!text.empty()) {
    size_t length = character_length(text);
    mended += length == 0 ? kNoCharacter : text.substr(0, length);
    text.remove_prefix(std::max<size_t>(length, 1));
  }
  return mended;
}

Result<void> check(const std::vector<MessageRecord>& messages) {
  for (const MessageRecord& message : messages) {
    if (!is_storable(message)) {
      return fail(ErrorKind::InvalidInput, fmt::format("message \"{}\": its words are not all UTF-8 without zero bytes",
                                                       storable(message.message_id)));
    }
    TRY_VOID(validate(message));
  }
  return {};
}

Result<void> check(const LinkTerms& terms) {
  if (terms.view_limit && *terms.view_limit < 1) {
    return fail(ErrorKind::InvalidInput, fmt::format("a link cannot be limited to {} views", *terms.view_limit),
                "1 or more; or no limit");
  }
  if (!terms.passcode_hash.empty() && passcode_fingerprint(terms.passcode_hash) == terms.passcode_hash) {
    return fail(ErrorKind::InvalidInput, "a fingerprint of a passcode's hash is no hash",
                "hash the passcode anew: no link opens with what a server tells of it");
  }
  if (!is_storable(terms.passcode_hash)) return fail(ErrorKind::InvalidInput, "a passcode's hash is no text");
  return {};
}

Result<void> check(const ApiToken& token) {
  if (is_storable(token.name) && token.name.size() <= kLongestTokenName && !token.name.empty() &&
      trim(token.name) == token.name && single_line(token.name) == token.name) {
    return {};
  }
  return fail(ErrorKind::InvalidInput, "a token's name must be 1 to 100 bytes on one line",
              "name who uses it, \"laptop of the talent team\"");
}

Result<void> check(const ViewCounts& counts) {
  for (const auto& [state, number] : counts) {
    if (number >= 1 && number <= kMostCountedAtOnce) continue;
    return fail(ErrorKind::InvalidInput,
                fmt::format("{} visits of the state {} cannot be added", number, to_string(state)),
                fmt::format("1 to {}", kMostCountedAtOnce));
  }
  return {};
}

Result<void> check(const ErasureOrder& order) {
  if (!is_receipt(order.receipt)) return fail(ErrorKind::InvalidInput, "an erasure needs a receipt's number");
  if (order.message_ids.size() <= kMostErasedAtOnce && order.identities.size() <= 2 * kMostErasedAtOnce) return {};
  return fail(ErrorKind::InvalidInput,
              fmt::format("{} messages are too many to erase at once", order.message_ids.size()),
              fmt::format("{} at a time, under the same receipt", kMostErasedAtOnce));
}

std::vector<std::string> identities_of(const MessageRecord& message) {
  std::vector<std::string> identities = {message_identity(message.message_id)};
  if (std::string mail = mail_identity(message.candidate_email); !mail.empty()) identities.push_back(std::move(mail));
  return identities;
}

Sha256 identity_digest(std::span<const uint8_t> server_key, std::string_view identity) {
  // The server's key signs tickets, too: what is signed for one use is no answer for the other.
  Sha256 key = hmac_sha256(server_key, "identities of erased candidates");
  return hmac_sha256(key, storable(identity));
}

tl::unexpected<Error> no_such_message(std::string_view message_id) {
  return fail(ErrorKind::NotFound, fmt::format("the ledger has no message \"{}\"", storable(message_id)));
}

tl::unexpected<Error> link_is_taken() {
  return fail(ErrorKind::Exists, "this token is a link already: revoked, or of another message or purpose",
              "make a new token");
}

tl::unexpected<Error> no_usable_link() {
  return fail(ErrorKind::NotFound, "no usable link has this token");
}

tl::unexpected<Error> token_name_is_taken(std::string_view name) {
  return fail(ErrorKind::Exists, fmt::format("there is an API token \"{}\" already", storable(name)),
              "remove it first, or take another name");
}

tl::unexpected<Error> no_such_token(std::string_view name) {
  return fail(ErrorKind::NotFound, fmt::format("there is no API token \"{}\"", storable(name)));
}

void make_storable(std::vector<Event>& events) {
  for (Event& event : events) {
    for (std::string* text : {&event.session, &event.body, &event.agent, &event.network}) {
      if (!is_storable(*text)) *text = storable(*text);
    }
  }
}

std::vector<const MessageRecord*> last_of_each(const std::vector<MessageRecord>& messages) {
  std::map<std::string_view, size_t> last;
  for (size_t i = 0; i < messages.size(); ++i) last[messages[i].message_id] = i;
  std::vector<const MessageRecord*> kept;
  for (size_t i = 0; i < messages.size(); ++i) {
    if (last.at(messages[i].message_id) == i) kept.push_back(&messages[i]);
  }
  return kept;
}

}  // namespace candid::track
