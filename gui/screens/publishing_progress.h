#pragma once
// How far making and sending are: of all, and of each candidate.

#include <cstdint>
#include <string>

#include "gui/publishing.h"
#include "gui/screens/screens.h"

namespace candid::gui {

// "5 kB", "1.2 MB"
std::string megabytes(uint64_t bytes);

void draw_stage(Ui& ui, const PublishingView& view);
// Each candidate's video, in a table as high as there is room.
void draw_videos(Ui& ui, const PublishingView& view);

}  // namespace candid::gui
