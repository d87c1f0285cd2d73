#include "gui/recording_booth.h"

#include <utility>

#include <fmt/format.h>

#include "campaign/takes.h"
#include "core/log.h"

namespace candid::gui {

using capture::DeskPhase;
using capture::RecordingDesk;

RecordingBooth::RecordingBooth(Waker waker, BoothPlan plan)
    : thread_([shared = shared_, waker = std::move(waker), plan = std::move(plan)](const std::stop_token& stop) {
        work(shared, waker, plan, stop);
        {
          std::lock_guard lock(shared->mutex);
          shared->view.state = BoothView::State::Ended;
          log::info("gui", fmt::format("{} of {} pictures were shown", shared->shown, shared->pictures));
        }
        waker.wake();
      }) {}

void RecordingBooth::work(const std::shared_ptr<Shared>& shared, const Waker& waker, const BoothPlan& plan,
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
    view.device = format.device;
    view.has_picture = format.size.has_value();
    view.has_sound = format.has_sound;
  });
  while (true) {
    RecordingDesk desk({plan.countdown, plan.source.script, plan.record.max_length, format});
    auto direct = [&](const capture::Moment& moment, const capture::RecordState& state) {
      std::deque<capture::DeskCommand> pressed;
      {
        std::lock_guard lock(shared->mutex);
        pressed.swap(shared->pressed);
      }
      for (capture::DeskCommand command : pressed) desk.press(command, state.now);
      const capture::Direction next = desk.hear(moment, state);
      {
        std::lock_guard lock(shared->mutex);
        shared->view.desk = desk.view();
        if (moment.frame && !moment.is_repeat) {
          shared->picture = moment.frame->share();
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
  if (shared_->picture) ++shared_->shown;
  return std::exchange(shared_->picture, std::nullopt);
}

}  // namespace candid::gui
