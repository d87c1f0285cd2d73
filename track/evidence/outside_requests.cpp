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
constexpr size_t kLongestPath = 4096;

constexpr uint64_t kMostLength = 1'000'000'000'000'000;
constexpr int kRefused = 400;  // statuses from here on send nothing of what was asked for

struct ByteRange {
  uint64_t first = 0;
  std::optional<uint64_t> length{};  // none: to the end
  bool from_end = false;             // the last `length` bytes
  std::optional<double> size{};      // of the file, where it is told with the range
};

std::optional<uint64_t> whole_number(std::string_view text) {
  uint64_t number = 0;
  const char* end = text.data() + text.size();
  auto [rest, status] = std::from_chars(text.data(), end, number);
  return status == std::errc{} && rest == end && number < kMostLength ? std::optional(number) : std::nullopt;
}

// "bytes=0-1", "0-", "bytes=-500", and as it is answered, "bytes 0-1/3000"; anything else is all of it.
ByteRange range_of(std::string_view text) {
  text.remove_prefix(std::min(text.find_first_of("0123456789-"), text.size()));
  ByteRange range;
  if (size_t slash = text.find('/'); slash != std::string_view::npos) {
    if (auto size = whole_number(text.substr(slash + 1))) range.size = static_cast<double>(*size);
    text = text.substr(0, slash);
  }
  if (text.starts_with('-')) {
    range.length = whole_number(text.substr(1));
    range.from_end = range.length.has_value();
    return range;
  }
  const char* end = text.data() + text.size();
  auto [dash, status] = std::from_chars(text.data(), end, range.first);
  if (status != std::errc{} || dash == end || *dash != '-') return {};
  uint64_t last = 0;
  if (std::from_chars(dash + 1, end, last).ec == std::errc{} && last >= range.first && last < kMostLength) {
    range.length = last - range.first + 1;
  }
  return range;
}

// "bytes": "0-1"
bool is_range_in_bytes(const OutsideFields& request) {
  const json* sent = request.raw(keys::kSent);
  return sent != nullptr && sent->is_string() && sent->get_ref<const std::string&>().find('-') != std::string::npos;
}

// As an object, as a list of pairs, or of {"name", "value"}.
std::optional<OutsideFields> headers_of(const OutsideFields& request) {
  static constexpr FieldKey kName{"name"};
  static constexpr FieldKey kValue{"value"};
  const json* told = request.raw(keys::kHeaders);
  if (told == nullptr || !told->is_array()) return request.object(keys::kHeaders);
  json headers = json::object();
  for (const json& header : *told) {
    if (header.is_array() && header.size() == 2 && header[0].is_string() && header[1].is_string()) {
      headers[header[0].get<std::string>()] = header[1].get<std::string>();
      continue;
    }
    const OutsideFields fields(header, "\"headers\"");
    headers[fields.text(kName).value_or("")] = fields.text(kValue).value_or("");
  }
  return OutsideFields::owning(std::move(headers), "\"headers\"");
}

// What was answered tells more than what was asked for: as its header, as [first, last], or by name.
ByteRange told_range(const OutsideFields& request) {
  const json* raw = request.raw(keys::kRange);
  const auto headers = headers_of(request);
  if (auto answered = request.text(keys::kContentRange)) return range_of(*answered);
  if (auto answered = headers ? headers->text(keys::kContentRange) : std::nullopt) return range_of(*answered);
  if (raw == nullptr && is_range_in_bytes(request)) return range_of(request.text(keys::kSent).value_or(""));
  if (raw == nullptr) {
    auto header = headers ? headers->text(keys::kRange) : std::nullopt;
    return range_of(header.value_or(""));
  }
  if (raw->is_string()) return range_of(request.text(keys::kRange).value_or(""));
  const auto ranges = request.ranges(keys::kRange, 0, kMostBytes);
  if (ranges.empty() || ranges.front().second < ranges.front().first) return {};
  const auto first = static_cast<uint64_t>(ranges.front().first);
  ByteRange range;
  range.first = first;
  range.length = static_cast<uint64_t>(ranges.front().second) - first + 1;
  return range;
}

// The media of a request that was refused: asked for, and nothing sent.
bool was_refused(const OutsideFields& request) {
  const json* status = request.raw(keys::kStatus);
  if (status == nullptr) return false;
  if (status->is_number()) return status->get<double>() >= kRefused;
  const std::string words = request.text_if_any(keys::kStatus).value_or("");  // "404 Not Found"
  int number = 0;
  std::from_chars(words.data(), words.data() + words.size(), number);
  return number >= kRefused;
}

