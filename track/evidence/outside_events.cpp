#include "track/evidence/outside_events.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "core/text.h"
#include "track/evidence/kept_list.h"
#include "track/evidence/outside_kinds.h"

namespace candid::track {
namespace {

using nlohmann::json;

constexpr double kLongestVisitMs = kLongestVisitSeconds * 1000;
constexpr double kFastestRate = 16;
constexpr double kSlowestRate = 0.0625;
constexpr double kLoadAfterPage = 0.5;      // seconds, where nothing tells when
constexpr double kLeastMilliseconds = 100;  // of a number that is either: an input so many seconds after load is rare
constexpr const char* kSession = "session";
constexpr size_t kLongestNameTold = 40;

json progress_or(EventKind kind, const OutsideFields& event, std::optional<double> ms) {
  switch (kind) {
    case EventKind::Input:
      return input_body(event, ms);
    case EventKind::Play:
      return play_body(event, ms);
    case EventKind::Beat:
    case EventKind::Pause:
    case EventKind::Ended:
    case EventKind::Hide:
      return progress_body(event, keys::kRanges);
    case EventKind::Reaction:
    case EventKind::Reply:
    default:  // what is said; requests come no way here
      return {{"trusted", told_trusted(event).value_or(true)}};
  }
}

// A report that says something here, and what it is.
struct Report {
  const OutsideFields* event;
  EventKind kind;
};

std::vector<Report> reports_in(const std::vector<OutsideFields>& events, std::vector<std::string>& ignored) {
  std::vector<Report> reports;
  for (const OutsideFields& event : events) {
    if (is_request(event)) continue;
    auto name = event.text(keys::kInputKind);
    if (!name) {
      ignored.emplace_back("an event without a \"kind\" is ignored");
      continue;
    }
    const ReportName known = report_named(*name);
    const bool says_nothing =
        (known.weak && !told_trusted(event)) || (known.needs_visibility && !told_visible(event).has_value());
    if (!known.kind || says_nothing) {
      ignored.push_back(fmt::format("\"{}\" is nothing that counts, and ignored", shorten(*name, kLongestNameTold)));
      continue;
    }
    reports.push_back({&event, *known.kind});
  }
  return reports;
}

// When each report arrived. Reports that tell no time came at the pace of what was played, or over the time that the
// line tells for all of it.
class Moments {
 public:
  Moments(const std::vector<Report>& reports, const LineContext& context) : context_(context) {
    std::optional<double> earliest;
    for (const Report& report : reports) {
      auto at = report.event->moment(keys::kAt);
      if (at) earliest = std::min(earliest.value_or(*at), *at);
      if (is_progress(report.kind)) length_ += length(report);
    }
    timed_ = earliest.has_value();
    loaded_ = latest_ = timed_ ? context.page_at : context.page_at + kLoadAfterPage;
    // Requests and reports that are told by two clocks.
    const bool other_clock =
        earliest && (std::abs(*earliest) >= kEpochLike) != (std::abs(context.page_at) >= kEpochLike);
    if (other_clock) shift_ = context.page_at - (std::abs(*earliest) >= kEpochLike ? *earliest - kLoadAfterPage : 0);
  }

  double of(const Report& report) {
    if (timed_) {
      auto at = report.event->moment(keys::kAt);
      latest_ = at ? *at + shift_ : latest_;
    } else if (auto ms = report.event->number(keys::kMs, 0, kLongestVisitMs)) {
      latest_ = std::max(latest_, loaded_ + *ms / 1000);
    } else if (is_progress(report.kind)) {
      latest_ += wall_of(report);
    }
    if (report.kind == EventKind::Load) loaded_ = latest_;
    return latest_;
  }

  double latest() const { return latest_; }

  // Who tells when it happened, and not how long after load, has told both.
  std::optional<double> ms_of(const Report& report, double at) const {
    if (auto ms = report.event->number(keys::kMs, 0, kLongestVisitMs)) return ms;
    const bool tells = report.event->has(keys::kAt) || report.event->moment(keys::kAt).has_value();
    return tells ? std::optional(std::max(0.0, (at - loaded_) * 1000)) : std::nullopt;
  }

