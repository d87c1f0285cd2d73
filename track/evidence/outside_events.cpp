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

constexpr double kLoadAfterPage = 0.5;                // seconds, where nothing tells when
constexpr double kMostSequence = 9007199254740992.0;  // 2^53: what a script counts exactly
constexpr size_t kLongestNameTold = 40;
constexpr double kFastestCounted = 2;  // as the credit for what was played
// Milliseconds, and no seconds: so many of them for each second of the video, or so many where none was played.
constexpr double kMillisecondsPerSecond = 20;
constexpr double kMillisecondsAtAll = 1000;

bool is_of_playing(EventKind kind) {
  return kind == EventKind::Beat || kind == EventKind::Pause || kind == EventKind::Ended || kind == EventKind::Hide;
}

// A report that says something here, and what it is.
struct Report {
  const OutsideFields* event;
  EventKind kind;
  bool activates = false;
};

// 0 for what cannot be: that is told when its turn comes.
double played_in(const Report& report) {
  if (!is_of_playing(report.kind)) return 0;
  try {
    return length_of(progress_body(*report.event, *report.event, keys::kRanges)["ranges"]);
  } catch (const BadField&) {
    return 0;
  }
}

void add_reports_of(std::vector<Report>& reports, const std::vector<OutsideFields>& events, bool are_beats,
                    std::vector<std::string>& ignored) {
  for (const OutsideFields& event : events) {
    if (is_request(event)) continue;
    auto name = event.text(keys::kInputKind);
    if (!name && are_beats) name = "beat";
    if (!name) {
      ignored.emplace_back("an event without a \"kind\" is ignored");
      continue;
    }
    ReportName known = report_named(*name);
    if (known.kind == EventKind::Input) {
      const ReportName input = report_named(name_of_input(event));
      known.weak = input.weak;
      known.activates = input.activates;
    }
    const bool says_nothing =
        (known.weak && !told_trusted(event)) || (known.needs_visibility && !told_visible(event).has_value());
    if (!known.kind || says_nothing) {
      ignored.push_back(fmt::format("\"{}\" is nothing that counts, and ignored", shorten(*name, kLongestNameTold)));
      continue;
    }
    reports.push_back({&event, *known.kind, known.activates});
  }
}

// The number under a name that does not say whether it counts seconds or milliseconds.
std::optional<double> time_without_unit(const OutsideFields& event) {
  const json* plain = event.raw(keys::kWhen);
  if (plain == nullptr || !plain->is_number() || event.moment(keys::kAtSeconds)) return std::nullopt;
  const double told = plain->get<double>();
  return std::abs(told) < kEpochLike ? std::optional(told) : std::nullopt;
}

// Times without a unit are milliseconds where the video cannot have run so slowly.
bool counts_milliseconds(const std::vector<Report>& reports) {
  std::vector<std::pair<double, double>> moments;  // when, and how much was played until then
  for (const Report& report : reports) {
    if (auto at = time_without_unit(*report.event)) moments.emplace_back(*at, played_in(report));
  }
  if (moments.empty()) return false;
  std::sort(moments.begin(), moments.end());
  std::vector<double> ratios;
  for (size_t i = 1; i < moments.size(); ++i) {
    const double gap = moments[i].first - moments[i - 1].first;
    if (moments[i].second > 0 && gap > 0) ratios.push_back(gap / moments[i].second);
  }
  if (ratios.empty()) return moments.back().first - moments.front().first > kMillisecondsAtAll;
  std::nth_element(ratios.begin(), ratios.begin() + static_cast<long>(ratios.size() / 2), ratios.end());
  return ratios[ratios.size() / 2] > kMillisecondsPerSecond;
}

// When each report arrived. Reports that tell no time came at the pace of what was played, or over the time that the
// line tells for all of it.
class Moments {
 public:
  Moments(const std::vector<Report>& reports, const LineContext& context)
      : context_(context), in_ms_(counts_milliseconds(reports)) {
    std::optional<double> earliest;
    for (const Report& report : reports) {
      auto at = told_at(*report.event);
      if (at) earliest = std::min(earliest.value_or(*at), *at);
      length_ += played_in(report);
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
      auto at = told_at(*report.event);
      latest_ = at ? *at + shift_ : latest_;
    } else if (auto ms = report.event->number(keys::kMs, 0, kLongestVisitMs)) {
      latest_ = std::max(latest_, loaded_ + *ms / 1000);
    } else if (is_of_playing(report.kind)) {
      if (context_.started_ms) latest_ = std::max(latest_, loaded_ + *context_.started_ms / 1000);
      latest_ += wall_of(report);
    }
    if (report.kind == EventKind::Load) loaded_ = latest_;
    return latest_;
  }

  double latest() const { return latest_; }
  bool in_ms() const { return in_ms_; }

  // Who tells when it happened, and not how long after load, has told both.
  std::optional<double> ms_of(const Report& report, double at) const {
    if (auto ms = report.event->number(keys::kMs, 0, kLongestVisitMs)) return ms;
    const bool tells = report.event->has(keys::kAt) || told_at(*report.event).has_value();
    return tells ? std::optional(std::max(0.0, (at - loaded_) * 1000)) : std::nullopt;
  }

