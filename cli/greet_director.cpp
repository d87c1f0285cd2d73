#include "cli/greet_director.h"

#include <fmt/format.h>

#include "capture/desk/disk_warning.h"
#include "cli/level_bar.h"
#include "core/text.h"

namespace candid::cli {
namespace {

constexpr Microseconds kAfterLastLine{600'000};
constexpr int64_t kMomentsAPicture = 3;  // of the display: ten a second are enough
constexpr int kMeterCells = 30;

}  // namespace

Result<void> KeyDirector::press(Key key, Microseconds now) {
  using State = GreetView::State;
  const bool goes_on = key == Key::Space || key == Key::Enter;
  if (key == key_of(U'q') || key == Key::Escape) {
    has_ended_ = true;
    if (state_ == State::Recording) needed_ = now;
    return state_ == State::Ready ? Result<void>() : sitting_.end(now);
  }
  if (state_ == State::Ready) {
    if (goes_on) state_ = State::Recording;
    return {};
  }
  if (state_ == State::Paused) {
    if (!goes_on && key != key_of(U'p')) return {};
    state_ = State::Recording;
    return sitting_.resume(now);
  }
  if (goes_on) {
    TRY(sitting_.good(now));
  } else if (key == key_of(U'a')) {
    TRY_VOID(sitting_.again(now));
  } else if (key == key_of(U'b') || key == Key::Left || key == Key::Up) {
    TRY_VOID(sitting_.back(now));
  } else if (key == key_of(U's')) {
    TRY_VOID(sitting_.skip(now));
  } else if (key == key_of(U'p')) {
    state_ = State::Paused;
    needed_ = now;
    return sitting_.pause(now);
  }
  if (sitting_.current() != nullptr) return {};
  has_ended_ = true;
  needed_ = now;
  return sitting_.end(now);
}

void KeyDirector::show(const capture::RecordState& state) {
  const campaign::Candidate* candidate = sitting_.current();
  if (candidate == nullptr) return;
  auto name_of = [](const campaign::Candidate& one) { return one.name.empty() ? one.id : one.name; };
  GreetView view;
  view.state = state_;
  view.name = name_of(*candidate);
  view.pronunciation = campaign::pronunciation_of(*candidate);
  // The name stands there already.
  if (const campaign::GreetingWords& said = sitting_.words(); !said.script.empty() || said.name.empty())
    view.words = said.words;
  if (sitting_.next() != nullptr) view.next_name = name_of(*sitting_.next());
  view.is_good_already = sitting_.is_good(sitting_.position());
  view.number = sitting_.position() + 1;
  view.total = sitting_.size();
  view.good = sitting_.good_count();
  view.recorded = state.recorded;
  view.level = level_bar(meter_.peak_dbfs(), kMeterCells);
  if (state.frames.lost() > 0) view.warnings.push_back(fmt::format("{} pictures lost", state.frames.lost()));
  if (auto warning = capture::disk_warning(state)) view.warnings.push_back(*warning);
  display_.show(lines_of(view, LiveDisplay::columns()));
}

capture::Direction KeyDirector::operator()(const capture::Moment& moment, const capture::RecordState& state) {
  meter_.push(moment.sound);
  if (auto written = sitting_.check(); !written) return fail_with(written.error());
  bool is_pressed = false;
  while (!has_ended_) {
    std::optional<Key> key = keyboard_.poll();
    if (!key) break;
    is_pressed = true;
    if (auto pressed = press(*key, state.now); !pressed) return fail_with(pressed.error());
  }
  if (is_pressed || moments_++ % kMomentsAPicture == 0) show(state);
  if (state.recorded < needed_) return capture::Direction::Record;
  if (has_ended_) return capture::Direction::Finish;
  return state_ == GreetView::State::Recording ? capture::Direction::Record : capture::Direction::Standby;
}

capture::Direction KeyDirector::fail_with(Error error) {
  failure_ = std::move(error);
  return capture::Direction::Finish;
}

PresenterDirector::PresenterDirector(campaign::Sitting& sitting, const std::vector<std::string>& lines,
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

capture::Direction PresenterDirector::operator()(const capture::Moment&, const capture::RecordState& state) {
  // No key: the marks tell where in the take each moment is.
  auto gone = go_on(state.recorded);
  if (!gone) failure_ = gone.error();
  return failure_ || sitting_.current() == nullptr ? capture::Direction::Finish : capture::Direction::Record;
}

}  // namespace candid::cli
