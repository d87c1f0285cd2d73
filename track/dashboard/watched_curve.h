#pragma once
// What was seen of a video, drawn as bars over its time and told in words. Internal to track.

#include <array>
#include <string>
#include <vector>

#include "core/time.h"
#include "track/dashboard/campaign_view.h"
#include "track/pages/page_template.h"

namespace candid::track {

// The height of each stretch, 0 to 1.
using Heights = std::array<double, kStretches>;

// Rectangles of an SVG of 500 by 100, as texts x, y, height: of at least one unit where anything was seen.
std::vector<PageValues::Entry> bars_of(const Heights& heights);

// "0:00–0:32 and 0:45–1:00"; "nothing" without a stretch
std::string seen_in_words(const Heights& heights, Microseconds duration);

Heights drop_off_heights(const DropOff& drop_off);
// "100 % saw the beginning, 60 % the middle, 40 % the end"
std::string drop_off_in_words(const DropOff& drop_off);
// The same in ten steps, as texts from, to, share.
std::vector<PageValues::Entry> drop_off_table(const DropOff& drop_off);

}  // namespace candid::track
