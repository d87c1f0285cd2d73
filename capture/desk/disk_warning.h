#pragma once
// Whether a recording may soon have to end.

#include <optional>
#include <string>

#include "capture/recording.h"

namespace candid::capture {

// "the disk has room for 4 min more", once that is worth saying.
std::optional<std::string> disk_warning(const RecordState& state);

}  // namespace candid::capture
