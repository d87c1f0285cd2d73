#pragma once
// What is left out at both ends of a take, in campaign.toml's own way of counting: the end is a time of the take
// ("12s") or counts back from its end ("-0.5s"). What a person moves keeps its way; what they do not keeps its words.

#include <string>
#include <vector>

#include "campaign/campaign_file.h"
#include "capture/check/sound_findings.h"
#include "core/time.h"
#include "gui/campaign_edits.h"
#include "overlay/template.h"

namespace candid::gui {

struct TrimMarks {
  overlay::TimeMark start{};
  overlay::TimeMark end{Microseconds{0}, true};
};

TrimMarks trim_of(const campaign::Campaign& campaign);

// What they cut off a take of this length; together never more than there is.
capture::Trim cut_by(const TrimMarks& marks, Microseconds length);
// Of what is left of a take: how far somebody is in it, and how long it is. In what is cut off they are at its end.
struct PlayTime {
  Microseconds position;
  Microseconds length;
  bool operator==(const PlayTime&) const = default;
};
PlayTime play_time(const capture::Trim& cut, Microseconds take, Microseconds position);
// So that they cut this off instead. A mark that cuts as much already stays as it is.
void move_to(TrimMarks& marks, const capture::Trim& cut, Microseconds length);

// For campaign.toml, to a hundredth of a second. `said` is what it says now; words of it that mean the same stay.
std::vector<std::string> trim_words(const TrimMarks& marks, const std::vector<std::string>& said);

// Writes it, unless it cuts nothing off and nothing is said. On failure edits.problem() says why.
bool set_trim(CampaignEdits& edits, const TrimMarks& marks);
// The take begins and ends as it was recorded. On failure as above.
bool drop_trim(CampaignEdits& edits);

}  // namespace candid::gui
