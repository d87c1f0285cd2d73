#include "campaign/status.h"

#include <fmt/format.h>

#include "campaign/publishing/object_sender.h"
#include "campaign/serving/store_library.h"
#include "core/suggest.h"

namespace candid::campaign {
namespace {

// To a ledger that may be far away, at once.
constexpr int kQuestions = 16;

track::ViewContext context_of(const track::MessageRecord& message) {
  track::ViewContext context;
  context.duration = message.duration;
  context.recorded =
      message.page.tracking == track::Tracking::Individual || message.page.tracking == track::Tracking::Consent;
  // A video that a bucket serves is fetched there, which proves nothing against a view.
  context.media_served_here = !is_composed_ref(message.video_ref);
  return context;
}

}  // namespace

Result<std::vector<CampaignStatus>> read_status(const track::Ledger& ledger, const std::string& campaign_id) {
  std::vector<CampaignStatus> all;
  std::vector<std::string> ids;
  for (const track::CampaignSummary& summary : TRY(ledger.campaigns())) {
    ids.push_back(summary.id);
    if (!campaign_id.empty() && summary.id != campaign_id) continue;
    CampaignStatus status{summary.id, summary.name, {}};
    std::vector<track::MessageRecord> messages = TRY(ledger.messages(summary.id));
    std::vector<track::CandidateRecord> candidates(messages.size());
    TRY_VOID(all_or_first_error(messages.size(), kQuestions, {}, [&](size_t i, const std::stop_token&) -> Result<void> {
      std::vector<track::LinkHistory> histories = TRY(ledger.history(messages[i].message_id));
      candidates[i] = track::examine(histories, context_of(messages[i]));
      return {};
    }));
    track::mark_shared_signs(candidates);
    for (size_t i = 0; i < messages.size(); ++i) {
      status.messages.push_back({std::move(messages[i]), track::judge(candidates[i])});
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
