#pragma once
// Internal to track. What the fields of a session from outside are called (docs/views.md), and what else they may be
// called.

#include <array>
#include <span>
#include <string_view>

namespace candid::track {

struct FieldKey {
  std::string_view name;  // as docs/views.md has it
  // Further names, in small letters and without "_", "-" and spaces: none of these make a difference.
  std::array<std::string_view, 10> others{};
  bool is_time = false;  // in seconds, or with its unit behind the name
};

namespace keys {

// A line
inline constexpr FieldKey kId{"id", {"case", "caseid", "sessionid"}};
inline constexpr FieldKey kAgent{"agent", {"useragent", "ua"}};
inline constexpr FieldKey kNetwork{
    "network", {"ip", "ipaddress", "address", "asn", "as", "asname", "org", "networkname", "networktype"}};
inline constexpr FieldKey kSinceMail{"seconds_since_mail",
                                     {"sincemail", "secondsaftermail", "aftermail", "secondssincedelivery",
                                      "sincedelivery", "secondssincesend", "mailage"},
                                     true};
inline constexpr FieldKey kDuration{"duration", {"videoduration", "videolength", "video"}, true};
inline constexpr FieldKey kOwner{"owner", {"isowner", "recruiter"}};
inline constexpr FieldKey kPurpose{"purpose"};
inline constexpr FieldKey kRequests{"requests"};
inline constexpr FieldKey kServedHere{"media_served_here"};
inline constexpr FieldKey kEvents{"events", {"reports", "beacons"}};
inline constexpr FieldKey kInputs{"inputs", {"inputevents", "input"}};
inline constexpr FieldKey kPlayed{
    "played", {"playedranges", "playranges", "watched", "watchedranges", "ranges", "playedseconds", "watchedseconds"}};
inline constexpr FieldKey kWall{"wall_seconds", {"wall", "walltime", "wallclock", "elapsed"}, true};
inline constexpr FieldKey kPlay{"play"};
inline constexpr FieldKey kAutoplay{"autoplay", {"autoplayed"}};
inline constexpr FieldKey kScript{"script", {"javascript", "js", "scriptran"}};
inline constexpr FieldKey kMail{"mail", {"mailid"}};
inline constexpr FieldKey kLink{"link", {"linkid"}};
inline constexpr FieldKey kSourceGroup{"source_group", {"sourceid"}};
inline constexpr FieldKey kCandidate{"candidate", {"candidateid"}};
inline constexpr FieldKey kStartsAt{"starts_at", {"start", "startedat"}, true};
inline constexpr FieldKey kLinksIn10s{"links_of_mail_in_10s"};
inline constexpr FieldKey kCandidatesIn2min{"candidates_of_source_in_2min"};

// The browser, on the line or in a "load"; its player, on the line or in a "beat"
inline constexpr FieldKey kWebdriver{"webdriver", {"navigatorwebdriver"}};
inline constexpr FieldKey kPrerendered{"prerendered", {"prerender", "prerendering"}};
inline constexpr FieldKey kVisible{"visible", {"pagevisible"}};
inline constexpr FieldKey kHidden{"hidden"};
inline constexpr FieldKey kOuter{"outer", {"outersize", "window"}};
inline constexpr FieldKey kOuterWidth{"outer_width"};
inline constexpr FieldKey kOuterHeight{"outer_height"};
inline constexpr FieldKey kGpu{"gpu", {"renderer", "webglrenderer", "gpurenderer"}};
inline constexpr FieldKey kMuted{"muted"};
inline constexpr FieldKey kRate{"rate", {"playbackrate", "speed"}};

// Requests
inline constexpr FieldKey kMethod{"method", {"verb"}};
inline constexpr FieldKey kKind{"kind", {"pathkind", "type", "path", "url", "resource"}};
inline constexpr FieldKey kAt{"at", {"time", "t", "offset"}, true};
inline constexpr FieldKey kPrefetch{"prefetch", {"isprefetch"}};
inline constexpr FieldKey kSecPurpose{"sec_purpose", {"purpose"}};
inline constexpr FieldKey kHeaders{"headers"};
inline constexpr FieldKey kRange{"range"};
inline constexpr FieldKey kSent{"sent", {"bytes", "bytessent"}};
inline constexpr FieldKey kSize{"size", {"filesize", "total"}};

// Inputs and reports
inline constexpr FieldKey kTrusted{"trusted", {"istrusted"}};
inline constexpr FieldKey kKeyboard{"keyboard", {"iskeyboard", "key"}};
inline constexpr FieldKey kInputKind{"kind", {"type", "event"}};
inline constexpr FieldKey kMs{
    "ms", {"atms", "timems", "tms", "offsetms", "sinceloadms", "afterloadms", "mssinceload", "msafterload"}};
inline constexpr FieldKey kSinceLoad{"at", {"sinceload", "afterload", "secondssinceload", "secondsafterload"}, true};
inline constexpr FieldKey kRanges{"ranges", {"played", "playedranges"}};
inline constexpr FieldKey kSequence{"sequence", {"seq"}};

// Ranges and sizes that are told by name
inline constexpr FieldKey kFrom{"from", {"start", "begin"}, true};
inline constexpr FieldKey kTo{"to", {"end"}, true};
inline constexpr FieldKey kWidth{"width", {"w"}};
inline constexpr FieldKey kHeight{"height", {"h"}};

}  // namespace keys

// What a line, a request and so on may hold; what else it does is told as a likely slip.
std::span<const FieldKey* const> keys_of_line();
std::span<const FieldKey* const> keys_of_request();
std::span<const FieldKey* const> keys_of_input();
std::span<const FieldKey* const> keys_of_play();
std::span<const FieldKey* const> keys_of_report();

}  // namespace candid::track
