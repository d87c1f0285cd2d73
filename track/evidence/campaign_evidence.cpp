#include "track/evidence/campaign_evidence.h"

#include <algorithm>
#include <atomic>
#include <exception>
#include <mutex>
#include <optional>
#include <thread>

#include <fmt/format.h>

namespace candid::track {
namespace {

ViewContext context_of(const MessageRecord& message, const EvidenceReading& reading) {
  ViewContext context;
  context.duration = message.duration;
  context.recorded = message.page.tracking == Tracking::Individual || message.page.tracking == Tracking::Consent;
  context.counted = message.page.tracking == Tracking::Aggregate;
  context.media_served_here = reading.is_served_here(message.video_ref);
  return context;
}

Result<void> examine_one(const Ledger& ledger, size_t index, const EvidenceReading& reading,
                         CampaignEvidence& evidence) {
  const MessageRecord& message = evidence.messages[index];
  try {
    std::vector<LinkHistory> histories = TRY(ledger.history(message.message_id));
    if (reading.look) reading.look(index, histories);
    evidence.candidates[index] = examine(histories, context_of(message, reading));
    return {};
  } catch (const std::exception& problem) {  // on a thread of ours it would end the program
    return fail(ErrorKind::Internal, fmt::format("a history could not be read ({})", problem.what()));
  }
}

}  // namespace

Result<CampaignEvidence> read_evidence(const Ledger& ledger, std::string_view campaign_id,
                                       const EvidenceReading& reading) {
  CampaignEvidence evidence;
  evidence.messages = TRY(ledger.messages(campaign_id));
  evidence.counted = TRY(read_counted_visits(ledger, campaign_id, evidence.messages));
  const size_t count = evidence.messages.size();
  evidence.candidates.resize(count);

  std::atomic<size_t> next = 0;
  std::mutex mutex;
  std::optional<Error> first_error;
  auto take_turns = [&] {
    for (size_t i = next++; i < count; i = next++) {
      auto examined = examine_one(ledger, i, reading, evidence);
      if (examined) continue;
      std::lock_guard lock(mutex);
      if (!first_error) first_error = examined.error();
      next = count;
    }
  };
  {
    std::vector<std::jthread> others;  // joined at the end of this block
    const size_t threads = std::min(static_cast<size_t>(std::max(1, reading.questions)), count);
    for (size_t i = 1; i < threads; ++i) others.emplace_back(take_turns);
    take_turns();
  }
  if (first_error) return tl::unexpected(std::move(*first_error));
  mark_shared_signs(evidence.candidates);
  return evidence;
}

}  // namespace candid::track
