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
  for (const OutsideFields& event : line.objects(keys::kEvents, report_from_text)) {
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
                       line.flag(keys::kAutoplay).value_or(false) || line.flag(keys::kWebdriver).value_or(false) ||
                       line.flag(keys::kPrerendered).value_or(false);
  if (did_something) return true;
  bool tells_of_browser = line.has(keys::kOuter) || line.has(keys::kOuterWidth) || line.has(keys::kVisible) ||
                          line.has(keys::kHidden) || line.has(keys::kGpu) || line.has(keys::kSoftwareGpu) ||
                          line.has(keys::kWindowless) || line.has(keys::kHasWindow);
  return asked_for_page && tells_of_browser;
}

// Of the inputs, the first that a person can have made: it started the video, unless the line says otherwise.
struct FirstTrusted {
  bool any = false;
  std::optional<double> ms{};
};

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

FirstTrusted add_inputs(EventMaker& events, const OutsideFields& line, double loaded, std::vector<std::string>& slips) {
  FirstTrusted first;
  for (const OutsideFields& input : inputs_of(line, &slips)) {
    add_possible(events, loaded, [&] {
      const auto ms = since_load(input, loaded);
      json body = input_body(input, ms);
      if (!ms) slips.emplace_back("an input tells no \"ms\": when it came is not known");
      if (body["trusted"].get<bool>()) {
        first.any = true;
        if (ms) first.ms = std::min(first.ms.value_or(*ms), *ms);
      }
      events.report(EventKind::Input, loaded + ms.value_or(0) / 1000, body);
    });
  }
  return first;
}

// How the video was started, where the line says it in a word or a flag.
std::optional<bool> told_gesture(const OutsideFields& line) {
  for (const FieldKey* key : {&keys::kGesture, &keys::kStartedBy, &keys::kPlay}) {
    const json* told = line.raw(*key);
    if (told == nullptr) continue;
    if (told->is_boolean() && key != &keys::kPlay) return told->get<bool>();
    if (!told->is_string()) continue;
    const std::string how = lower_ascii(told->get_ref<const std::string&>());
    for (std::string_view by_itself : {"auto", "script", "program", "untrusted", "none", "itself", "false", "no"}) {
      if (how.find(by_itself) != std::string::npos) return false;
    }
    return true;
  }
  return line.flag(keys::kAutoplay).value_or(false) ? std::optional(false) : std::nullopt;
}

void add_playing(EventMaker& events, const OutsideFields& line, const FirstTrusted& gesture, double loaded) {
  const json* play = line.raw(keys::kPlay);
  const bool has_play = play != nullptr && play->is_object();
  json progress = progress_body(line, keys::kPlayed);
  if (progress["ranges"].empty() && !has_play) return;
  double began = loaded + gesture.ms.value_or(0) / 1000;
  json start = {{"trusted", told_gesture(line).value_or(gesture.any)}, {"ms", nullptr}, {"at", 0}};
  if (gesture.ms) start["ms"] = *gesture.ms;
  if (has_play) {
    const auto fields = line.object(keys::kPlay);
    auto ms = since_load(*fields, loaded);
    if (!ms) ms = gesture.ms;
    start = play_body(*fields, ms);
    began = loaded + ms.value_or(0) / 1000;
  }
  events.report(EventKind::Play, began, start);
  double rate = std::max(0.0625, progress["rate"].get<double>());
  double wall = line.seconds(keys::kWall, 0, kLongestVisitSeconds).value_or(length_of(progress["ranges"]) / rate);
  if (!progress["ranges"].empty()) events.report(EventKind::Beat, began + wall, progress);
}

}  // namespace

std::vector<OutsideFields> inputs_of(const OutsideFields& line, std::vector<std::string>* ignored) {
  const json* told = line.raw(keys::kInputs);
  if (told == nullptr || is_count(*told)) return {};  // a count, of which nothing else is known
  std::vector<OutsideFields> inputs;
  for (OutsideFields& input : line.objects(keys::kInputs, input_from_text)) {
    const ReportName name = report_named(input.text(keys::kInputKind).value_or("input"));
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
  for (const OutsideFields& event : line.objects(keys::kEvents, report_from_text)) {
    prerendered |= event.flag(keys::kPrerendered).value_or(false);
  }
  const bool in_advance = asked.all_in_advance || prerendered;
  return !in_advance || has_trusted_input(line) || tells_of_playing(line);
}

void add_short_form(EventMaker& events, const OutsideFields& line, const AddedRequests& asked,
                    std::vector<std::string>& slips) {
  if (!tells_of_script(line, asked.page)) return;
  const double loaded = asked.page_at + kShortLoadAfterPage;
  events.report(EventKind::Load, loaded, load_body(line, was_seen(line, asked)));
  const FirstTrusted first = add_inputs(events, line, loaded, slips);
  add_possible(events, loaded, [&] { add_playing(events, line, first, loaded); });
}

}  // namespace candid::track
