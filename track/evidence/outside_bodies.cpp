#include "track/evidence/outside_bodies.h"

#include <algorithm>
#include <iterator>

#include <nlohmann/json.hpp>

#include "track/evidence/kept_list.h"
#include "track/evidence/outside_kinds.h"

namespace candid::track {
namespace {

using nlohmann::json;

constexpr double kMostPixels = 1e6;
constexpr double kLeastMilliseconds = 100;  // of a number that is either: an input so many seconds after load is rare
constexpr std::pair<double, double> kUsualWindow{1280, 800};

std::optional<bool> visible_in_words(const json* told) {
  if (told == nullptr || !told->is_string()) return std::nullopt;
  const std::string word = lower_ascii(told->get_ref<const std::string&>());
  if (word == "visible" || word == "shown" || word == "foreground") return true;
  if (word == "hidden" || word == "invisible" || word == "prerender" || word == "background" || word == "unloaded") {
    return false;
  }
  return std::nullopt;
}

// Where one thing says so, it was.
std::optional<bool> told_muted(const OutsideFields& from) {
  std::optional<bool> muted = from.flag(keys::kMuted);
  if (auto audible = from.flag(keys::kAudible)) muted = muted.value_or(false) || !*audible;
  if (auto volume = from.number(keys::kVolume, 0, kMostPixels)) muted = muted.value_or(false) || *volume == 0;
  return muted;
}

bool is_windowless(const OutsideFields& from) {
  if (from.any_flag(keys::kWindowless).value_or(false)) return true;
  return !from.flag(keys::kHasWindow).value_or(true);
}

std::optional<std::pair<double, double>> outer_size(const OutsideFields& from) {
  const json* outer = from.raw(keys::kOuter);
  if (outer != nullptr && outer->is_number()) {
    auto side = from.number(keys::kOuter, 0, kMostPixels).value_or(0);
    return std::pair(side, side);
  }
  if (auto size = from.size(keys::kOuter, 0, kMostPixels)) return size;
  auto width = from.number(keys::kOuterWidth, 0, kMostPixels);
  auto height = from.number(keys::kOuterHeight, 0, kMostPixels);
  if (!width && !height) return std::nullopt;
  return std::pair(width.value_or(kUsualWindow.first), height.value_or(kUsualWindow.second));
}

bool is_number(const json* value) {
  return value != nullptr && value->is_number();
}

std::string gpu_in(const OutsideFields& from) {
  if (from.flag(keys::kSoftwareGpu).value_or(false)) return "software";
  std::string all;
  for (const std::string& text : from.texts(keys::kGpu)) all += text + " ";
  return all;
}

// What somebody or something is told to have started the video by.
bool is_gesture(std::string_view told) {
  const std::string how = lower_ascii(told);
  for (std::string_view by_itself : {"auto", "script", "program", "untrusted", "none", "itself", "false", "no"}) {
    if (how.find(by_itself) != std::string::npos) return false;
  }
  const ReportName known = report_named(how);
  return known.kind != EventKind::Input || known.activates;
}

}  // namespace

double length_of(const json& ranges) {
  double sum = 0;
  for (const json& range : ranges) sum += std::max(0.0, range[1].get<double>() - range[0].get<double>());
  return sum;
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

std::optional<bool> told_gesture(const OutsideFields& from, std::initializer_list<const FieldKey*> keys) {
  for (const FieldKey* key : keys) {
    const json* told = from.raw(*key);
    if (told == nullptr) continue;
    // "started": true tells that it was, and not by whom.
    if (told->is_boolean() && key != &keys::kPlay && (key == &keys::kGesture || *told == false))
      return told->get<bool>();
    if (!told->is_string()) continue;
    const auto& how = told->get_ref<const std::string&>();
    const bool is_time = !how.empty() && how.front() >= '0' && how.front() <= '9';
    if (!is_time) return is_gesture(how);
  }
  return from.any_flag(keys::kAutoplay).value_or(false) ? std::optional(false) : std::nullopt;
}

std::optional<bool> gesture_of_line(const OutsideFields& line) {
  return told_gesture(line, {&keys::kGesture, &keys::kStartedBy, &keys::kPlay});
}

std::string name_of_input(const OutsideFields& from) {
  const std::string kind = from.text(keys::kInputKind).value_or("input");
  const std::string form = form_of_key(kind);
  if (form != "input" && form != "userinput" && form != "interaction") return kind;
  return from.text_if_any(keys::kInputType).value_or(kind);
}

bool may_start_video(const OutsideFields& input) {
  return report_named(name_of_input(input)).activates;
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

json load_body(const OutsideFields& from, const OutsideFields& line, bool seen) {
  auto [width, height] = outer_size(from).value_or(outer_size(line).value_or(kUsualWindow));
  if (is_windowless(from) || is_windowless(line)) width = height = 0;
  const bool webdriver =
      from.any_flag(keys::kWebdriver).value_or(false) || line.any_flag(keys::kWebdriver).value_or(false);
  const bool prerendered = from.flag(keys::kPrerendered).value_or(line.flag(keys::kPrerendered).value_or(false));
  json body = {{"webdriver", webdriver},
               {"visible", told_visible(from).value_or(told_visible(line).value_or(seen))},
               {"prerendered", prerendered},
               {"outer", {width, height}},
               {"inner", {width, height}}};
  std::string gpu = gpu_in(from);
  if (gpu.empty()) gpu = gpu_in(line);
  if (!gpu.empty()) body["gpu"] = gpu;
  return body;
}

json input_body(const OutsideFields& from, std::optional<double> ms) {
  const std::string kind = lower_ascii(name_of_input(from));
  const json* key = from.raw(keys::kKey);
  bool keyboard = kind.find("key") != std::string::npos;
  if (key != nullptr) keyboard |= key->is_boolean() ? key->get<bool>() : !key->empty();
  json body = {{"trusted", told_trusted(from).value_or(true)},
               {"keyboard", from.flag(keys::kKeyboard).value_or(keyboard)},
               {"ms", nullptr}};
  if (ms) body["ms"] = *ms;
  return body;
}

json play_body(std::optional<bool> trusted, std::optional<double> ms) {
  json body = {{"trusted", nullptr}, {"ms", nullptr}, {"at", 0}};
  if (trusted) body["trusted"] = *trusted;
  if (ms) body["ms"] = *ms;
  return body;
}

json progress_body(const OutsideFields& from, const OutsideFields& line, const FieldKey& ranges_key) {
  json ranges = json::array();
  auto add = [&](double first, double last) { ranges.push_back({first, last}); };
  for (auto [first, last] : from.ranges(ranges_key, -kLongestVideoSeconds, kLongestVideoSeconds)) add(first, last);
  if (&from != &line && !from.has(ranges_key) && is_number(from.raw(keys::kFrom)) && is_number(from.raw(keys::kTo))) {
    add(from.number(keys::kFrom, -kLongestVideoSeconds, kLongestVideoSeconds).value_or(0),
        from.number(keys::kTo, -kLongestVideoSeconds, kLongestVideoSeconds).value_or(0));
  }
  const bool visible = told_visible(from).value_or(told_visible(line).value_or(true));
  std::optional<bool> muted = told_muted(from);
  if (!muted) muted = told_muted(line);
  const auto rate = from.number(keys::kRate, 0, kFastestRate);
  return {{"ranges", std::move(ranges)},
          {"visible", visible},
          {"muted", muted.value_or(!visible)},  // out of sight, it was heard only where that is told
          {"rate", rate ? *rate : line.number(keys::kRate, 0, kFastestRate).value_or(1)}};
}

}  // namespace candid::track
