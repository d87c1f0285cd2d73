#include "cli/recording_desk.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "core/time.h"

namespace candid::cli {
namespace {

using capture::Direction;
using capture::RecordState;

constexpr Microseconds kDiskWarning = std::chrono::minutes(10);
constexpr int kMeterWidth = 24;
constexpr size_t kLinesAhead = 3;
constexpr int kDrawEvery = 3;    // moments
constexpr int kJudgeEvery = 20;  // moments
// Somebody who speaks can mend one thing at a time; before, there is time for more.
constexpr size_t kFindingsBefore = 3;
constexpr size_t kFindingsMeanwhile = 1;

std::string bold(std::string_view text) {
  return fmt::format("\033[1m{}\033[0m", text);
}
std::string dim(std::string_view text) {
  return fmt::format("\033[2m{}\033[0m", text);
}
std::string red(std::string_view text) {
  return fmt::format("\033[1;31m{}\033[0m", text);
}

std::string clock_text(Microseconds time) {
  auto tenths = time.count() / 100'000;
  return fmt::format("{}:{:02}.{}", tenths / 600, tenths / 10 % 60, tenths % 10);
}

}  // namespace

std::optional<std::string> disk_warning(const RecordState& state) {
  if (!state.time_left || *state.time_left >= kDiskWarning) return std::nullopt;
  return fmt::format("the disk has room for {} more", format_duration(*state.time_left));
}

std::string plain_status(const RecordState& state) {
  std::string text = fmt::format("{} recorded", format_duration(state.recorded));
  if (state.frames.lost() > 0) text += fmt::format(", {} pictures lost", state.frames.lost());
  if (auto warning = disk_warning(state)) text += fmt::format(", {}", *warning);
  return text;
}

RecordingDesk::RecordingDesk(Keyboard& keyboard, Plan plan)
    : keyboard_(keyboard), plan_(plan), prompter_(std::move(plan.script)) {
  if (auto check = capture::LiveCheck::create(plan_.format)) check_.emplace(std::move(*check));
}

Direction RecordingDesk::hear(const capture::Moment& moment, const RecordState& state) {
  while (std::optional<Key> key = keyboard_.poll()) press(*key, state.now);
  meter_.push(moment.sound);
  // A check that fails is a check less, never a recording less.
  if (check_ && !check_->push(moment)) check_.reset();
  if (check_ && moments_ % kJudgeEvery == 0) findings_ = check_->findings();
  if (phase_ == Phase::Recording) prompter_.hear(moment.sound, state.recorded);
  if (phase_ == Phase::Counting) {
    double seconds = static_cast<double>(moments_ - counting_since_) / plan_.format.frame_rate.value();
    if (seconds >= plan_.countdown) phase_ = Phase::Recording;
  }
  if (moments_++ % kDrawEvery == 0) show(state);
  notes_.marks = prompter_.marks(state.recorded);
  const Direction next = direction();
  if (next == Direction::Finish || next == Direction::Discard) display_.clear();
  return next;
}

Direction RecordingDesk::direction() const {
  if (finished_) return wish_ == Wish::Leave ? Direction::Discard : Direction::Finish;
  return phase_ == Phase::Recording ? Direction::Record : Direction::Standby;
}

void RecordingDesk::press(Key key, Microseconds recorded) {
  if (phase_ == Phase::Leaving) {
    if (key == key_of('y')) {
      wish_ = Wish::Leave;
      finished_ = true;
    } else {
      phase_ = Phase::Paused;
    }
    return;
  }
  if (phase_ == Phase::Looking || phase_ == Phase::Counting) return press_before(key);
  press_while_recording(key, recorded);
}

void RecordingDesk::press_before(Key key) {
  if (key == Key::Enter || key == Key::Space) {
    phase_ = phase_ == Phase::Looking ? Phase::Counting : Phase::Recording;
    counting_since_ = moments_;
  }
  if (key == Key::Escape || key == key_of('q')) {
    if (phase_ == Phase::Counting) {
      phase_ = Phase::Looking;
      return;
    }
    wish_ = Wish::Leave;
    finished_ = true;
  }
}

void RecordingDesk::press_while_recording(Key key, Microseconds recorded) {
  auto is = [key](auto... any) { return ((key == any) || ...); };
  if (is(Key::Space)) phase_ = phase_ == Phase::Paused ? Phase::Recording : Phase::Paused;
  if (is(key_of('m'))) notes_.bookmarks.push_back(recorded);
  if (is(key_of('n'), Key::Down, Key::Right)) prompter_.go_on(recorded);
  if (is(Key::Up, Key::Left)) prompter_.go_back(recorded);
  if (is(key_of('r'), key_of('q'), Key::Enter)) finished_ = true;
  if (is(key_of('r'))) wish_ = Wish::Again;
  if (is(key_of('c'), Key::Escape)) {
    phase_ = Phase::Leaving;
  }
}

std::string RecordingDesk::status(const RecordState& state) const {
  switch (phase_) {
    case Phase::Looking:
      return bold("ready");
    case Phase::Counting: {
      double gone = static_cast<double>(moments_ - counting_since_) / plan_.format.frame_rate.value();
      return bold(fmt::format("{} …", std::max(1, static_cast<int>(std::ceil(plan_.countdown - gone)))));
    }
    case Phase::Recording:
      return fmt::format("{} {}", red("●"), bold(clock_text(state.recorded)));
    case Phase::Paused:
    case Phase::Leaving:
      return fmt::format("{} {}", bold("paused at"), clock_text(state.recorded));
  }
  return "";
}

std::string RecordingDesk::keys() const {
  const char* script = prompter_.is_empty() ? "" : " · n next line";
  switch (phase_) {
    case Phase::Looking:
      return "Enter record · q leave";
    case Phase::Counting:
      return "Enter record now · Esc back";
    case Phase::Recording:
      return fmt::format("Space pause · Enter done · r again · m mark{} · Esc give up", script);
    case Phase::Paused:
      return "Space go on · Enter done · r again · Esc give up";
    case Phase::Leaving:
      return "Delete this take? y deletes it, any other key keeps it, paused";
  }
  return "";
}

void RecordingDesk::add_findings(std::vector<std::string>& lines, int columns) const {
  const bool is_before = phase_ == Phase::Looking || phase_ == Phase::Paused;
  size_t room = is_before ? kFindingsBefore : kFindingsMeanwhile;
  for (const capture::TakeFinding& finding : findings_) {
    if (finding.severity == Severity::Note || room-- == 0) return;
    for (const std::string& words : wrapped(finding.message, columns - 2)) lines.push_back(fmt::format("! {}", words));
    if (!is_before) continue;
    for (const std::string& words : wrapped(finding.remedy, columns - 2))
      lines.push_back(dim(fmt::format("  {}", words)));
  }
}

void RecordingDesk::show(const RecordState& state) {
  const int columns = std::min(100, LiveDisplay::columns()) - 1;
  std::vector<std::string> lines;
  std::string line = status(state);
  if (plan_.format.has_sound) {
    std::string bar = meter_.bar(kMeterWidth);
    line += fmt::format("   {}{}", bar, meter_.clips() ? red("  too loud") : "");
  }
  lines.push_back(line);
  std::string facts;
  if (plan_.format.size && phase_ != Phase::Looking && phase_ != Phase::Counting)
    facts = fmt::format("{} pictures, {} lost", state.frames.in_take(), state.frames.lost());
  if (plan_.max_length) facts += fmt::format("{}ends at {}", facts.empty() ? "" : ", ", clock_text(*plan_.max_length));
  if (auto warning = disk_warning(state)) facts += fmt::format("{}{}", facts.empty() ? "" : ", ", red(*warning));
  if (!notes_.bookmarks.empty()) facts += fmt::format(", {} marks", notes_.bookmarks.size());
  if (!facts.empty()) lines.push_back(dim(facts));
  add_findings(lines, columns);
  const capture::Script& script = prompter_.script();
  for (size_t i = prompter_.line(); i < std::min(script.size(), prompter_.line() + 1 + kLinesAhead); ++i) {
    const bool is_now = i == prompter_.line();
    if (is_now) lines.emplace_back();
    for (const std::string& words : wrapped(script[i], columns - 2))
      lines.push_back(is_now ? fmt::format("  {}", bold(words)) : fmt::format("  {}", dim(words)));
  }
  lines.emplace_back();
  for (const std::string& words : wrapped(keys(), columns)) lines.push_back(dim(words));
  display_.show(lines);
}

}  // namespace candid::cli
