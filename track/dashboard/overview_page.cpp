// The campaigns.

#include <fmt/format.h>

#include "track/dashboard/page_frame.h"
#include "track/dashboard/words.h"

namespace candid::track {
namespace {

PageValues values_of(const OverviewEntry& entry) {
  PageValues values;
  const CampaignSummary& campaign = entry.campaign;
  const CampaignFigures figures = entry.figures.value_or(CampaignFigures{});
  values.texts["id"] = campaign.id;
  values.texts["address"] = path_part(campaign.id);
  values.texts["name"] = campaign.name.empty() ? campaign.id : campaign.name;
  values.texts["candidates"] = counted(static_cast<size_t>(campaign.messages), "candidate", "candidates");
  values.flags["has_figures"] = entry.figures.has_value();
  values.texts["opened"] = fmt::to_string(figures.opened);
  values.texts["viewed"] = fmt::to_string(figures.viewed);
  values.texts["replied"] = fmt::to_string(figures.replied);
  values.texts["wishes"] = counted(static_cast<size_t>(figures.wishes), "request", "requests");
  values.flags["has_wishes"] = figures.wishes > 0;
  values.flags["persons"] = figures.persons;
  set_time(values, "published", campaign.published_at);
  return values;
}

}  // namespace

Result<std::string> render_overview(const PageFrame& frame, const std::vector<OverviewEntry>& campaigns) {
  PageValues values;
  values.groups["campaigns"] = {};
  for (const OverviewEntry& entry : campaigns) values.groups["campaigns"].push_back(values_of(entry));
  values.flags["has_campaigns"] = !campaigns.empty();
  return framed(frame, "dashboard_overview.html", "Campaigns", std::move(values));
}

}  // namespace candid::track
