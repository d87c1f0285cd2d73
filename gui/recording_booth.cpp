#include "gui/recording_booth.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include <fmt/format.h>

#include "campaign/takes.h"
#include "core/log.h"
#include "gui/device_choice.h"

namespace candid::gui {

using capture::DeskPhase;
using capture::RecordingDesk;

namespace {

constexpr size_t kMostAges = 100'000;  // an hour of pictures

// For tests/bench/window.
std::string shown_words(int64_t pictures, std::vector<Microseconds> ages) {
  if (ages.empty()) return fmt::format("0 of {} pictures were shown", pictures);
  std::sort(ages.begin(), ages.end());
  auto at = [&](size_t percent) { return static_cast<double>(ages[ages.size() * percent / 100].count()) / 1e3; };
  return fmt::format(
      "{} of {} pictures were shown, {:.1f} ms after the camera had them, {:.1f} ms at the 99th percentile",
      ages.size(), pictures, at(50), at(99));
}

}  // namespace

RecordingBooth::RecordingBooth(Waker waker, BoothPlan plan)
    : worker_([shared = shared_, waker = std::move(waker), plan = std::move(plan)](const std::stop_token& stop) {
        work(shared, waker, plan, stop);
        {
          std::lock_guard lock(shared->mutex);
          shared->view.state = BoothView::State::Ended;
          log::info("gui", shown_words(shared->pictures, std::move(shared->ages)));
        }
        waker.wake();
      }) {}

void RecordingBooth::work(const std::shared_ptr<Shared>& shared, const Waker& waker, const BoothPlan& plan,
                          const std::stop_token& stop) {
  // What was given up just before may still have the camera, or a take to give its name back.
  const std::lock_guard turn(device_turn());
  std::error_code code;
  if (stop.stop_requested()) return;
  std::optional<std::filesystem::path> earlier;
  if (std::filesystem::is_regular_file(plan.record.output, code)) {
    auto aside = campaign::put_aside(plan.record.output);
    std::lock_guard lock(shared->mutex);
    if (!aside) {
      shared->view.problem = aside.error();
      return;
    }
    earlier = *aside;
    shared->view.put_aside.push_back(*aside);
  }
  record(shared, waker, plan, stop);
  if (!earlier || std::filesystem::exists(plan.record.output, code)) return;
  auto back = campaign::take_back(*earlier, plan.record.output);
  {
    std::lock_guard lock(shared->mutex);
    if (!back) shared->view.problem = back.error();
  }
  if (stop.stop_requested() && plan.takes_changed) plan.takes_changed();
}

void RecordingBooth::record(const std::shared_ptr<Shared>& shared, const Waker& waker, const BoothPlan& plan,
                            const std::stop_token& stop) {
  auto note = [&](auto change) {
    std::lock_guard lock(shared->mutex);
    change(shared->view);
  };
  auto source = capture::open_source(plan.source);
  if (!source) return note([&](BoothView& view) { view.problem = source.error(); });
  const capture::SourceFormat format = (*source)->format();
  note([&](BoothView& view) {
    view.state = BoothView::State::Running;
    view.has_sound = format.has_sound;
  });
  while (true) {
    RecordingDesk desk({plan.countdown, plan.source.script, plan.record.max_length, format});
    auto direct = [&](const capture::Moment& moment, const capture::RecordState& state) {
      std::deque<capture::DeskCommand> pressed;
      {
        std::lock_guard lock(shared->mutex);
        pressed.swap(shared->pressed);
        desk.set_pace(shared->pace);
      }
      for (capture::DeskCommand command : pressed) desk.press(command, state.now);
      const capture::Direction next = desk.hear(moment, state);
      {
        std::lock_guard lock(shared->mutex);
        shared->view.desk = desk.view();
        if (moment.frame && !moment.is_repeat) {
          shared->picture = moment.frame->share();
          shared->captured_at = moment.captured_at;
          ++shared->pictures;
        }
      }
      waker.wake();
      return next;
    };
    auto summary = capture::record(**source, plan.record, direct, &desk.notes(), stop);
    const bool wants_another = desk.wish() == RecordingDesk::Wish::Again && !stop.stop_requested();
    const bool has_nothing = !summary && summary.error().kind() == ErrorKind::Cancelled;
    if (has_nothing && wants_another) continue;
    if (has_nothing) return;
    std::error_code code;
    if (!summary) {
      return note([&](BoothView& view) {
        view.problem = summary.error();
        if (std::filesystem::exists(plan.record.output, code)) view.take = plan.record.output;
      });
    }
    if (!wants_another) {
      auto marked = campaign::add_marks(*summary, plan.source.script);
      return note([&](BoothView& view) {
        view.take = summary->path;
        view.ended_by = summary->ended_by;
        if (!marked) view.problem = marked.error();
        if (marked && *marked) view.note = **marked;
      });
    }
    auto aside = campaign::put_aside(summary->path);
    if (!aside) {
      return note([&](BoothView& view) {
        view.take = summary->path;
        view.problem = aside.error();
      });
    }
    note([&](BoothView& view) { view.put_aside.push_back(*aside); });
  }
}

void RecordingBooth::press(capture::DeskCommand command) {
  std::lock_guard lock(shared_->mutex);
  shared_->pressed.push_back(command);
}

void RecordingBooth::set_pace(double pace) {
  std::lock_guard lock(shared_->mutex);
  shared_->pace = pace;
}

BoothView RecordingBooth::look() const {
  std::lock_guard lock(shared_->mutex);
  return shared_->view;
}

bool RecordingBooth::is_recording() const {
  std::lock_guard lock(shared_->mutex);
  const BoothView& view = shared_->view;
  return view.state == BoothView::State::Running &&
         (view.desk.phase == DeskPhase::Recording || view.desk.phase == DeskPhase::Paused ||
          view.desk.phase == DeskPhase::Leaving);
}

std::optional<media::Frame> RecordingBooth::take_picture() {
  std::lock_guard lock(shared_->mutex);
  if (shared_->picture && shared_->captured_at && shared_->ages.size() < kMostAges) {
    const auto now = std::chrono::steady_clock::now().time_since_epoch();
    shared_->ages.push_back(std::chrono::duration_cast<Microseconds>(now) - *shared_->captured_at);
  }
  return std::exchange(shared_->picture, std::nullopt);
}

}  // namespace candid::gui
