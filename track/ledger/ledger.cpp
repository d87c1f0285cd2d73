#include "track/ledger/ledger.h"

#include <future>
#include <utility>

#include <fmt/format.h>

#include "core/encoding.h"
#include "core/random.h"

namespace candid::track {
namespace {

constexpr size_t kTokenBits = 160;
constexpr std::string_view kFingerprint = "sha256:";

Result<Linked> with_message(const Ledger& ledger, std::optional<LinkRecord> link) {
  if (!link) return nullptr;
  std::optional<MessageRecord> message = TRY(ledger.find_message(link->message_id));
  if (!message) return nullptr;
  return std::make_shared<const LinkedMessage>(LinkedMessage{std::move(*link), std::move(*message)});
}

}  // namespace

Result<Linked> Ledger::find_linked(const Sha256& token_digest) const {
  return with_message(*this, TRY(find_link(token_digest)));
}

Result<Linked> Ledger::find_linked(int64_t link_id) const {
  return with_message(*this, TRY(find_link(link_id)));
}

Result<void> Ledger::append_and_wait(std::vector<Event> events) {
  // Shared: the waiting side may be gone before set_value() has returned.
  auto stored = std::make_shared<std::promise<Result<void>>>();
  auto result = stored->get_future();
  append(std::move(events), [stored](Result<void> outcome) { stored->set_value(std::move(outcome)); });
  return result.get();
}

std::string passcode_fingerprint(std::string_view passcode_hash) {
  if (passcode_hash.empty() || passcode_hash.starts_with(kFingerprint)) return std::string(passcode_hash);
  return fmt::format("{}{}", kFingerprint, to_hex(sha256(passcode_hash)));
}

std::string make_token() {
  return random_token(kTokenBits);
}

std::string make_api_token() {
  return "cnd_" + random_token(kTokenBits);
}

}  // namespace candid::track
