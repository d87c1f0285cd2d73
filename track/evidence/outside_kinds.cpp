#include "track/evidence/outside_kinds.h"

#include <algorithm>
#include <map>
#include <span>
#include <vector>

#include "track/evidence/kept_list.h"
#include "track/evidence/outside_fields.h"

namespace candid::track {
namespace {

constexpr std::string_view kTraps[] = {"trap", "contents", "honeypot", "hidden", "invisible"};
constexpr std::string_view kImages[] = {"image", "img",     "pixel", "poster", "thumb",
                                        "photo", "picture", "icon",  "logo",   "avatar"};
constexpr std::string_view kImageEndings[] = {"jpg", "jpeg", "png", "gif", "webp", "avif", "svg", "ico", "bmp"};
constexpr std::string_view kVideos[] = {"media", "video", "stream"};
constexpr std::string_view kVideoEndings[] = {"mp4", "webm", "m4v", "mov", "m3u8", "mpd", "ogv"};
constexpr std::string_view kOthers[] = {"asset", "script", "style",      "caption",  "subtitle", "font",
                                        "event", "beacon", "robots.txt", "manifest", "other",    "api"};
constexpr std::string_view kOtherEndings[] = {"css",   "js",  "mjs", "vtt", "srt", "woff",
                                              "woff2", "ttf", "txt", "xml", "json"};

using Words = std::span<const std::string_view>;

bool is_one_of(std::string_view text, Words words) {
  return std::find(words.begin(), words.end(), text) != words.end();
}

bool holds_one_of(std::string_view text, Words words) {
  return std::any_of(words.begin(), words.end(),
                     [&](std::string_view word) { return text.find(word) != std::string_view::npos; });
}

std::vector<std::string> folders_of(std::string_view path) {
  if (size_t scheme = path.find("://"); scheme != std::string_view::npos) {
    path.remove_prefix(std::min(path.find('/', scheme + 3), path.size()));
  }
  path = path.substr(0, path.find_first_of("?#"));
  std::vector<std::string> folders;
  while (!path.empty()) {
    const size_t end = std::min(path.find('/'), path.size());
    if (end > 0) folders.emplace_back(path.substr(0, end));
    path.remove_prefix(std::min(end + 1, path.size()));
  }
  return folders;
}

std::string_view ending_of(std::string_view name) {
  const size_t point = name.rfind('.');
  return point == std::string_view::npos ? std::string_view() : name.substr(point + 1);
}

// A folder's name as it stands, or in the plural: tokens hold any letters.
bool is_folder(const std::vector<std::string>& folders, Words words) {
  return std::any_of(folders.begin(), folders.end(), [&](std::string_view name) {
    name = name.substr(0, name.find('.'));
    return is_one_of(name, words) || (name.ends_with('s') && is_one_of(name.substr(0, name.size() - 1), words));
  });
}

Asked asked_by_path(std::string_view path) {
  const std::vector<std::string> folders = folders_of(path);
  if (folders.empty()) return Asked::Page;
  if (is_folder(folders, kTraps)) return Asked::Trap;
  const std::string_view ending = ending_of(folders.back());
  if (is_one_of(ending, kVideoEndings)) return Asked::Media;
  if (is_one_of(ending, kImageEndings)) return Asked::Image;
  if (is_one_of(ending, kOtherEndings)) return Asked::Other;
  if (is_folder(folders, kImages)) return Asked::Image;
  if (is_folder(folders, kVideos)) return Asked::Media;
  return is_folder(folders, kOthers) ? Asked::Other : Asked::Page;
}

using Kinds = std::map<std::string, EventKind, std::less<>>;

const Kinds& kinds() {
  static const Kinds kAll = [] {
    Kinds all;
    auto add = [&](EventKind kind, std::initializer_list<const char*> names) {
      for (const char* name : names) all.emplace(name, kind);
    };
    add(EventKind::Load, {"pageload", "loaded", "domcontentloaded", "ready", "pageview", "onload"});
    add(EventKind::Input, {"click",     "dblclick",  "tap",     "touch",     "touchstart", "touchend",  "pointerdown",
                           "pointerup", "mousedown", "mouseup", "keydown",   "keyup",      "keypress",  "key",
                           "keyboard",  "wheel",     "swipe",   "userinput", "gesture",    "mouseclick"});
    add(EventKind::Play, {"playing", "start", "started", "playstart", "resume", "playclick"});
    add(EventKind::Beat,
        {"heartbeat", "progress", "timeupdate", "tick", "ping", "watch", "watching", "playback", "played"});
    add(EventKind::Pause, {"paused", "stop", "stopped"});
    add(EventKind::Ended, {"end", "finish", "finished", "complete", "completed"});
    add(EventKind::Hide,
        {"hidden", "pagehide", "unload", "beforeunload", "close", "leave", "visible", "show", "shown", "pageshow"});
    add(EventKind::Media, {"video", "mediarequest"});
    add(EventKind::Page, {"pagerequest", "get"});
    add(EventKind::Trap, {"honeypot", "hiddenlink"});
    return all;
  }();
  return kAll;
}

}  // namespace

Asked asked_for(std::string_view what) {
  const std::string lower = lower_ascii(what);
  if (lower.find('/') != std::string::npos) return asked_by_path(lower);
  if (lower == "head") return Asked::Headers;
  if (holds_one_of(lower, kTraps)) return Asked::Trap;
  const std::string_view ending = ending_of(lower);
  if (is_one_of(ending, kVideoEndings)) return Asked::Media;
  if (is_one_of(ending, kImageEndings) || holds_one_of(lower, kImages)) return Asked::Image;
  if (holds_one_of(lower, kVideos)) return Asked::Media;
  if (is_one_of(ending, kOtherEndings) || holds_one_of(lower, kOthers)) return Asked::Other;
  return Asked::Page;
}

LinkPath link_in(std::string_view path) {
  static constexpr std::string_view kPagesOfAnySite[] = {"privacy", "datenschutz", "terms",   "imprint", "impressum",
                                                         "legal",   "cookies",     "contact", "about",   "help",
                                                         "faq",     "healthz",     "login"};
  if (path.find('/') == std::string_view::npos) return {};
  const std::vector<std::string> folders = folders_of(path);
  for (size_t i = 0; i + 1 < folders.size(); ++i) {
    if (folders[i] == "v") return {"v", folders[i + 1]};
  }
  if (folders.empty() || folders.back() == "v" || is_one_of(lower_ascii(folders.back()), kPagesOfAnySite)) return {};
  std::string way;
  for (size_t i = 0; i + 1 < folders.size(); ++i) way += folders[i] + "/";
  return {way, folders.back()};
}

ReportName report_named(std::string_view name) {
  static constexpr std::string_view kWeak[] = {"scroll",      "mousemove", "pointermove", "touchmove",
                                               "pointerover", "mouseover", "hover"};
  static constexpr std::string_view kMoves[] = {"wheel", "swipe"};
  const std::string form = form_of_key(name);
  ReportName known;
  known.weak = is_one_of(form, kWeak);
  known.needs_visibility = form == "visibilitychange" || form == "visibility";
  if (known.weak) {
    known.kind = EventKind::Input;
  } else if (known.needs_visibility) {
    known.kind = EventKind::Hide;
  } else if (auto other = kinds().find(form); other != kinds().end()) {
    known.kind = other->second;
  } else if (auto kind = event_kind(form); kind != EventKind::MediaEnd) {
    known.kind = kind;
  }
  known.activates = !known.weak && !is_one_of(form, kMoves);
  return known;
}

}  // namespace candid::track
