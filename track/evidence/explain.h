#pragma once
// A session's facts in words, for whoever asks why a verdict is what it is.

#include <string>
#include <vector>

#include "track/evidence/evidence.h"

namespace candid::track {

// In the order a visit goes: where from, what was asked for, what the page reported, what was credited. Holds no
// address.
std::vector<std::string> explain(const SessionVerdict& verdict);

}  // namespace candid::track
