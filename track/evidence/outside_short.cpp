#include "track/evidence/outside_short.h"

#include <algorithm>

#include <nlohmann/json.hpp>

#include "track/evidence/kept_list.h"
#include "track/evidence/outside_kinds.h"

namespace candid::track {
namespace {

using nlohmann::json;

constexpr double kLowest = -kLongestVideoSeconds;
constexpr double kHighest = kLongestVideoSeconds;
constexpr double kShortly = 0.001;           // seconds after what came before
constexpr double kShortLoadAfterPage = 0.5;  // seconds, where only the higher-level form tells of a script

json input_from_text(const std::string& text) {
  const bool is_time = !text.empty() && text.find_first_not_of("0123456789.") == std::string::npos;
  return is_time ? json{{"t", json::parse(text, nullptr, false)}} : json{{"type", text}};
}

bool is_count(const json& value) {
  return value.is_boolean() || value.is_number();
}

bool has_trusted_input(const OutsideFields& line) {
  for (const OutsideFields& input : inputs_of(line)) {
    if (told_trusted(input).value_or(true)) return true;
  }
  for (const OutsideFields& event : events_of(line)) {
    const json* name = event.raw(keys::kInputKind);
    if (name == nullptr || !name->is_string()) continue;
    const ReportName known = report_named(name->get_ref<const std::string&>());
    const bool trusted = told_trusted(event).value_or(!known.weak);
    if ((known.kind == EventKind::Input || known.kind == EventKind::Play) && trusted) return true;
  }
  return false;
}

bool tells_of_playing(const OutsideFields& line) {
  try {
    return !line.ranges(keys::kPlayed, kLowest, kHighest).empty();
  } catch (const BadField& bad) {
    if (!bad.impossible) throw;
    return true;
  }
}

// A script runs only in a page that was fetched. What says nothing by itself (a size, a false) does not tell of one.
bool tells_of_script(const OutsideFields& line, bool asked_for_page) {
  const json* script = line.raw(keys::kScript);
  if (script != nullptr && !script->is_object()) return line.flag(keys::kScript).value_or(false);
  bool did_something = !inputs_of(line).empty() || tells_of_playing(line) || line.has(keys::kPlay) ||
                       line.flag(keys::kAutoplay).value_or(false) || line.any_flag(keys::kWebdriver).value_or(false) ||
                       line.flag(keys::kPrerendered).value_or(false);
  if (did_something) return true;
  bool tells_of_browser = line.has(keys::kOuter) || line.has(keys::kOuterWidth) || line.has(keys::kVisible) ||
                          line.has(keys::kHidden) || line.has(keys::kGpu) || line.has(keys::kSoftwareGpu) ||
                          line.has(keys::kWindowless) || line.has(keys::kHasWindow);
  return asked_for_page && tells_of_browser;
}

// What cannot be becomes a report of that.
template <typename Add>
void add_possible(EventMaker& events, double at, const Add& add) {
  try {
    add();
  } catch (const BadField& bad) {
    if (!bad.impossible) throw;
    events.impossible(at);
  }
}

void add_inputs(EventMaker& events, const OutsideFields& line, double loaded, std::vector<std::string>& slips) {
  for (const OutsideFields& input : inputs_of(line, &slips)) {
    add_possible(events, loaded, [&] {
      const auto ms = since_load(input, loaded);
      if (!ms) slips.emplace_back("an input tells no \"ms\": when it came is not known");
      ToldReport report;
      report.kind = EventKind::Input;
      report.at = loaded + ms.value_or(0) / 1000;
      report.body = input_body(input, ms);
      report.activates = may_start_video(input);
      events.report(std::move(report));
    });
  }
}

void add_start(EventMaker& events, double at, std::optional<bool> trusted, std::optional<double> ms) {
  ToldReport start;
  start.kind = EventKind::Play;
  start.at = at;
  start.body = play_body(trusted, ms);
  events.report(std::move(start));
}

// How the video was started, and when; where the line does not tell of it, by what the events tell, or by the first
// input that may have done it.
double add_start_of_line(EventMaker& events, const OutsideFields& line, const ToldEvents& told, double loaded) {
  const json* play = line.raw(keys::kPlay);
  const auto first = first_start_of(line, loaded);
  const auto gesture = gesture_of_line(line);
  double began = loaded + first.value_or(0) / 1000;
  if (!first && told.activated_at) began = std::max(began, *told.activated_at + kShortly);
  if (play != nullptr && play->is_object()) {
    const auto fields = line.object(keys::kPlay);
    auto ms = since_load(*fields, loaded);
    if (ms || first) began = loaded + (ms ? *ms : *first) / 1000;
    auto trusted = start_in(*fields);
    if (!trusted) trusted = gesture;
    add_start(events, began, trusted, ms ? ms : first);
    return began;
  }
  if (told.play_at && !gesture) return *told.play_at;
  add_start(events, began, gesture, gesture ? first : std::nullopt);
  return began;
}

void add_playing(EventMaker& events, const OutsideFields& line, const ToldEvents& told, double loaded) {
  const json* play = line.raw(keys::kPlay);
  json progress = progress_body(line, line, keys::kPlayed);
  const bool tells_start = play != nullptr && play->is_object();
  // Of what was played the events tell, and not of how it began.
  const bool starts_events = told.plays && !told.play_at && (first_start_of(line, loaded) || gesture_of_line(line));
  if (progress["ranges"].empty() && !tells_start && !starts_events) return;
  const double began = add_start_of_line(events, line, told, loaded);
  const double rate = std::max(kSlowestRate, progress["rate"].get<double>());
  const double wall = line.seconds(keys::kWall, 0, kLongestVisitSeconds).value_or(length_of(progress["ranges"]) / rate);
  if (progress["ranges"].empty()) return;
  ToldReport report;
  report.at = began + wall;
  report.body = std::move(progress);
  events.report(std::move(report));
}

// "first_input_ms": 1800, "first_input_trusted": true
std::optional<OutsideFields> first_input_of(const OutsideFields& line) {
  auto ms = line.number(keys::kFirstInputMs, 0, kLongestVisitMs);
  auto trusted = line.flag(keys::kFirstInputTrusted);
  if (!ms && !trusted.value_or(false)) return std::nullopt;
  json input = {{"trusted", trusted.value_or(true)}};
  if (ms) input["ms"] = *ms;
  return OutsideFields::owning(std::move(input), "\"first_input\"");
}

}  // namespace

std::optional<double> first_start_of(const OutsideFields& line, double loaded) {
  std::optional<double> first;
  bool any = false;
  for (const OutsideFields& input : inputs_of(line)) {
    if (!told_trusted(input).value_or(true) || !may_start_video(input)) continue;
    any = true;
    try {
      if (auto ms = since_load(input, loaded)) first = std::min(first.value_or(*ms), *ms);
    } catch (const BadField& bad) {
      if (!bad.impossible) throw;  // told where inputs are added
    }
  }
  return any ? std::optional(first.value_or(0)) : std::nullopt;
}

std::vector<OutsideFields> inputs_of(const OutsideFields& line, std::vector<std::string>* ignored) {
  const json* told = line.raw(keys::kInputs);
  std::vector<OutsideFields> inputs;
  if (auto first = first_input_of(line)) inputs.push_back(std::move(*first));
  if (told == nullptr || is_count(*told)) return inputs;  // a count, of which nothing else is known
  for (OutsideFields& input : line.objects(keys::kInputs, input_from_text)) {
    const ReportName name = report_named(name_of_input(input));
    if (name.weak && !told_trusted(input)) {
      if (ignored != nullptr)
        ignored->emplace_back("scrolling and moving are no input unless they are told to be trusted");
      continue;
    }
    inputs.push_back(std::move(input));
  }
  return inputs;
}

bool was_seen(const OutsideFields& line, const AddedRequests& asked) {
  bool prerendered = line.flag(keys::kPrerendered).value_or(false);
  for (const OutsideFields& event : events_of(line)) {
    prerendered |= event.flag(keys::kPrerendered).value_or(false);
  }
  const bool in_advance = asked.all_in_advance || prerendered;
  return !in_advance || has_trusted_input(line) || tells_of_playing(line);
}

void add_short_form(EventMaker& events, const OutsideFields& line, const AddedRequests& asked, const ToldEvents& told,
                    std::vector<std::string>& slips) {
  const bool tells_start = told.plays && gesture_of_line(line).has_value();
  if (!tells_of_script(line, asked.page) && !tells_start) return;
  const double loaded = told.loaded_at.value_or(asked.page_at + kShortLoadAfterPage);
  if (!told.loaded_at) {
    ToldReport load;
    load.kind = EventKind::Load;
    load.at = loaded;
    load.body = load_body(line, line, was_seen(line, asked));
    events.report(std::move(load));
  }
  add_inputs(events, line, loaded, slips);
  add_possible(events, loaded, [&] { add_playing(events, line, told, loaded); });
}

}  // namespace candid::track
