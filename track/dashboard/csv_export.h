#pragma once
// A campaign as a table for spreadsheets. Internal to track.

#include <string>

#include "track/dashboard/campaign_view.h"

namespace candid::track {

// In the roster's order: a table of people has no ranking. A cell that a spreadsheet would run is made harmless
// (csv_row); times are UTC.
std::string csv_of(const CampaignView& view);
// What the browser saves it as: the value of Content-Disposition.
std::string csv_disposition(const CampaignView& view);

}  // namespace candid::track
