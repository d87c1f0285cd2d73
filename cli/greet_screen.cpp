#include "cli/greet_screen.h"

#include <algorithm>

#include <fmt/format.h>

#include "cli/live_display.h"
#include "core/text.h"

namespace candid::cli {
namespace {

constexpr int kIndent = 4;
constexpr size_t kMostWordLines = 5;

const char* state_name(GreetView::State state) {
  switch (state) {
    case GreetView::State::Ready:
      return "not recording yet";
    case GreetView::State::Recording:
      return "recording";
    case GreetView::State::Paused:
      return "paused";
  }
  return "";
}

const char* keys_for(GreetView::State state) {
  switch (state) {
    case GreetView::State::Ready:
      return "Space begin · q not now";
    case GreetView::State::Recording:
      return "Space good, next · a again · b back · s skip · p pause · q end";
    case GreetView::State::Paused:
      return "Space go on · q end";
  }
  return "";
}

}  // namespace

std::vector<std::string> lines_of(const GreetView& view, int columns) {
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
                  state_name(view.state)));
  for (const std::string& warning : view.warnings) add(warning, 2, "! ");
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
  lines.push_back(view.level);
  add(keys_for(view.state), 3);
  return lines;
}

}  // namespace candid::cli
