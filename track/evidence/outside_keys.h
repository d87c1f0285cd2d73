#pragma once
// Internal to track. What the fields of a session from outside are called (docs/views.md), and what else they may be
// called.

#include <array>
#include <initializer_list>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace candid::track {

struct FieldKey {
  std::string_view name;  // as docs/views.md has it
  // Further names, in small letters and without "_", "-" and spaces: none of these make a difference.
  std::array<std::string_view, 28> others{};
  bool is_time = false;  // in seconds, or with its unit behind the name
};

namespace keys {

// A line
inline constexpr FieldKey kId{"id", {"case", "caseid", "sessionid"}};
inline constexpr FieldKey kAgent{"agent", {"useragent", "ua"}};
inline constexpr FieldKey kNetwork{
    "network",
    {"ip",          "ipaddress",  "address",     "asn",          "as",     "asname",       "org",      "networkname",
     "networktype", "networkorg", "isp",         "provider",     "asorg",  "networkowner", "clientip", "remoteaddr",
     "asnumber",    "cidr",       "networkkind", "networkclass", "asnorg", "iptype"}};
// What a network is, where it is told apart: true, or a name.
inline constexpr FieldKey kDataCentre{"datacenter",
                                      {"isdatacenter", "datacentre", "isdatacentre", "hosting", "ishosting",
                                       "fromdatacenter", "datacenternetwork", "networkisdatacenter"}};
inline constexpr FieldKey kMailSecurity{"mail_security", {"ismailsecurity", "mailsecuritynetwork", "frommailsecurity"}};
inline constexpr FieldKey kSinceMail{"seconds_since_mail",
                                     {"sincemail",
                                      "secondsaftermail",
                                      "aftermail",
                                      "secondssincedelivery",
                                      "sincedelivery",
                                      "secondssincesend",
                                      "mailage",
                                      "secondssincemailaccepted",
                                      "secondsaftermailaccepted",
                                      "secondsafteraccept",
                                      "secondssinceaccept",
                                      "secondssinceacceptance",
                                      "sinceaccepted",
                                      "secondssincesent",
                                      "timesincemail",
                                      "secondssinceaccepted",
                                      "delayaftermail",
                                      "openedafter",
                                      "deliveredsecondsago",
                                      "mailacceptedsecondsago"},
                                     true};
inline constexpr FieldKey kMailAt{
    "mail_accepted_at",
    {"acceptedat", "mailacceptedtime", "mailsentat", "deliveredat", "mailat", "maildeliveredat"},
    true};
inline constexpr FieldKey kDuration{"duration", {"videoduration", "videolength", "video"}, true};
inline constexpr FieldKey kOwner{
    "owner", {"isowner", "recruiter", "isrecruiter", "ownervisit", "ownerpreview", "previewbyowner"}};
// What proves an owner: true, or the thing itself.
inline constexpr FieldKey kOwnerProof{
    "owner_cookie",
    {"ownertoken", "hasownercookie", "signedownercookie", "ownersignedcookie", "recruitercookie", "recruitertoken"}};
inline constexpr FieldKey kPurpose{
    "purpose", {"linkpurpose", "tokenpurpose", "visitor", "role", "by", "actor", "viewer", "xpurpose", "xmoz"}};
inline constexpr FieldKey kTrap{
    "trap",
    {"trapped", "honeypot", "traplink", "hiddenlink", "hittrap", "traphit", "trapclicked", "clickedtrap",
     "trapfollowed", "followedtrap", "honeypothit", "hiddenlinkclicked", "hiddenlinkfollowed", "hiddentraplink",
     "hiddentrap", "clickedhiddenlink", "followedhiddenlink", "traplinkfollowed", "traplinkclicked"}};
inline constexpr FieldKey kRequests{"requests", {"request", "fetches", "hits"}};
inline constexpr FieldKey kHeadOnly{"head_only", {"onlyhead", "headersonly"}};
inline constexpr FieldKey kServedHere{"media_served_here", {"servedhere", "mediathroughus"}};
inline constexpr FieldKey kEvents{"events", {"reports", "beacons", "event"}};
// Reports of which each is a beat unless it says what else it is.
inline constexpr FieldKey kBeats{"heartbeats", {"beats"}};
inline constexpr FieldKey kInputs{"inputs",
                                  {"inputevents", "input", "interactions", "gestures", "clicks", "firstinput"}};
inline constexpr FieldKey kFirstInputMs{"first_input_ms", {"inputms"}};
inline constexpr FieldKey kFirstInputTrusted{"first_input_trusted", {"trustedinput", "inputtrusted"}};
inline constexpr FieldKey kPlayed{"played",
                                  {"playedranges", "playranges", "watched", "watchedranges", "ranges", "playedseconds",
                                   "watchedseconds", "secondsplayed", "secondswatched", "uniqueseconds", "segments"}};
inline constexpr FieldKey kWall{"wall_seconds", {"wall", "walltime", "wallclock", "elapsed", "elapsedtime"}, true};
inline constexpr FieldKey kPlay{"play"};
// On the line, a play or a report.
inline constexpr FieldKey kAutoplay{"autoplay", {"autoplayed", "isautoplay"}};
inline constexpr FieldKey kGesture{"started_by_gesture",
                                   {"gesture", "usergesture", "bygesture", "trustedgesture", "playtrusted",
                                    "trustedplay", "trustedstart", "starttrusted", "playgesture"}};
inline constexpr FieldKey kStartedBy{"started_by",
                                     {"playstartedby", "playtrigger", "startedwith", "playedby", "started"}};
inline constexpr FieldKey kPlayBy{"started_by", {"by", "trigger", "how", "startedwith", "initiator", "cause"}};
inline constexpr FieldKey kScript{"script", {"javascript", "js", "scriptran", "ranscript"}};
inline constexpr FieldKey kMail{"mail", {"mailid", "messageid", "message"}};
inline constexpr FieldKey kLink{"link", {"linkid", "token", "linktoken"}};
inline constexpr FieldKey kSourceGroup{"source_group", {"sourceid", "sourcekey"}};
inline constexpr FieldKey kCandidate{"candidate", {"candidateid", "recipient", "person"}};
inline constexpr FieldKey kStartsAt{
    "starts_at", {"start", "startedat", "startsat", "began", "beganat", "openedat"}, true};
inline constexpr FieldKey kLinksIn10s{
    "links_of_mail_in_10s",
    {"linksin10s", "linksopenedin10s", "linksofmail", "linkswithin10s", "maillinksin10s", "distinctlinks10s",
     "linksclicked10s", "linksopenedwithin10s", "maillinkswithin10s"}};
inline constexpr FieldKey kCandidatesIn2min{
    "candidates_of_source_in_2min",
    {"candidatesin2min", "candidatesofsource", "candidatespersource2min", "samesourcecandidates",
     "sourcecandidatesin2min", "candidatesfromsourcein2min", "candidatessamesource", "candidatespersourcein2min"}};

// The browser, on the line or in a "load"; its player, on the line or in a "beat"
inline constexpr FieldKey kWebdriver{
    "webdriver", {"navigatorwebdriver", "navigator.webdriver", "iswebdriver", "headless", "isheadless", "automated"}};
inline constexpr FieldKey kClientHints{"sec_ch_ua", {"useragentdata", "brands", "clienthints"}};
inline constexpr FieldKey kPrerendered{"prerendered", {"prerender", "prerendering", "isprerendered"}};
inline constexpr FieldKey kVisible{
    "visible",
    {"pagevisible", "isvisible", "wasvisible", "evervisible", "shown", "wasshown", "visibility", "visibilitystate",
     "documentvisibilitystate", "document.visibilitystate"}};
inline constexpr FieldKey kHidden{"hidden",
                                  {"pagehidden", "documenthidden", "document.hidden", "ishidden", "inbackground",
                                   "background", "nevervisible", "nevershown"}};
inline constexpr FieldKey kOuter{
    "outer", {"outersize", "window", "windowouter", "windowouterdimensions", "outerdimensions", "windowoutersize"}};
inline constexpr FieldKey kWindowless{"without_window",
                                      {"windowless", "nooutersize", "windowwithoutoutersize", "nowindow",
                                       "zerooutersize", "withoutoutersize", "outerzero", "zeroouter"}};
inline constexpr FieldKey kHasWindow{"has_window", {"hasoutersize", "hasouter", "windowhasoutersize"}};
inline constexpr FieldKey kOuterWidth{"outer_width", {"windowouterwidth", "window.outerwidth", "outerw"}};
inline constexpr FieldKey kOuterHeight{"outer_height", {"windowouterheight", "window.outerheight", "outerh"}};
inline constexpr FieldKey kGpu{"gpu",
                               {"renderer", "webglrenderer", "gpurenderer", "webgl", "unmaskedrenderer", "gpuname",
                                "unmaskedrendererwebgl", "graphics"}};
inline constexpr FieldKey kSoftwareGpu{"software_gpu",
                                       {"softwarerendered", "softwarerenderer", "softwarerendering",
                                        "softwarerenderedgpu", "gpusoftware", "issoftwaregpu"}};
inline constexpr FieldKey kMuted{"muted", {"ismuted", "silent"}};
inline constexpr FieldKey kAudible{"audible", {"isaudible", "unmuted", "withsound"}};
inline constexpr FieldKey kVolume{"volume"};
inline constexpr FieldKey kRate{"rate", {"playbackrate", "speed"}};

// Requests
inline constexpr FieldKey kMethod{"method", {"verb", "httpmethod"}};
inline constexpr FieldKey kKind{"kind",
                                {"pathkind", "pathtype", "resourcekind", "resourcetype", "type", "what", "target",
                                 "resource", "path", "url", "uri"}};
inline constexpr FieldKey kPath{"path", {"url", "uri"}};
inline constexpr FieldKey kAt{"at", {"time", "t", "ts", "offset", "timestamp", "receivedat", "arrivedat"}, true};
// The time of a request or a report by a name that says it is one of the session's, in seconds.
inline constexpr FieldKey kAtSeconds{"at", {"receivedat", "arrivedat"}, true};
inline constexpr FieldKey kPrefetch{"prefetch", {"isprefetch", "prefetched", "wasprefetch", "prefetchonly"}};
inline constexpr FieldKey kSecPurpose{"sec_purpose", {"purpose", "xpurpose", "xmoz"}};
inline constexpr FieldKey kPrerender{"prerender", {"prerendered", "prerendering", "isprerender"}};
inline constexpr FieldKey kHeaders{"headers", {"header", "requestheaders"}};
inline constexpr FieldKey kStatus{"status", {"statuscode", "httpstatus", "responsestatus"}};
inline constexpr FieldKey kRange{"range", {"byterange", "rangeheader"}};
inline constexpr FieldKey kContentRange{"content_range"};
inline constexpr FieldKey kSent{"sent", {"bytes", "bytessent", "bytesserved", "sentbytes"}};
inline constexpr FieldKey kSize{"size", {"filesize", "total"}};

// Inputs and reports
inline constexpr FieldKey kTrusted{"trusted", {"istrusted", "genuine"}};
inline constexpr FieldKey kUntrusted{"untrusted", {"synthetic", "scripted", "isuntrusted"}};
inline constexpr FieldKey kKeyboard{"keyboard", {"iskeyboard", "bykeyboard"}};
inline constexpr FieldKey kKey{"key", {"code"}};
inline constexpr FieldKey kInputKind{"kind", {"type", "event", "name", "inputtype", "device"}};
inline constexpr FieldKey kInputType{"type", {"inputtype", "event", "name", "device"}};
inline constexpr FieldKey kMs{"ms",
                              {"atms", "timems", "tms", "offsetms", "sinceloadms", "afterloadms", "mssinceload",
                               "msafterload", "delayms", "timesinceloadms"}};
inline constexpr FieldKey kSinceLoad{
    "at",
    {"sinceload", "afterload", "secondssinceload", "secondsafterload", "timesinceload", "delay", "seconds"},
    true};
// Seconds or milliseconds: which, the number tells.
inline constexpr FieldKey kWhen{"t", {"time", "offset", "timestamp", "when", "ts"}};
inline constexpr FieldKey kRanges{"ranges", {"played", "playedranges", "range", "watched"}};
// Where the video stood, in its seconds.
inline constexpr FieldKey kPosition{"position", {"currenttime", "mediatime", "videotime", "playhead"}};
inline constexpr FieldKey kSequence{"sequence", {"seq", "sequencenumber", "n"}};

// Ranges and sizes that are told by name
inline constexpr FieldKey kFrom{"from", {"start", "begin", "first"}, true};
inline constexpr FieldKey kTo{"to", {"end", "until", "last"}, true};
inline constexpr FieldKey kWidth{"width", {"w"}};
inline constexpr FieldKey kHeight{"height", {"h"}};

}  // namespace keys

// What a line, a request and so on may hold; what else it does is told as a likely slip.
class KeyList {
 public:
  KeyList(std::initializer_list<const FieldKey*> keys);
  // Whether a key of that form is in the list, under any of its names, with a unit behind it where it is a time.
  bool holds(std::string_view form) const { return forms_.contains(form); }
  const std::vector<std::string>& names() const { return names_; }

 private:
  std::vector<std::string> names_;  // as docs/views.md has them
  std::set<std::string, std::less<>> forms_;
};

const KeyList& keys_of_line();
const KeyList& keys_of_request();
const KeyList& keys_of_input();
const KeyList& keys_of_play();
const KeyList& keys_of_report();

// In small letters, without "_", "-" and spaces.
std::string form_of_key(std::string_view key);

// Units of time that may stand behind a name, and what they are in seconds.
struct TimeUnit {
  std::string_view name;
  double seconds = 1;
};
inline constexpr TimeUnit kTimeUnits[] = {{"seconds", 1},          {"secs", 1},       {"sec", 1},   {"s", 1},
                                          {"milliseconds", 0.001}, {"millis", 0.001}, {"ms", 0.001}};

}  // namespace candid::track
