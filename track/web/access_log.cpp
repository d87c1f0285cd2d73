#include "track/web/access_log.h"

#include <algorithm>
#include <iterator>

#include <fmt/format.h>

#include "core/log.h"

namespace candid::track {
namespace {

constexpr std::string_view kWords[] = {
    "v", "m", "api", "healthz", "metrics", "store", "ledger", "judge",
    // Of a link, and of its media.
    "media", "events", "passcode", "privacy", "contents", "reply", "video", "reaction", "data", "erase", "consent",
    "video.mp4", "poster.jpg", "captions.vtt", "logo.png",
    // The dashboard's.
    "r", "c", "login", "logout",
    // The calls of ledger_api.h.
    "upsert_messages", "find_message", "messages", "campaigns", "put_link", "find_link", "admit_view", "revoke_link",
    "revoke_links", "stop_tracking", "append", "history", "drop_networks_before", "add_api_token", "api_tokens",
    "remove_api_token", "find_api_token", "backup", "find_links", "revoke_messages", "ledger_id", "find_erasure",
    "find_erased", "readmit"};
constexpr int kMostWords = 3;

std::string_view method_name(Method method) {
  switch (method) {
    case Method::Get:
      return "GET";
    case Method::Head:
      return "HEAD";
    case Method::Post:
      return "POST";
    case Method::Put:
      return "PUT";
    case Method::Delete:
      return "DELETE";
    case Method::Other:
      break;
  }
  return "OTHER";
}

}  // namespace

std::string access_path(std::string_view path) {
  std::string shown;
  for (int word = 0; word < kMostWords && path.starts_with('/'); ++word) {
    path.remove_prefix(1);
    std::string_view part = path.substr(0, path.find('/'));
    path.remove_prefix(part.size());
    bool known = part.empty() || std::find(std::begin(kWords), std::end(kWords), part) != std::end(kWords);
    shown += '/';
    shown += known ? part : std::string_view("*");
    if (!known && shown.starts_with("/api/")) return shown;  // an object's name has several parts
  }
  return shown.empty() ? "*" : shown;
}

void log_access(const Access& access) {
  log::write(kAccessLevel, "track",
             fmt::format("method={} path={} status={} bytes={} ms={}", method_name(access.method), access.path,
                         access.status, access.sent, access.took.count()));
}

}  // namespace candid::track
