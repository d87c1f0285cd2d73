#pragma once
// One piece of long work on a thread of its own, with progress and a way to stop it; the window goes on meanwhile.

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <utility>

#include "core/error.h"
#include "gui/waker.h"
#include "gui/worker.h"

namespace candid::gui {

struct TaskProgress {
  std::optional<double> share{};  // 0..1; nothing: it cannot be told
  std::string words{};
};

// What work tells on its way. Thread-safe.
class TaskReport {
 public:
  explicit TaskReport(Waker waker) : waker_(std::move(waker)) {}
  void tell(TaskProgress progress) {
    {
      std::lock_guard lock(mutex_);
      progress_ = std::move(progress);
    }
    waker_.wake();
  }
  TaskProgress told() const {
    std::lock_guard lock(mutex_);
    return progress_;
  }

 private:
  Waker waker_;
  mutable std::mutex mutex_;
  TaskProgress progress_;
};

// All calls from the window's thread; the work runs on its own, and must not touch what the window draws. Destroyed
// while it runs: the work is given up, as Worker says.
template <typename Value>
class Task {
 public:
  using Work = std::function<Result<Value>(TaskReport&, const std::stop_token&)>;

  Task(const Waker& waker, Work work) : shared_(std::make_shared<Shared>(waker)) {
    worker_ = Worker([shared = shared_, waker, run = std::move(work)](const std::stop_token& stop) {
      Result<Value> result = run(shared->report, stop);
      {
        std::lock_guard lock(shared->mutex);
        shared->result.emplace(std::move(result));
      }
      waker.wake();
    });
  }

  bool has_ended() const {
    std::lock_guard lock(shared_->mutex);
    return shared_->result.has_value();
  }
  TaskProgress progress() const { return shared_->report.told(); }
  void stop() { worker_.request_stop(); }
  bool is_stopping() const { return worker_.is_stopping(); }
  // What came of it, once; nothing while it runs.
  std::optional<Result<Value>> take() {
    std::lock_guard lock(shared_->mutex);
    return std::exchange(shared_->result, std::nullopt);
  }

 private:
  struct Shared {
    explicit Shared(const Waker& waker) : report(waker) {}
    TaskReport report;
    std::mutex mutex;
    std::optional<Result<Value>> result;
  };
  std::shared_ptr<Shared> shared_;
  Worker worker_;
};

}  // namespace candid::gui