 private:
  std::optional<double> told_at(const OutsideFields& event) const {
    if (auto told = in_ms_ ? time_without_unit(event) : std::nullopt) return *told / 1000;
    return event.moment(keys::kAt);
  }
  double wall_of(const Report& report) const {
    const double part = played_in(report);
    if (context_.wall) return length_ > 0 ? *context_.wall * part / length_ : 0;
    return part / std::max(kSlowestRate, report.event->number(keys::kRate, 0, kFastestRate).value_or(1));
  }

  const LineContext& context_;
  bool in_ms_;
  bool timed_ = false;
  double shift_ = 0;
  double length_ = 0;
  double latest_ = 0;
  double loaded_ = 0;
};

// How the video was started, by what the report tells, else the line; none where neither does.
std::optional<bool> started_by_person(const OutsideFields& event, const OutsideFields& line) {
  if (auto trusted = told_trusted(event)) return trusted;
  if (auto told = told_gesture(event, {&keys::kGesture, &keys::kPlayBy})) return told;
  const json* play = line.raw(keys::kPlay);
  if (play != nullptr && play->is_object()) {
    if (auto told = start_in(*line.object(keys::kPlay))) return told;
  }
  return gesture_of_line(line);
}

json body_of(const Report& report, const LineContext& context, std::optional<double> ms) {
  const OutsideFields& event = *report.event;
  switch (report.kind) {
    case EventKind::Load:
      return load_body(event, context.line, context.seen);
    case EventKind::Input:
      return input_body(event, ms);
    case EventKind::Play:
      return play_body(started_by_person(event, context.line), ms);
    case EventKind::Beat:
    case EventKind::Pause:
    case EventKind::Ended:
    case EventKind::Hide:
      return progress_body(event, context.line, keys::kRanges);
    case EventKind::Reaction:
    case EventKind::Reply:
    default:  // what is said; requests come no way here
      return {{"trusted", told_trusted(event).value_or(true)}};
  }
}

// A report of what cannot be has no body.
ToldReport told_report(const Report& report, Moments& moments, const LineContext& context) {
  ToldReport told;
  told.kind = report.kind;
  told.activates = report.activates;
  told.at = moments.latest();
  try {
    told.at = moments.of(report);
    auto sequence = report.event->number(keys::kSequence, 0, kMostSequence);
    if (sequence) told.sequence = static_cast<int64_t>(*sequence);
    told.body = body_of(report, context, moments.ms_of(report, told.at));
    told.agent = agent_in(*report.event);
  } catch (const BadField& bad) {
    if (!bad.impossible) throw;
    told = {};
    told.at = moments.latest();
  }
  return told;
}

// Of reports that tell where the video stood, and no ranges: it played from where it stood before, unless it cannot
// have come so far in that time.
class Positions {
 public:
  void complete(ToldReport& report, const OutsideFields& event) {
    const json* told = event.raw(keys::kPosition);
    const bool is_told = told != nullptr && told->is_number();
    if (report.body.is_null() || !(is_told || report.kind == EventKind::Play)) return;
    const double position = is_told ? told->get<double>() : last_.value_or(0);
    if (is_of_playing(report.kind) && last_ && report.body["ranges"].empty()) {
      const double most = kFastestCounted * (report.at - at_) + kFastestCounted;
      const bool has_played = position > *last_ && position - *last_ <= most;
      if (has_played) report.body["ranges"].push_back({*last_, position});
    }
    last_ = position;
    at_ = report.at;
  }

 private:
  std::optional<double> last_;
  double at_ = 0;
};

void note(ToldEvents& all, const ToldReport& report) {
  if (report.body.is_null()) return;
  if (report.kind == EventKind::Load && !all.loaded_at) all.loaded_at = report.at;
  if (report.kind == EventKind::Play && !all.play_at) all.play_at = report.at;
  if (is_of_playing(report.kind)) all.plays |= !report.body["ranges"].empty();
  const bool may_start = report.kind == EventKind::Input && report.activates && report.body["trusted"] == true;
  if (may_start && !all.activated_at) all.activated_at = report.at;
}

}  // namespace

json report_from_text(const std::string& text) {
  return {{"kind", text}};
}

std::vector<OutsideFields> events_of(const OutsideFields& line) {
  std::vector<OutsideFields> events = line.objects(keys::kEvents, report_from_text);
  for (OutsideFields& event : events) event.spread("detail");
  return events;
}

std::vector<OutsideFields> beats_of(const OutsideFields& line) {
  const json* told = line.raw(keys::kBeats);
  return told != nullptr && told->is_structured() ? line.objects(keys::kBeats) : std::vector<OutsideFields>();
}

std::optional<bool> start_in(const OutsideFields& play) {
  if (auto trusted = told_trusted(play)) return trusted;
  return told_gesture(play, {&keys::kGesture, &keys::kPlayBy});
}

ToldEvents read_reports(const LineContext& context, std::vector<std::string>& ignored) {
  const std::vector<OutsideFields> events = events_of(context.line);
  const std::vector<OutsideFields> beats = beats_of(context.line);
  std::vector<Report> reports;
  add_reports_of(reports, events, false, ignored);
  add_reports_of(reports, beats, true, ignored);
  Moments moments(reports, context);
  if (moments.in_ms()) ignored.emplace_back("times of events that tell no unit are taken for milliseconds");
  ToldEvents all;
  Positions positions;
  for (const Report& report : reports) {
    all.reports.push_back(told_report(report, moments, context));
    positions.complete(all.reports.back(), *report.event);
    note(all, all.reports.back());
  }
  return all;
}

}  // namespace candid::track
