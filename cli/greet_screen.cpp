#include "cli/greet_screen.h"

#include <algorithm>

#include <fmt/format.h>

#include "cli/level_bar.h"
#include "core/text.h"

namespace candid::cli {
namespace {

using campaign::SittingCommand;
using campaign::SittingPhase;

constexpr int kIndent = 4;
constexpr size_t kMostWordLines = 5;
constexpr int kGreetMeterWidth = 30;
constexpr int64_t kMomentsAPicture = 3;  // of the display: ten a second are enough

const char* phase_name(SittingPhase phase) {
  switch (phase) {
    case SittingPhase::Ready:
      return "not recording yet";
    case SittingPhase::Recording:
      return "recording";
    case SittingPhase::Paused:
      return "paused";
  }
  return "";
}

const char* keys_for(SittingPhase phase) {
  switch (phase) {
    case SittingPhase::Ready:
      return "Space begin · q not now";
    case SittingPhase::Recording:
      return "Space good, next · a again · b back · s skip · p pause · q end";
    case SittingPhase::Paused:
      return "Space go on · q end";
  }
  return "";
}

}  // namespace

std::optional<SittingCommand> command_of(Key key, SittingPhase phase) {
  auto is = [key](auto... any) { return ((key == any) || ...); };
  if (is(key_of(U'q'), Key::Escape)) return SittingCommand::End;
  if (is(key_of(U'p'))) return SittingCommand::PauseOrGoOn;
  if (is(Key::Space, Key::Enter)) {
    if (phase == SittingPhase::Ready) return SittingCommand::Begin;
    return phase == SittingPhase::Paused ? SittingCommand::PauseOrGoOn : SittingCommand::Good;
  }
  if (is(key_of(U'a'))) return SittingCommand::Again;
  if (is(key_of(U'b'), Key::Left, Key::Up)) return SittingCommand::Back;
  if (is(key_of(U's'))) return SittingCommand::Skip;
  return std::nullopt;
}

std::vector<std::string> lines_of(const campaign::SittingView& view, int columns) {
  const int room = std::max(16, columns - kIndent - 2);
  std::vector<std::string> lines;
  auto add = [&](const std::string& text, size_t most = 1, std::string_view before = "", std::string_view after = "") {
    std::vector<std::string> parts = wrapped(text, room);
    bool is_cut = parts.size() > most;
    if (is_cut) parts.resize(most);
    for (std::string& part : parts) lines.push_back(fmt::format("{}{}{}", before, part, after));
    if (is_cut) lines.back() += "…";
  };
  add(fmt::format("{} of {} · {} good · {} · {}", view.number, view.total, view.good, format_duration(view.recorded),
                  phase_name(view.phase)));
  if (view.lost_pictures > 0) add(fmt::format("{} pictures lost", view.lost_pictures), 2, "! ");
  if (view.disk_warning) add(*view.disk_warning, 2, "! ");
  lines.emplace_back();
  add(single_line(view.name), 3, "    \033[1;7m ", " \033[0m");
  if (!view.pronunciation.empty()) add(fmt::format("say: {}", single_line(view.pronunciation)), 2, "    ");
  if (view.is_good_already) add("good already; Space replaces it", 2, "    ");
  lines.emplace_back();
  if (!view.words.empty()) {
    add(single_line(view.words), kMostWordLines, "    ");
    lines.emplace_back();
  }
  add(view.next_name.empty() ? "the last one" : fmt::format("then: {}", single_line(view.next_name)));
  lines.push_back(level_bar(view.peak_dbfs, kGreetMeterWidth));
  add(keys_for(view.phase), 3);
  return lines;
}

capture::Direction GreetScreen::hear(const capture::Moment& moment, const capture::RecordState& state) {
  bool is_pressed = false;
  while (!director_.has_ended()) {
    std::optional<Key> key = keyboard_.poll();
    if (!key) break;
    is_pressed = true;
    if (auto command = command_of(*key, director_.phase())) director_.press(*command, state.now);
  }
  const capture::Direction next = director_.hear(moment, state);
  if (!is_pressed && moments_++ % kMomentsAPicture != 0) return next;
  if (auto view = director_.view()) display_.show(lines_of(*view, LiveDisplay::columns()));
  return next;
}

}  // namespace candid::cli
