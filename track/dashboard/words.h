#pragma once
// The dashboard's words for what the ledger and the evidence hold. Internal to track.

#include <string>
#include <string_view>

#include "core/time.h"
#include "track/dashboard/said.h"
#include "track/evidence/view_state.h"

namespace candid::track {

// "Watched 50 %", "Opened, not confirmed", "Mail scanner".
std::string_view state_in_words(ViewState state);
// How it is coloured, a class of dashboard.css: "none", "machine", "doubt", "person", "viewed", "apart".
std::string_view tone_of(ViewState state);

// "22 Nov 2026, 12:00 UTC"; the page's script tells it in the reader's own time.
std::string time_in_words(UtcTime time);
// "0:32", "1:02:05"
std::string position(double seconds);
// "1 candidate", "8 candidates"
std::string counted(size_t number, std::string_view one, std::string_view many);

// "🙏 Thank you"; empty for none, and the name itself for one of a newer program.
std::string reaction_in_words(std::string_view name);
// "2 replies, 👍 Sounds good, wants to be erased"; empty for nothing.
std::string said_in_words(const SaidSummary& said);

}  // namespace candid::track
