#pragma once
// What is told of a campaign whose visits are counted without persons.

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "core/error.h"
#include "track/evidence/view_counts.h"
#include "track/ledger/ledger.h"

namespace candid::track {

// Below so many messages a number would name somebody: of one message, "viewed: 1" is its candidate.
inline constexpr int kFewestCountedMessages = 5;

struct CountedVisits {
  int messages = 0;     // of the campaign, those whose visits are counted
  ViewCounts counts{};  // nothing unless they are told
  bool is_told() const { return messages >= kFewestCountedMessages; }
};

int counted_messages(std::span<const MessageRecord> messages);
// Nothing where no visit of these messages, all that the campaign has, is counted.
Result<std::optional<CountedVisits>> read_counted_visits(const Ledger& ledger, std::string_view campaign_id,
                                                         std::span<const MessageRecord> messages);
// The same of those who are left, where others were erased.
std::optional<CountedVisits> of_those_left(std::optional<CountedVisits> counted, std::span<const MessageRecord> left);
// Where they are not told: "… are told from five messages on, …".
std::string why_counts_are_not_told(const CountedVisits& counted);

}  // namespace candid::track
