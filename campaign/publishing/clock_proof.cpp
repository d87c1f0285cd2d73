#include "campaign/publishing/clock_proof.h"

#include <fmt/format.h>

#include "core/digest.h"

namespace candid::campaign {
namespace {

// "60 days", "3 hours", "12 minutes"
std::string in_words(std::chrono::milliseconds span) {
  auto minutes = std::chrono::duration_cast<std::chrono::minutes>(span).count();
  auto [number, unit] = minutes >= 2 * 24 * 60 ? std::pair(minutes / (24 * 60), "days")
                        : minutes >= 2 * 60    ? std::pair(minutes / 60, "hours")
                                               : std::pair(minutes, "minutes");
  return fmt::format("{} {}", number, unit);
}

}  // namespace

bool clocks_agree(UtcTime ours, UtcTime ledgers) {
  return ours - ledgers <= kClockTolerance && ledgers - ours <= kClockTolerance;
}

Result<void> ClockProof::judge(UtcTime ours, UtcTime ledgers) {
  is_given_ = clocks_agree(ours, ledgers);
  if (is_given_) return {};
  bool is_behind = ours < ledgers;
  return fail(
      ErrorKind::Unsupported,
      fmt::format("this machine's clock is {} {} the ledger's ({} here, {} there): links would end at a wrong time",
                  in_words(is_behind ? ledgers - ours : ours - ledgers), is_behind ? "behind" : "ahead of",
                  format_utc(ours), format_utc(ledgers)),
      "set the clock that is wrong (timedatectl), and run the same command again");
}

Result<void> ClockProof::give(const std::string& message_id) {
  if (is_given_) return {};
  // Without an end, as a wrong clock would give it one that is past. The owner's, so that it never counts as a
  // candidate's, whatever becomes of it.
  Sha256 digest = sha256(track::make_token());
  UtcTime now = clock_.now();
  TRY_VOID(ledger_.put_link(digest, message_id, track::Purpose::Owner, {}));
  auto found = ledger_.find_link(digest);
  if (auto ended = ledger_.revoke_link(digest); !ended) {
    return tl::unexpected(
        ended.error().wrapped("the ledger has a link that only tells its clock, and it could not be ended"));
  }
  std::optional<track::LinkRecord> record = TRY(std::move(found));
  if (!record)
    return fail(ErrorKind::Corrupt, "the ledger does not show a link that it was just given",
                "run the same command again");
  return judge(now, record->created_at);
}

}  // namespace candid::campaign
