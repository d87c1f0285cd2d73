#pragma once
// One candidate's message as the tracking side knows it: who it is for, what its page says, where its media lie.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"
#include "core/time.h"

namespace candid::track {

// A call to action under the video.
struct Button {
  std::string label;
  std::string url;  // https, http, mailto or tel
  bool operator==(const Button&) const = default;
};

// What is recorded of a candidate's visits.
enum class Tracking {
  Off,        // nothing
  Aggregate,  // how many visits of the campaign there were, of what kind; nothing of whose
  Individual,
  Consent,  // nothing before the candidate agrees
};
std::string_view to_string(Tracking tracking);
std::optional<Tracking> tracking_named(std::string_view name);
const std::vector<std::string>& tracking_names();  // in the order of the enum

// The ground on which a logo can be read.
enum class LogoGround { Any, Light, Dark };
std::string_view to_string(LogoGround ground);
std::optional<LogoGround> logo_ground_named(std::string_view name);

// The brand's logo as the page's header shows it: a PNG of twice the pixels that it takes up there.
struct PageLogo {
  std::string ref{};  // as MessageRecord::poster_ref; empty: there is none
  int width = 0;      // px, of the picture
  int height = 0;
  LogoGround ground = LogoGround::Any;
  bool operator==(const PageLogo&) const = default;
};
inline constexpr int kLargestLogo = 4096;  // px, either side

// The page is in the language of the browser; its texts are in a language that nobody told.
inline constexpr std::string_view kBrowserLanguage = "auto";

// What the view page says; every field is expanded already, so text here is shown as it stands.
struct PageContent {
  std::string language = "en";  // BCP 47, or kBrowserLanguage
  std::string company;
  std::string headline;
  std::string message;  // line breaks are kept
  std::string accent_color = "#2f5bea";
  std::vector<Button> buttons;
  bool captions_in_picture = false;  // then the captions track is offered, but not on from the start
  std::string booking_url{};         // as a button's; empty: none
  bool takes_replies = true;         // replies and reactions
  Tracking tracking = Tracking::Individual;
  PageLogo logo{};
  int keep_days = 0;  // after publishing, all that is recorded of it is erased; 0: as long as the server keeps it
  bool operator==(const PageContent&) const = default;
};

struct MessageRecord {
  std::string campaign_id;
  std::string campaign_name;
  std::string message_id;  // unique over all campaigns
  std::string candidate_id;
  std::string candidate_name;
  std::string candidate_email;
  int roster_line = 0;
  Microseconds duration{};
  PageContent page;
  // Opaque here; a MediaLibrary resolves them.
  std::string video_ref;
  std::string poster_ref;
  std::string captions_ref;  // empty: no captions
  UtcTime published_at{};
  bool operator==(const MessageRecord&) const = default;
};

// InvalidInput when the record has no ids, no duration, a colour that is not "#rrggbb" or a button that leads nowhere
// safe.
Result<void> validate(const MessageRecord& message);

// The page's words as the JSON that the ledger keeps. What came later than the first ledgers is left out where it has
// its default: publishing again then finds the message unchanged.
std::string to_json(const PageContent& page);
Result<PageContent> page_from_json(std::string_view json);

}  // namespace candid::track