void add_media(EventMaker& events, const OutsideFields& request, double at, const std::optional<std::string>& agent) {
  ByteRange range = told_range(request);
  auto size = request.number(keys::kSize, 0, kMostBytes);
  if (!size) size = range.size;
  std::optional<double> sent;
  if (!is_range_in_bytes(request)) sent = request.number(keys::kSent, 0, kMostBytes);
  bool probe = range.length && range.first + *range.length <= kProbeBytes;
  if (!sent && range.length && (size || probe)) sent = static_cast<double>(*range.length);
  if (!size && probe) size = kSomeSize;
  if (range.from_end && size)
    range.first = static_cast<uint64_t>(*size) - std::min<uint64_t>(*range.length, static_cast<uint64_t>(*size));
  if (was_refused(request)) {
    sent = 0;
    size = size.value_or(kSomeSize);
  }
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
  auto headers = headers_of(from);
  if (tells_of_prefetch(from, keys::kSecPurpose) || (headers && tells_of_prefetch(*headers, kPurposes))) return true;
  return from.any_flag(keys::kPrefetch);
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
    LinkPath link = link_in(request.path);
    if (link.token.empty()) return;
    Arrival arrival;
    arrival.mail = "one, by " + link.way;  // two ways to pages are no two links: one may lead to the other
    arrival.at = UtcTime(milliseconds_of(request.at));
    arrival.link = std::move(link.token);
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
    all_.video |= told.asked == Asked::Media;
    const bool headers = told.asked == Asked::Headers || (method != "get" && method != "post");
    // Whoever follows the link that people cannot see has followed it, by whatever method.
    if (told.asked == Asked::Trap) {
      events_.request(EventKind::Trap, at, json::object(), agent);
    } else if (headers) {
      events_.request(EventKind::Head, at, json::object(), agent);
      if (told.asked == Asked::Page) links_.add(told);
    } else if (told.asked == Asked::Media && method == "get") {
      add_media(events_, request, at, agent);
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
    bool prefetch = told_prefetch(request).value_or(line_prefetch_.value_or(false));
    prefetch |= tells_of_prefetch(request, keys::kKind) || request.flag(keys::kPrerender).value_or(false);
    json body = {{"prefetch", prefetch}};
    if (is_by_owner(request)) body["owner"] = true;
    events_.request(EventKind::Page, told.at, body, agent);
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

bool is_by_owner(const OutsideFields& from) {
  if (from.any_flag(keys::kOwner).value_or(false)) return true;
  const std::vector<const json*> proofs = from.all(keys::kOwnerProof);
  return std::any_of(proofs.begin(), proofs.end(), [](const json* proof) {
    if (!proof->is_string()) return *proof == true || *proof == 1;
    const std::string word = lower_ascii(proof->get_ref<const std::string&>());
    return !word.empty() && word != "false" && word != "no" && word != "none" && word != "0";
  });
}

std::vector<std::string> agents_in(const OutsideFields& request) {
  std::vector<std::string> agents = request.texts_cut(keys::kAgent, kLongestAgent);
  if (auto headers = headers_of(request)) {
    for (std::string& agent : headers->texts_cut(keys::kAgent, kLongestAgent)) agents.push_back(std::move(agent));
  }
  return agents;
}

std::optional<std::string> agent_in(const OutsideFields& request) {
  std::vector<std::string> agents = agents_in(request);
  return agents.empty() ? std::nullopt : std::optional(std::move(agents.front()));
}

namespace {

// Of a line without "requests": what it says of the one that there was.
OutsideFields request_of_line(const OutsideFields& line) {
  json request = {{"kind", "page"}};
  const std::string path = line.text_if_any(keys::kPath).value_or("").substr(0, kLongestPath);
  if (!path.empty() && asked_for(path) == Asked::Page) request = {{"kind", "page"}, {"path", path}};
  const bool head_only = lower_ascii(line.text_if_any(keys::kMethod).value_or("")) == "head";
  if (head_only || line.flag(keys::kHeadOnly).value_or(false)) request["method"] = "HEAD";
  return OutsideFields::owning(std::move(request), "requests");
}

}  // namespace

AddedRequests add_requests(EventMaker& events, const OutsideFields& line) {
  Requests all(events, line);
  std::vector<OutsideFields> requests = line.objects(keys::kRequests, request_from_text);
  for (OutsideFields& event : events_of(line)) {
    if (is_request(event)) requests.push_back(std::move(event));
  }
  if (requests.empty() && !line.has(keys::kRequests)) requests.push_back(request_of_line(line));
  const std::vector<double> moments = moments_of(requests);
  for (size_t i = 0; i < requests.size(); ++i) all.add(requests[i], moments[i]);
  if (line.any_flag(keys::kTrap).value_or(false)) {
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