 private:
  static bool is_progress(EventKind kind) {
    return kind == EventKind::Beat || kind == EventKind::Pause || kind == EventKind::Ended || kind == EventKind::Hide;
  }
  // 0 for what cannot be: that is told when its turn comes.
  static double length(const Report& report) {
    try {
      return length_of(progress_body(*report.event, keys::kRanges)["ranges"]);
    } catch (const BadField&) {
      return 0;
    }
  }
  double wall_of(const Report& report) const {
    const double part = length(report);
    if (context_.wall) return length_ > 0 ? *context_.wall * part / length_ : 0;
    return part / std::max(kSlowestRate, report.event->number(keys::kRate, 0, kFastestRate).value_or(1));
  }

  const LineContext& context_;
  bool timed_ = false;
  double shift_ = 0;
  double length_ = 0;
  double latest_ = 0;
  double loaded_ = 0;
};

void add_report(EventMaker& events, const Report& report, Moments& moments, bool seen) {
  const OutsideFields& event = *report.event;
  double at = moments.latest();
  try {
    at = moments.of(report);
    auto sequence = event.number(keys::kSequence, 0, 1e9);
    json body = report.kind == EventKind::Load ? load_body(event, seen)
                                               : progress_or(report.kind, event, moments.ms_of(report, at));
    events.report(report.kind, at, body, sequence ? std::optional(static_cast<int64_t>(*sequence)) : std::nullopt,
                  agent_in(event));
  } catch (const BadField& bad) {
    if (!bad.impossible) throw;
    events.impossible(at);
  }
}

std::optional<bool> visible_in_words(const json* told) {
  if (told == nullptr || !told->is_string()) return std::nullopt;
  const std::string word = lower_ascii(told->get_ref<const std::string&>());
  if (word == "visible" || word == "shown" || word == "foreground") return true;
  if (word == "hidden" || word == "invisible" || word == "prerender" || word == "background" || word == "unloaded") {
    return false;
  }
  return std::nullopt;
}

bool is_muted(const OutsideFields& from, bool visible) {
  if (auto muted = from.flag(keys::kMuted)) return *muted;
  if (auto audible = from.flag(keys::kAudible)) return !*audible;
  if (auto volume = from.number(keys::kVolume, 0, 1e6)) return *volume == 0;
  return !visible;  // out of sight, it was heard only where that is told
}

std::pair<double, double> outer_size(const OutsideFields& from) {
  if (from.flag(keys::kWindowless).value_or(false) || !from.flag(keys::kHasWindow).value_or(true)) return {0, 0};
  const json* outer = from.raw(keys::kOuter);
  if (outer != nullptr && outer->is_number()) {
    auto side = from.number(keys::kOuter, 0, 1e6).value_or(0);
    return {side, side};
  }
  return from.size(keys::kOuter, 0, 1e6)
      .value_or(std::pair(from.number(keys::kOuterWidth, 0, 1e6).value_or(1280.0),
                          from.number(keys::kOuterHeight, 0, 1e6).value_or(800.0)));
}

std::string gpu_in(const OutsideFields& from) {
  if (from.flag(keys::kSoftwareGpu).value_or(false)) return "software";
  std::string all;
  for (const std::string& text : from.texts(keys::kGpu)) all += text + " ";
  return all;
}

}  // namespace

std::chrono::milliseconds milliseconds_of(double seconds) {
  return std::chrono::milliseconds(std::llround(seconds * 1000));
}

double length_of(const json& ranges) {
  double sum = 0;
  for (const json& range : ranges) sum += std::max(0.0, range[1].get<double>() - range[0].get<double>());
  return sum;
}

void EventMaker::request(EventKind kind, double at, const json& body, const std::optional<std::string>& agent) {
  add(kind, at, body, std::nullopt, agent);
}

void EventMaker::report(EventKind kind, double at, const json& body, std::optional<int64_t> sequence,
                        const std::optional<std::string>& agent) {
  int64_t number = sequence.value_or(next_);
  next_ = std::max(next_, number + 1);
  add(kind, at, body, number, agent);
}

void EventMaker::impossible(double at) {
  report(EventKind::Beat, at, nullptr);
}

void EventMaker::add(EventKind kind, double at, const json& body, std::optional<int64_t> sequence,
                     const std::optional<std::string>& agent) {
  Event event;
  event.link_id = history_.link.id;
  event.session = kSession;
  event.sequence = sequence;
  event.received_at = began_ + milliseconds_of(at);
  event.kind = kind;
  event.body = body.dump();
  event.agent = agent.value_or(agent_);
  event.network = network_;
  history_.events.push_back(std::move(event));
}

json report_from_text(const std::string& text) {
  return {{"kind", text}};
}

std::optional<bool> told_visible(const OutsideFields& from) {
  if (auto visible = visible_in_words(from.raw(keys::kVisible))) return visible;
  if (auto visible = from.flag(keys::kVisible)) return visible;
  auto hidden = from.flag(keys::kHidden);
  return hidden ? std::optional(!*hidden) : std::nullopt;
}

std::optional<bool> told_trusted(const OutsideFields& from) {
  if (auto trusted = from.flag(keys::kTrusted)) return trusted;
  auto untrusted = from.flag(keys::kUntrusted);
  return untrusted ? std::optional(!*untrusted) : std::nullopt;
}

std::optional<double> since_load(const OutsideFields& from, double loaded) {
  if (auto ms = from.number(keys::kMs, 0, kLongestVisitMs)) return ms;
  auto seconds = from.moment(keys::kSinceLoad);
  if (!seconds) {
    seconds = from.moment(keys::kWhen);
    const json* plain = from.raw(keys::kWhen);
    const bool is_ms = plain != nullptr && plain->is_number() && seconds && *seconds >= kLeastMilliseconds;
    if (is_ms && *seconds < kEpochLike) seconds = *seconds / 1000;
  }
  if (!seconds) return std::nullopt;
  if (*seconds >= kEpochLike) *seconds = std::max(0.0, *seconds - loaded);
  if (*seconds < 0 || *seconds > kLongestVisitSeconds) {
    throw BadField{"an input comes before the page, or years after it", "milliseconds since the page was loaded", true};
  }
  return *seconds * 1000;
}

json load_body(const OutsideFields& from, bool seen) {
  const auto [width, height] = outer_size(from);
  json body = {{"webdriver", from.flag(keys::kWebdriver).value_or(false)},
               {"visible", told_visible(from).value_or(seen)},
               {"prerendered", from.flag(keys::kPrerendered).value_or(false)},
               {"outer", {width, height}},
               {"inner", {width, height}}};
  if (std::string gpu = gpu_in(from); !gpu.empty()) body["gpu"] = gpu;
  return body;
}

json input_body(const OutsideFields& from, std::optional<double> ms) {
  const std::string kind = lower_ascii(from.text(keys::kInputKind).value_or(""));
  const json* key = from.raw(keys::kKey);
  bool keyboard = kind.find("key") != std::string::npos;
  if (key != nullptr) keyboard |= key->is_boolean() ? key->get<bool>() : !key->empty();
  json body = {{"trusted", told_trusted(from).value_or(true)},
               {"keyboard", from.flag(keys::kKeyboard).value_or(keyboard)},
               {"ms", nullptr}};
  if (ms) body["ms"] = *ms;
  return body;
}

json play_body(const OutsideFields& from, std::optional<double> ms) {
  json body = {{"trusted", told_trusted(from).value_or(true)}, {"ms", nullptr}, {"at", 0}};
  if (ms) body["ms"] = *ms;
  return body;
}

json progress_body(const OutsideFields& from, const FieldKey& ranges_key) {
  json ranges = json::array();
  for (auto [first, last] : from.ranges(ranges_key, -kLongestVideoSeconds, kLongestVideoSeconds))
    ranges.push_back({first, last});
  const bool visible = told_visible(from).value_or(true);
  return {{"ranges", std::move(ranges)},
          {"visible", visible},
          {"muted", is_muted(from, visible)},
          {"rate", from.number(keys::kRate, 0, kFastestRate).value_or(1)}};
}

void add_reports(EventMaker& events, const OutsideFields& line, const LineContext& context,
                 std::vector<std::string>& ignored) {
  const std::vector<OutsideFields> told = line.objects(keys::kEvents, report_from_text);
  const std::vector<Report> reports = reports_in(told, ignored);
  Moments moments(reports, context);
  for (const Report& report : reports) add_report(events, report, moments, context.seen);
}

}  // namespace candid::track
