#include "campaign/greetings/presenter_director.h"

#include <fmt/format.h>

#include "core/text.h"

namespace candid::campaign {
namespace {

constexpr Microseconds kAfterLastLine{600'000};

}  // namespace

std::vector<std::string> presenter_lines(const std::vector<Sitting::Turn>& turns) {
  std::vector<std::string> lines;
  for (const auto& [candidate, said] : turns)
    lines.push_back(said.script.empty() ? fmt::format("Hello {}.", said.words) : said.words);
  return lines;
}

PresenterDirector::PresenterDirector(Sitting& sitting, const std::vector<std::string>& lines,
                                     const std::vector<capture::ScriptMark>& marks)
    : sitting_(sitting) {
  size_t mark = 0;
  for (const std::string& line : lines) {
    if (mark == marks.size() || marks[mark].text != single_line(trim(line))) {
      ends_.emplace_back();
      continue;
    }
    Microseconds end = marks[mark].end;
    ends_.emplace_back(mark + 1 < marks.size() ? (end + marks[mark + 1].start) / 2 : end + kAfterLastLine);
    ++mark;
  }
}

Result<void> PresenterDirector::go_on(Microseconds now) {
  while (sitting_.current() != nullptr) {
    const std::optional<Microseconds>& end = ends_[sitting_.position()];
    if (!end) {
      TRY_VOID(sitting_.skip(now));
    } else if (now < *end) {
      return {};
    } else if (!TRY(sitting_.good(now))) {
      return {};
    }
  }
  return sitting_.end(now);
}

capture::Direction PresenterDirector::hear(const capture::Moment&, const capture::RecordState& state) {
  // No key: the marks tell where in the take each moment is. A journal that cannot be written ends the sitting.
  const bool is_written = go_on(state.recorded).has_value();
  return !is_written || sitting_.current() == nullptr ? capture::Direction::Finish : capture::Direction::Record;
}

}  // namespace candid::campaign
