#pragma once
// What is likely wrong with a row that can be drawn all the same: the name of another column, a placeholder, capitals,
// a stray comma. Judged by the cells alone, before anything is drawn.

#include <vector>

#include "campaign/job.h"
#include "core/finding.h"

namespace candid::campaign {

// For each candidate of the roster, in its order. Each finding names the roster's file, line and column. An Error is
// something that nobody wants on a picture (a mail address for a name, "#REF!"): such a row is held until it is
// approved. Warnings may well be right as they are.
std::vector<Findings> preflight(const Campaign& campaign, const Roster& roster);

}  // namespace candid::campaign
