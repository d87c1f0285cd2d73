#include "capture/desk/prompter.h"

#include <algorithm>
#include <cmath>

#include "capture/script_timing.h"

namespace candid::capture {
namespace {

// Letters a second of somebody who reads calmly; the fast ones need not wait.
constexpr double kLettersPerSecond = 15;
constexpr double kEnoughOfALine = 0.6;
constexpr Microseconds kLinePause{350'000};
constexpr double kVoiceAboveFloor = 12;  // dB
constexpr double kFloorRise = 0.02;      // dB a moment, so that a floor found in a quiet instant is forgotten

double rms_dbfs(const media::Samples& sound) {
  double energy = 0;
  for (float sample : sound) energy += static_cast<double>(sample) * sample;
  double mean = sound.empty() ? 0 : energy / static_cast<double>(sound.size());
  return mean > 0 ? std::max(-90.0, 10 * std::log10(mean)) : -90;
}

}  // namespace

Prompter::Prompter(Script script) : script_(std::move(script)) {}

void Prompter::hear(const media::Samples& sound, Microseconds recorded) {
  if (is_empty() || sound.empty()) return;
  const auto length =
      Microseconds(static_cast<int64_t>(sound.size()) * 1'000'000 / media::kChannels / media::kSampleRate);
  const double level = rms_dbfs(sound);
  floor_dbfs_ = std::min(std::max(level, -75.0), floor_dbfs_ + kFloorRise);
  const bool is_voice = level > floor_dbfs_ + kVoiceAboveFloor;
  if (is_voice) voiced_ += length;
  silent_ = is_voice ? Microseconds{0} : silent_ + length;
  const double needed = spoken_length(script_[line_]) / (kLettersPerSecond * pace_) * kEnoughOfALine;
  const bool was_said = std::chrono::duration<double>(voiced_).count() >= needed;
  if (was_said && silent_ >= kLinePause && line_ + 1 < script_.size()) move_to(line_ + 1, recorded - silent_ / 2);
}

void Prompter::go_on(Microseconds recorded) {
  if (line_ + 1 >= script_.size()) return;
  moved_by_hand_ = true;
  move_to(line_ + 1, recorded);
}

void Prompter::go_back(Microseconds recorded) {
  if (line_ == 0) return;
  moved_by_hand_ = true;
  move_to(line_ - 1, recorded);
}

void Prompter::move_to(size_t line, Microseconds recorded) {
  if (line > line_) marks_.push_back({script_[line_], line_began_, recorded});
  marks_.resize(line);  // what is gone back to is said again
  line_ = line;
  line_began_ = recorded;
  voiced_ = Microseconds{0};
  silent_ = Microseconds{0};
}

std::vector<ScriptMark> Prompter::marks(Microseconds recorded) const {
  if (!moved_by_hand_) return {};
  std::vector<ScriptMark> marks = marks_;
  marks.push_back({script_[line_], line_began_, recorded});
  std::erase_if(marks, [](const ScriptMark& mark) { return mark.end <= mark.start; });
  return marks;
}

}  // namespace candid::capture
