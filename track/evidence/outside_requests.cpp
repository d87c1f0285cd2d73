#include <algorithm>
#include <charconv>
#include <cmath>

#include <nlohmann/json.hpp>

#include "track/evidence/kept_list.h"
#include "track/evidence/outside_events.h"
#include "track/evidence/outside_kinds.h"
#include "track/evidence/shared_signs.h"

namespace candid::track {
namespace {

using nlohmann::json;

constexpr double kMostBytes = 1e15;
constexpr uint64_t kProbeBytes = 2;    // Safari asks for bytes 0-1 to learn the size
constexpr double kSomeSize = 1e6;      // of a video of which only a probe is told
constexpr size_t kLongestAgent = 512;  // as a ledger keeps it

struct ByteRange {
  uint64_t first = 0;
  std::optional<uint64_t> length{};  // none: to the end
};

// "bytes=0-1", "0-", "bytes=100-"; anything else is all of it.
ByteRange range_of(std::string_view text) {
  if (size_t equals = text.find('='); equals != std::string_view::npos) text.remove_prefix(equals + 1);
  ByteRange range;
  const char* end = text.data() + text.size();
  auto [dash, status] = std::from_chars(text.data(), end, range.first);
  if (status != std::errc{} || dash == end || *dash != '-') return {};
  uint64_t last = 0;
  if (std::from_chars(dash + 1, end, last).ec == std::errc{} && last >= range.first && last < 1'000'000'000'000'000) {
    range.length = last - range.first + 1;
  }
  return range;
}

// "bytes": "0-1"
bool is_range_in_bytes(const OutsideFields& request) {
  const json* sent = request.raw(keys::kSent);
  return sent != nullptr && sent->is_string() && sent->get_ref<const std::string&>().find('-') != std::string::npos;
}

// As its header, as [first, last], or by name.
ByteRange told_range(const OutsideFields& request) {
  const json* raw = request.raw(keys::kRange);
  if (raw == nullptr && is_range_in_bytes(request)) return range_of(request.text(keys::kSent).value_or(""));
  if (raw == nullptr) {
    auto headers = request.object(keys::kHeaders);
    auto header = headers ? headers->text(keys::kRange) : std::nullopt;
    return range_of(header.value_or(""));
  }
  if (raw->is_string()) return range_of(request.text(keys::kRange).value_or(""));
  const auto ranges = request.ranges(keys::kRange, 0, kMostBytes);
  if (ranges.empty() || ranges.front().second < ranges.front().first) return {};
  const auto first = static_cast<uint64_t>(ranges.front().first);
  return {first, static_cast<uint64_t>(ranges.front().second) - first + 1};
}

void add_media(EventMaker& events, const OutsideFields& request, double at, const std::optional<std::string>& agent) {
  ByteRange range = told_range(request);
  auto size = request.number(keys::kSize, 0, kMostBytes);
  std::optional<double> sent;
  if (!is_range_in_bytes(request)) sent = request.number(keys::kSent, 0, kMostBytes);
  bool probe = range.length && range.first + *range.length <= kProbeBytes;
  if (!sent && range.length && (size || probe)) sent = static_cast<double>(*range.length);
  if (!size && probe) size = kSomeSize;
  events.request(EventKind::Media, at,
                 {{"first", range.first}, {"length", range.length.value_or(0)}, {"size", size.value_or(0)}}, agent);
  if (sent) events.request(EventKind::MediaEnd, at, {{"sent", *sent}}, agent);
}

bool tells_of_prefetch(const OutsideFields& from, const FieldKey& key) {
  const json* told = from.raw(key);
  if (told == nullptr || !told->is_string()) return false;
  const std::string purpose = lower_ascii(told->get_ref<const std::string&>());
  return purpose.find("prefetch") != std::string::npos || purpose.find("prerender") != std::string::npos ||
         purpose.find("preview") != std::string::npos;
}

// What browsers say of it, in a header of its own or told apart; none where nothing is said.
std::optional<bool> told_prefetch(const OutsideFields& from) {
  static constexpr FieldKey kPurposes{"sec-purpose", {"purpose", "xmoz", "xpurpose"}};
  auto headers = from.object(keys::kHeaders);
  if (tells_of_prefetch(from, keys::kSecPurpose) || (headers && tells_of_prefetch(*headers, kPurposes))) return true;
  return from.flag(keys::kPrefetch);
}

struct Told {
  Asked asked = Asked::Page;
  std::string path{};
  double at = 0;
};

// A link is opened by asking for its page, or for that page's headers.
class Links {
 public:
  void add(const Told& request) {
    std::string token = token_in(request.path);
    if (token.empty()) return;
    Arrival arrival;
    arrival.mail = "one";
    arrival.at = UtcTime(milliseconds_of(request.at));
    arrival.link = std::move(token);
    arrivals_.push_back(std::move(arrival));
  }
  int at_once() const {
    int most = 0;
    for (const SharedSigns& signs : find_shared_signs(arrivals_)) most = std::max(most, signs.links);
    return most;
  }
  std::string first() const { return arrivals_.empty() ? std::string() : arrivals_.front().link; }

