#include "campaign/status.h"

#include <fmt/format.h>

#include "core/suggest.h"

namespace candid::campaign {

Result<std::vector<CampaignStatus>> read_status(const track::Ledger& ledger, const std::string& campaign_id) {
  std::vector<CampaignStatus> all;
  std::vector<std::string> ids;
  for (const track::CampaignSummary& summary : TRY(ledger.campaigns())) {
    ids.push_back(summary.id);
    if (!campaign_id.empty() && summary.id != campaign_id) continue;
    CampaignStatus status{summary.id, summary.name, {}};
    for (track::MessageRecord& message : TRY(ledger.messages(summary.id))) {
      std::vector<track::LinkHistory> histories = TRY(ledger.history(message.message_id));
      track::CandidateView view = track::judge(histories, {.duration = message.duration, .mail_accepted_at = {}});
      status.messages.push_back({std::move(message), std::move(view)});
    }
    all.push_back(std::move(status));
  }
  if (all.empty() && !campaign_id.empty()) {
    return fail(ErrorKind::NotFound, fmt::format("nothing of the campaign \"{}\" is published", campaign_id),
                ids.empty() ? "candid publish CAMPAIGN" : "published: " + join(ids));
  }
  return all;
}

}  // namespace candid::campaign
