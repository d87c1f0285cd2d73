#include "cli/recording_screen.h"

#include <algorithm>

#include <fmt/format.h>

#include "capture/desk/disk_warning.h"
#include "cli/level_bar.h"
#include "core/time.h"

namespace candid::cli {
namespace {

using capture::DeskCommand;
using capture::DeskPhase;

constexpr int kDeskMeterWidth = 24;
constexpr size_t kLinesAhead = 3;
constexpr int kWidestDesk = 100;  // columns
constexpr int kDrawEvery = 3;     // moments
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

std::string status_of(const capture::DeskView& view) {
  switch (view.phase) {
    case DeskPhase::Looking:
      return bold("ready");
    case DeskPhase::Counting:
      return bold(fmt::format("{} …", view.seconds_left));
    case DeskPhase::Recording:
      return fmt::format("{} {}", red("●"), bold(clock_text(view.recorded)));
    case DeskPhase::Paused:
    case DeskPhase::Leaving:
      return fmt::format("{} {}", bold("paused at"), clock_text(view.recorded));
  }
  return "";
}

std::string keys_in(DeskPhase phase, bool has_script) {
  const char* script = has_script ? " · n next line" : "";
  switch (phase) {
    case DeskPhase::Looking:
      return "Enter record · q leave";
    case DeskPhase::Counting:
      return "Enter record now · Esc back";
    case DeskPhase::Recording:
      return fmt::format("Space pause · Enter done · r again · m mark{} · Esc give up", script);
    case DeskPhase::Paused:
      return "Space go on · Enter done · r again · Esc give up";
    case DeskPhase::Leaving:
      return "Delete this take? y deletes it, any other key keeps it, paused";
  }
  return "";
}

std::string facts_of(const capture::DeskPlan& plan, const capture::DeskView& view) {
  std::string facts;
  if (plan.format.size && view.phase != DeskPhase::Looking && view.phase != DeskPhase::Counting)
    facts = fmt::format("{} pictures, {} lost", view.frames.in_take(), view.frames.lost());
  if (plan.max_length) facts += fmt::format("{}ends at {}", facts.empty() ? "" : ", ", clock_text(*plan.max_length));
  if (view.disk_warning) facts += fmt::format("{}{}", facts.empty() ? "" : ", ", red(*view.disk_warning));
  if (!view.bookmarks.empty()) facts += fmt::format(", {} marks", view.bookmarks.size());
  return facts;
}

void add_findings(std::vector<std::string>& lines, const capture::DeskView& view, int columns) {
  const bool is_before = view.phase == DeskPhase::Looking || view.phase == DeskPhase::Paused;
  size_t room = is_before ? kFindingsBefore : kFindingsMeanwhile;
  for (const capture::TakeFinding& finding : view.findings) {
    if (finding.severity == Severity::Note || room-- == 0) return;
    for (const std::string& words : wrapped(finding.message, columns - 2)) lines.push_back(fmt::format("! {}", words));
    if (!is_before) continue;
    for (const std::string& words : wrapped(finding.remedy, columns - 2))
      lines.push_back(dim(fmt::format("  {}", words)));
  }
}

void add_script(std::vector<std::string>& lines, const capture::Script& script, size_t line, int columns) {
  for (size_t i = line; i < std::min(script.size(), line + 1 + kLinesAhead); ++i) {
    const bool is_now = i == line;
    if (is_now) lines.emplace_back();
    for (const std::string& words : wrapped(script[i], columns - 2))
      lines.push_back(is_now ? fmt::format("  {}", bold(words)) : fmt::format("  {}", dim(words)));
  }
}

std::optional<DeskCommand> command_in_take(Key key) {
  auto is = [key](auto... any) { return ((key == any) || ...); };
  if (is(Key::Space)) return DeskCommand::PauseOrGoOn;
  if (is(Key::Enter, key_of('q'))) return DeskCommand::Finish;
  if (is(key_of('r'))) return DeskCommand::Again;
  if (is(key_of('c'), Key::Escape)) return DeskCommand::GiveUp;
  if (is(key_of('m'))) return DeskCommand::Mark;
  if (is(key_of('n'), Key::Down, Key::Right)) return DeskCommand::NextLine;
  if (is(Key::Up, Key::Left)) return DeskCommand::PreviousLine;
  return std::nullopt;
}

}  // namespace

std::optional<DeskCommand> command_of(Key key, DeskPhase phase) {
  switch (phase) {
    case DeskPhase::Looking:
    case DeskPhase::Counting:
      if (key == Key::Enter || key == Key::Space) return DeskCommand::Begin;
      if (key == Key::Escape || key == key_of('q')) return DeskCommand::GiveUp;
      return std::nullopt;
    case DeskPhase::Recording:
    case DeskPhase::Paused:
      return command_in_take(key);
    case DeskPhase::Leaving:
      return key == key_of('y') ? DeskCommand::Delete : DeskCommand::Keep;
  }
  return std::nullopt;
}

std::vector<std::string> lines_of(const capture::DeskPlan& plan, const capture::DeskView& view, int columns) {
  std::vector<std::string> lines;
  std::string line = status_of(view);
  if (plan.format.has_sound) {
    std::string bar = level_bar(view.peak_dbfs, kDeskMeterWidth);
    line += fmt::format("   {}{}", bar, view.clips ? red("  too loud") : "");
  }
  lines.push_back(line);
  if (std::string facts = facts_of(plan, view); !facts.empty()) lines.push_back(dim(facts));
  add_findings(lines, view, columns);
  add_script(lines, plan.script, view.line, columns);
  lines.emplace_back();
  for (const std::string& words : wrapped(keys_in(view.phase, !plan.script.empty()), columns))
    lines.push_back(dim(words));
  return lines;
}

capture::Direction RecordingScreen::hear(const capture::Moment& moment, const capture::RecordState& state) {
  while (std::optional<Key> key = keyboard_.poll()) {
    if (auto command = command_of(*key, desk_.phase())) desk_.press(*command, state.now);
  }
  const capture::Direction next = desk_.hear(moment, state);
  if (moments_++ % kDrawEvery == 0)
    display_.show(lines_of(desk_.plan(), desk_.view(), std::min(kWidestDesk, LiveDisplay::columns()) - 1));
  if (next == capture::Direction::Finish || next == capture::Direction::Discard) display_.clear();
  return next;
}

std::string plain_status(const capture::RecordState& state) {
  std::string text = fmt::format("{} recorded", format_duration(state.recorded));
  if (state.frames.lost() > 0) text += fmt::format(", {} pictures lost", state.frames.lost());
  if (auto warning = capture::disk_warning(state)) text += fmt::format(", {}", *warning);
  return text;
}

}  // namespace candid::cli
