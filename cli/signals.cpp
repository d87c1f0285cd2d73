#include "cli/signals.h"

#include <chrono>
#include <csignal>
#include <ctime>
#include <optional>

#include <pthread.h>
#include <unistd.h>

#include "cli/keyboard.h"

namespace candid::cli {
namespace {

// Longer than the server needs to let its requests end.
constexpr std::chrono::seconds kPatience{10};

}  // namespace

SignalWatch::SignalWatch() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  // A terminal that is closed; but whoever started this with nohup wants it to go on.
  struct sigaction hangup {};
  if (::sigaction(SIGHUP, nullptr, &hangup) == 0 && hangup.sa_handler != SIG_IGN) sigaddset(&signals, SIGHUP);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  std::signal(SIGPIPE, SIG_IGN);  // a peer that hangs up is an error code, not the end
  std::signal(SIGXFSZ, SIG_IGN);  // so is a file that may not grow any more
  thread_ = std::jthread([this, signals](std::stop_token done) {
    timespec patience{0, 100'000'000};
    std::optional<std::chrono::steady_clock::time_point> asked;
    while (!done.stop_requested()) {
      bool again = sigtimedwait(&signals, nullptr, &patience) >= 0;
      auto now = std::chrono::steady_clock::now();
      // Some library may be deep in work that knows no stop. Ending at once is safe: files appear by rename.
      if (asked && (again || now - *asked > kPatience)) {
        Keyboard::restore_terminal();
        ::_exit(1);
      }
      if (!again || asked) continue;
      asked = now;
      source_.request_stop();
    }
  });
}

SignalWatch::~SignalWatch() = default;

}  // namespace candid::cli
