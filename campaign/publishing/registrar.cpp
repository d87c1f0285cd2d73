#include "campaign/publishing/registrar.h"

#include <algorithm>
#include <vector>

#include <fmt/format.h>

#include "campaign/publishing/message_check.h"
#include "campaign/publishing/roster_passcode.h"

namespace candid::campaign {
namespace {

// A batch of messages stays below what a server takes in one request (docs/api.md).
constexpr size_t kBatchBytes = 400'000;
constexpr size_t kBatchMessages = 200;
// What is more than that is known to exist: the JSON around a record's texts.
constexpr size_t kRecordBytes = 1000;

}  // namespace

Result<void> Registrar::learn(const std::stop_token& stop) {
  published_ = TRY(published_messages(ledger_, work_.job.campaign.id));
  return issuer_.learn(published_, LedgerUse::Told, stop);
}

const track::MessageRecord* Registrar::published(const std::string& message_id) const {
  auto earlier = published_.find(message_id);
  return earlier == published_.end() ? nullptr : &earlier->second;
}

Result<size_t> Registrar::count_erased(const std::vector<std::string>& message_ids) const {
  if (message_ids.empty()) return 0;
  std::vector<std::string> identities;
  for (const std::string& id : message_ids) identities.push_back(track::message_identity(id));
  auto receipts = TRY(ledger_.find_erased(identities));
  return static_cast<size_t>(
      std::count_if(receipts.begin(), receipts.end(), [](const auto& receipt) { return receipt.has_value(); }));
}

Result<void> Registrar::prepare(OutgoingMessage& message) {
  const PlannedMessage& planned = *message.planned;
  const Candidate& candidate = work_.job.roster.candidates[planned.candidate];
  if (auto earlier = published_.find(planned.id); earlier != published_.end())
    TRY_VOID(check_owner(work_.job, candidate, earlier->second));
  message.record = TRY(record_of(work_.job, planned, message.recipe, message.edition));
  message.digest = digest_of(message.record);
  message.record.published_at = clock_.now();
  TRY_VOID(track::validate(message.record));
  std::string passcode = work_.job.campaign.publish.passcode ? TRY(passcode_of(candidate)) : "";
  message.link = TRY(issuer_.prepare(planned.id, passcode));
  return {};
}

bool Registrar::is_known(const OutgoingMessage& message) const {
  auto found = published_.find(message.planned->id);
  return found != published_.end() && digest_of(found->second) == message.digest;
}

bool Registrar::is_up_to_date(const OutgoingMessage& message) const {
  return is_known(message) && !message.link.needs_ledger;
}

// The ledger itself lets nobody back in, and says so here.
Result<void> Registrar::mark_erased(const std::vector<OutgoingMessage*>& messages) const {
  std::vector<std::string> identities;
  for (const OutgoingMessage* message : messages) {
    identities.push_back(track::message_identity(message->record.message_id));
    identities.push_back(track::mail_identity(message->record.candidate_email));
  }
  auto receipts = TRY(ledger_.find_erased(identities));
  for (size_t i = 0; i < messages.size(); ++i) {
    const auto& receipt = receipts[2 * i] ? receipts[2 * i] : receipts[2 * i + 1];
    if (!receipt) continue;
    messages[i]->error =
        Error(ErrorKind::InvalidInput, fmt::format("was erased at their wish, receipt {}, and gets no video", *receipt),
              "take the row out; or, where they asked to come back, candid forget with --again");
  }
  return {};
}

Result<void> Registrar::put_messages(std::span<OutgoingMessage> messages, const std::stop_token& stop) {
  std::vector<track::MessageRecord> batch;
  std::vector<OutgoingMessage*> sent;
  size_t bytes = 0;
  auto send = [&]() -> Result<void> {
    if (stop.stop_requested()) return fail(ErrorKind::Cancelled, "stopped", "the same command goes on from here");
    if (batch.empty()) return {};
    TRY_VOID(ledger_.upsert_messages(batch));
    TRY_VOID(mark_erased(sent));
    batch.clear();
    sent.clear();
    bytes = 0;
    return {};
  };
  for (OutgoingMessage& message : messages) {
    if (message.error || is_known(message)) continue;
    const track::MessageRecord& record = message.record;
    size_t size = track::to_json(record.page).size() + record.candidate_name.size() + kRecordBytes;
    if (bytes + size > kBatchBytes || batch.size() >= kBatchMessages) TRY_VOID(send());
    batch.push_back(record);
    sent.push_back(&message);
    bytes += size;
  }
  return send();
}

Result<void> Registrar::give_link(OutgoingMessage& message) {
  auto given = issuer_.give(message.planned->id, message.link);
  if (!given && given.error().kind() == ErrorKind::NotFound) TRY_VOID(mark_erased({&message}));
  if (message.error) return {};
  message.link = TRY(std::move(given));
  return {};
}

}  // namespace candid::campaign
