#pragma once
// What the dashboard's pages share while they are put together. Internal to track.

#include <string>
#include <string_view>

#include "core/error.h"
#include "track/dashboard/pages.h"
#include "track/pages/page_template.h"

namespace candid::track {

// The template `name` with its values, in the frame.
Result<std::string> framed(const PageFrame& frame, std::string_view name, const std::string& title, PageValues values);

// texts NAME and NAME_iso, flag has_NAME.
void set_time(PageValues& values, const std::string& name, const std::optional<UtcTime>& time);
// texts state, state_word, tone, reason, watched, percent; flags has_watched.
void set_state(PageValues& values, ViewState state, const std::string& reason, double seconds, double fraction);
// The candidate's name, or where there is none their id.
const std::string& shown_name(const MessageRecord& message);

// Part of a path: an id, whatever is in it.
std::string path_part(std::string_view id);

}  // namespace candid::track
