#include "cli/signals.h"

#include <csignal>
#include <ctime>

#include <pthread.h>
#include <unistd.h>

namespace candid::cli {

SignalWatch::SignalWatch() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  std::signal(SIGPIPE, SIG_IGN);  // a peer that hangs up is an error code, not the end
  thread_ = std::jthread([this, signals](std::stop_token done) {
    timespec patience{0, 100'000'000};
    while (!done.stop_requested()) {
      if (sigtimedwait(&signals, nullptr, &patience) < 0) continue;
      if (source_.stop_requested()) ::_exit(130);
      source_.request_stop();
    }
  });
}

SignalWatch::~SignalWatch() = default;

}  // namespace candid::cli
