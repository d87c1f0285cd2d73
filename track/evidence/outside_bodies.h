#pragma once
// Internal to track. What the page's script would send, made of what others tell. A report's missing key is looked for
// on the line around it. All of them throw BadField.

#include <initializer_list>
#include <optional>
#include <string>

#include <nlohmann/json_fwd.hpp>

#include "track/evidence/outside_fields.h"

namespace candid::track {

inline constexpr double kLongestVisitSeconds = 366 * 24 * 3600.0;
inline constexpr double kLongestVisitMs = kLongestVisitSeconds * 1000;
inline constexpr double kLongestVideoSeconds = 24 * 3600.0;
inline constexpr double kFastestRate = 16;
inline constexpr double kSlowestRate = 0.0625;
// Clocks that count from when a session began stay below it; those that count from 1970 do not.
inline constexpr double kEpochLike = 1e8;

// Milliseconds since load, as an input or a play tells them; `loaded`: when that was, by the line's clock.
std::optional<double> since_load(const OutsideFields& from, double loaded);

// Whether the page is told to have been visible.
std::optional<bool> told_visible(const OutsideFields& from);
std::optional<bool> told_trusted(const OutsideFields& from);

// Whether a person started the video, where one of these keys says it in a word or a flag, or "autoplay" does.
std::optional<bool> told_gesture(const OutsideFields& from, std::initializer_list<const FieldKey*> keys);
std::optional<bool> gesture_of_line(const OutsideFields& line);

// What an input was: "click" of {"kind": "click"}, and of {"kind": "input", "type": "click"}.
std::string name_of_input(const OutsideFields& from);
// Of whatever name, but those of moves.
bool may_start_video(const OutsideFields& input);

nlohmann::json load_body(const OutsideFields& from, const OutsideFields& line, bool seen);
// Without `ms` the body tells none.
nlohmann::json input_body(const OutsideFields& from, std::optional<double> ms);
nlohmann::json play_body(std::optional<bool> trusted, std::optional<double> ms);
nlohmann::json progress_body(const OutsideFields& from, const OutsideFields& line, const FieldKey& ranges);

// How long the ranges are, all together.
double length_of(const nlohmann::json& ranges);

}  // namespace candid::track
