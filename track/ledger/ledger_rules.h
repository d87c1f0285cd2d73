#pragma once
// What every ledger refuses or mends before it stores, so that all of them hold the same. Internal to track.

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/digest.h"
#include "core/error.h"
#include "track/api/api_token.h"
#include "track/evidence/event.h"
#include "track/evidence/view_counts.h"
#include "track/ledger/erasure.h"
#include "track/message.h"

namespace candid::track {

// UTF-8 without zero bytes, which PostgreSQL cannot hold: each byte that does not fit becomes U+FFFD.
std::string storable(std::string_view text);

// InvalidInput for a message that validate() refuses or whose words are not storable.
Result<void> check(const std::vector<MessageRecord>& messages);
// InvalidInput for a limit of no view at all, or a hash that is not storable or a fingerprint.
Result<void> check(const LinkTerms& terms);
// InvalidInput for a token without a name that can be read on one line, of 100 characters at most.
Result<void> check(const ApiToken& token);

// InvalidInput for a counter that would not grow, or by more than kMostCountedAtOnce.
Result<void> check(const ViewCounts& counts);
// InvalidInput for a receipt that is none, or more than kMostErasedAtOnce messages or identities.
Result<void> check(const ErasureOrder& order);

// By which the person of a message is recognised: the message's, and the address's where there is one.
std::vector<std::string> identities_of(const MessageRecord& message);

// What is kept of an identity: nobody without the ledger's key can try addresses on it.
Sha256 identity_digest(std::span<const uint8_t> server_key, std::string_view identity);

// The same words from every ledger.
tl::unexpected<Error> no_such_message(std::string_view message_id);
tl::unexpected<Error> link_is_taken();
tl::unexpected<Error> no_usable_link();
tl::unexpected<Error> token_name_is_taken(std::string_view name);
tl::unexpected<Error> no_such_token(std::string_view name);

// What came from strangers (the User-Agent above all) must not keep a whole group of events from being stored.
void make_storable(std::vector<Event>& events);

// Of messages of one id the last, as if they were stored one after the other; in their order.
std::vector<const MessageRecord*> last_of_each(const std::vector<MessageRecord>& messages);

}  // namespace candid::track
