#pragma once
// Internal to track. What a line from outside tells of the page's script in short, on itself: "inputs", "played" and so
// on.

#include <optional>
#include <string>
#include <vector>

#include "track/evidence/outside_events.h"
#include "track/evidence/outside_fields.h"

namespace candid::track {

// The line's "inputs" that a person can have made; scrolling and the like must be told to be trusted. `ignored` gets,
// in words, those that are not.
std::vector<OutsideFields> inputs_of(const OutsideFields& line, std::vector<std::string>* ignored = nullptr);

// Whether a page of which nothing is told was visible: one that was fetched or rendered in advance was so only where
// somebody did something with it.
bool was_seen(const OutsideFields& line, const AddedRequests& asked);

// When, in milliseconds after load, the first of these came that may have started the video; none where none may, 0
// where none that may tells when. `loaded`: when that was, by the line's clock.
std::optional<double> first_start_of(const OutsideFields& line, double loaded);

// The reports that the line tells of in short; none where it tells of no script. What its "events" tell is not told
// again: a load, and how the video was started.
void add_short_form(EventMaker& events, const OutsideFields& line, const AddedRequests& asked, const ToldEvents& told,
                    std::vector<std::string>& slips);

}  // namespace candid::track
