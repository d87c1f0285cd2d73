#include "track/evidence/counted_visits.h"

#include <algorithm>

#include <fmt/format.h>

namespace candid::track {

int counted_messages(std::span<const MessageRecord> messages) {
  return static_cast<int>(std::count_if(messages.begin(), messages.end(), [](const MessageRecord& message) {
    return message.page.tracking == Tracking::Aggregate;
  }));
}

Result<std::optional<CountedVisits>> read_counted_visits(const Ledger& ledger, std::string_view campaign_id,
                                                         std::span<const MessageRecord> messages) {
  CountedVisits counted{counted_messages(messages), {}};
  if (counted.messages == 0) return std::nullopt;
  if (counted.is_told()) counted.counts = TRY(ledger.counts(campaign_id));
  return counted;
}

std::optional<CountedVisits> of_those_left(std::optional<CountedVisits> counted, std::span<const MessageRecord> left) {
  if (!counted) return std::nullopt;
  counted->messages = counted_messages(left);
  if (counted->messages == 0) return std::nullopt;
  if (!counted->is_told()) counted->counts.clear();
  return counted;
}

std::string why_counts_are_not_told(const CountedVisits& counted) {
  return fmt::format("told from {} published messages on, as below that a number would name a person (now {})",
                     kFewestCountedMessages, counted.messages);
}

}  // namespace candid::track
