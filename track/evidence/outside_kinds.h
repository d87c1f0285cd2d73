#pragma once
// Internal to track. What others call requests and reports.

#include <optional>
#include <string>
#include <string_view>

#include "track/evidence/event.h"

namespace candid::track {

enum class Asked { Page, Media, Headers, Trap, Image, Other };

// A word ("page", "media", …), or a path, of which names of folders and the ending tell.
Asked asked_for(std::string_view what);

// Of a path to a page, what tells one link from another, "abc" of "/v/abc?x#y", and the way there, "v": pages of two
// ways are no two links. Empty where there is none, and of pages that any site has ("/privacy").
struct LinkPath {
  std::string way;
  std::string token;
};
LinkPath link_in(std::string_view path);

// What a report of that name is: one of the page's script, a request that stands among the reports, or nothing that
// matters here. Names are those of the page, or of browsers' events.
struct ReportName {
  std::optional<EventKind> kind{};
  bool weak = false;  // browsers tell of it without a person as well (scrolling): it must be told to be trusted
  bool needs_visibility = false;  // says something where it tells whether the page is visible
  bool activates = false;  // may start a video: HTML's "user activation" is of keys, presses and taps, not of moves
};
ReportName report_named(std::string_view name);

}  // namespace candid::track