 private:
  std::vector<Arrival> arrivals_;
};

void add_other(EventMaker& events, double at, const char* file, const std::optional<std::string>& agent) {
  events.request(EventKind::Media, at, {{"first", 0}, {"length", 0}, {"size", 0}, {"file", file}}, agent);
}

Told told_request(const OutsideFields& request, double at) {
  Told told;
  const std::string what = request.text(keys::kKind).value_or("page");
  told.asked = asked_for(what);
  told.at = at;
  told.path = request.has(keys::kPath) ? request.text(keys::kPath).value_or("") : what;
  return told;
}

class Requests {
 public:
  Requests(EventMaker& events, const OutsideFields& line) : events_(events), line_prefetch_(told_prefetch(line)) {}

  void add(const OutsideFields& request, double at) {
    const Told told = told_request(request, at);
    const std::string method = lower_ascii(request.text(keys::kMethod).value_or("get"));
    const auto agent = agent_in(request);
    first_ = std::min(first_.value_or(at), at);
    const bool headers = told.asked == Asked::Headers || (method != "get" && method != "post");
    // Whoever follows the link that people cannot see has followed it, by whatever method.
    if (told.asked == Asked::Trap) {
      events_.request(EventKind::Trap, at, json::object(), agent);
    } else if (headers) {
      events_.request(EventKind::Head, at, json::object(), agent);
      if (told.asked == Asked::Page) links_.add(told);
    } else if (told.asked == Asked::Media && method == "get") {
      add_media(events_, request, at, agent);
      all_.video = true;
    } else if (told.asked == Asked::Page && method == "get") {
      add_page(request, told, agent);
    } else {
      add_other(events_, at, told.asked == Asked::Image ? "image" : "other", agent);
    }
  }

  AddedRequests all() const {
    AddedRequests all = all_;
    all.all_in_advance = all.page && !any_plain_;
    all.first = first_.value_or(0);
    all.page_at = page_at_.value_or(all.first);
    all.token = links_.first();
    const int links = links_.at_once();
    all.links = links > 1 ? links : 0;
    return all;
  }

 private:
  void add_page(const OutsideFields& request, const Told& told, const std::optional<std::string>& agent) {
    const bool prefetch = told_prefetch(request).value_or(line_prefetch_.value_or(false));
    events_.request(EventKind::Page, told.at, {{"prefetch", prefetch}}, agent);
    any_plain_ |= !prefetch;
    all_.page = true;
    page_at_ = std::min(page_at_.value_or(told.at), told.at);
    links_.add(told);
  }

  EventMaker& events_;
  std::optional<bool> line_prefetch_;
  AddedRequests all_;
  bool any_plain_ = false;
  std::optional<double> first_;
  std::optional<double> page_at_;
  Links links_;
};

// When each was made: as it tells, else with the one before. Those before the first that tells were made when the clock
// began, or with it where the clock counts from 1970.
std::vector<double> moments_of(const std::vector<OutsideFields>& requests) {
  std::vector<std::optional<double>> told;
  double before = 0;
  for (const OutsideFields& request : requests) told.push_back(request.moment(keys::kAt));
  for (const auto& at : told) {
    if (!at) continue;
    before = std::abs(*at) >= kEpochLike ? *at : std::min(*at, 0.0);
    break;
  }
  std::vector<double> moments;
  for (const auto& at : told) moments.push_back(before = at.value_or(before));
  return moments;
}

}  // namespace

bool is_request(const OutsideFields& event) {
  const json* name = event.raw(keys::kInputKind);
  if (name == nullptr || !name->is_string()) return false;
  auto kind = report_named(name->get_ref<const std::string&>()).kind;
  return kind && *kind < EventKind::Load;
}

std::optional<std::string> agent_in(const OutsideFields& request) {
  if (auto agent = request.text_cut(keys::kAgent, kLongestAgent)) return agent;
  auto headers = request.object(keys::kHeaders);
  return headers ? headers->text_cut(keys::kAgent, kLongestAgent) : std::nullopt;
}

AddedRequests add_requests(EventMaker& events, const OutsideFields& line) {
  static const json kPage = {{"kind", "page"}};
  Requests all(events, line);
  std::vector<OutsideFields> requests = line.objects(keys::kRequests, request_from_text);
  for (OutsideFields& event : line.objects(keys::kEvents, report_from_text)) {
    if (is_request(event)) requests.push_back(std::move(event));
  }
  if (requests.empty() && !line.has(keys::kRequests)) requests.emplace_back(kPage, "requests");
  const std::vector<double> moments = moments_of(requests);
  for (size_t i = 0; i < requests.size(); ++i) all.add(requests[i], moments[i]);
  if (line.flag(keys::kTrap).value_or(false)) {
    events.request(EventKind::Trap, moments.empty() ? 0 : moments.back(), json::object());
  }
  return all.all();
}

json request_from_text(const std::string& text) {
  if (text.find_first_not_of("0123456789.-") == std::string::npos) {
    throw BadField{"a number is no request", "\"GET page\", or an object"};
  }
  size_t space = text.find(' ');
  const std::string first = lower_ascii(std::string_view(text).substr(0, space));
  if (space != std::string::npos) return {{"method", first}, {"kind", text.substr(space + 1)}};
  bool is_method = first == "get" || first == "head" || first == "post" || first == "options";
  return is_method ? json{{"method", first}} : json{{"kind", text}};
}

}  // namespace candid::track
