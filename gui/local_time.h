#pragma once
// Times as people write them, where they are. What is stored and logged stays UTC.

#include <string>
#include <string_view>

#include "core/time.h"

namespace candid::gui {

// "26 Nov 2026, 22:23", in the window's language and this computer's time zone. The window's thread.
std::string local_time(UtcTime time);
// The same for each "2026-11-26T22:23:44Z" of a text: other floors tell times in that form alone.
std::string with_local_times(std::string_view text);

}  // namespace candid::gui
