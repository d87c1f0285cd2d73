#include "gui/worker.h"

#include <list>
#include <utility>

namespace candid::gui {
namespace {

struct GivenUp {
  std::shared_ptr<std::atomic<bool>> has_ended;
  std::jthread thread;
};

class GivenUpWork {
 public:
  void add(GivenUp work) { all_.push_back(std::move(work)); }
  void join_ended() {
    std::erase_if(all_, [](const GivenUp& work) { return work.has_ended->load(); });
  }
  void join_all() { all_.clear(); }

 private:
  std::list<GivenUp> all_;
};

GivenUpWork& given_up_work() {
  static GivenUpWork work;
  return work;
}

}  // namespace

Worker::Worker(Work work) : has_ended_(std::make_shared<std::atomic<bool>>(false)) {
  given_up_work().join_ended();
  thread_ = std::jthread([has_ended = has_ended_, run = std::move(work)](const std::stop_token& stop) mutable {
    run(stop);
    run = nullptr;  // what it owns ends with the work, not with whoever joins the thread
    *has_ended = true;
  });
}

Worker& Worker::operator=(Worker&& other) noexcept {
  give_up();
  has_ended_ = std::move(other.has_ended_);
  thread_ = std::move(other.thread_);
  return *this;
}

Worker::~Worker() {
  give_up();
}

void Worker::give_up() {
  if (!thread_.joinable()) return;
  thread_.request_stop();
  given_up_work().add({std::move(has_ended_), std::move(thread_)});
  given_up_work().join_ended();
}

void Worker::join_all() {
  given_up_work().join_all();
}

}  // namespace candid::gui
