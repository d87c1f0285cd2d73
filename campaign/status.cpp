#include "campaign/status.h"

#include <map>
#include <mutex>

#include <fmt/format.h>

#include "campaign/serving/store_library.h"
#include "core/suggest.h"
#include "track/evidence/campaign_evidence.h"

namespace candid::campaign {
namespace {

// To a ledger that may be far away, at once.
constexpr int kQuestions = 16;

}  // namespace

Result<std::vector<CampaignStatus>> read_status(const track::Ledger& ledger, const std::string& campaign_id) {
  std::mutex mutex;
  std::map<size_t, track::SaidSummary> said;  // by the message's place in the campaign being read
  const track::EvidenceReading reading{kQuestions, [](std::string_view ref) { return !is_composed_ref(ref); },
                                       [&](size_t message, std::span<const track::LinkHistory> histories) {
                                         track::SaidSummary summary = track::sum_up_said(histories);
                                         std::lock_guard lock(mutex);
                                         said[message] = std::move(summary);
                                       }};
  std::vector<CampaignStatus> all;
  std::vector<std::string> ids;
  for (const track::CampaignSummary& summary : TRY(ledger.campaigns())) {
    ids.push_back(summary.id);
    if (!campaign_id.empty() && summary.id != campaign_id) continue;
    CampaignStatus status{summary.id, summary.name, {}, {}};
    track::CampaignEvidence evidence = TRY(track::read_evidence(ledger, summary.id, reading));
    for (size_t i = 0; i < evidence.messages.size(); ++i) {
      status.messages.push_back({std::move(evidence.messages[i]), track::judge(evidence.candidates[i]), said[i]});
    }
    status.counted_visits = std::move(evidence.counted);
    said.clear();
    all.push_back(std::move(status));
  }
  if (all.empty() && !campaign_id.empty()) {
    return fail(ErrorKind::NotFound, fmt::format("nothing of the campaign \"{}\" is published", campaign_id),
                ids.empty() ? "candid publish CAMPAIGN" : "published: " + join(ids));
  }
  return all;
}

}  // namespace candid::campaign
