#include "tests/support/terminal.h"

#include <chrono>
#include <csignal>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/wait.h>

namespace candid::test {

using namespace std::chrono_literals;

Terminal::Terminal(const std::string& command, const std::filesystem::path& out) {
  person_ = ::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
  EXPECT_EQ(::grantpt(person_) | ::unlockpt(person_), 0);
  std::string name = ::ptsname(person_);
  winsize size{30, 100, 0, 0};
  ::ioctl(person_, TIOCSWINSZ, &size);
  ::tcgetattr(person_, &before_);
  program_ = ::fork();
  if (program_ > 0) return;
  ::setsid();
  int terminal = ::open(name.c_str(), O_RDWR);
  ::dup2(terminal, 0);
  ::dup2(terminal, 2);
  ::dup2(::open(out.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600), 1);
  ::execl("/bin/sh", "sh", "-c", ("exec env " + command).c_str(), nullptr);
  ::_exit(127);
}

Terminal::~Terminal() {
  if (!has_ended_) kill();
  ::close(person_);
}

void Terminal::type(std::string_view keys) const {
  ASSERT_EQ(::write(person_, keys.data(), keys.size()), static_cast<ssize_t>(keys.size()));
}

void Terminal::wait_until(const std::function<bool(const std::string& screen)>& is_there, const std::string& what) {
  auto deadline = std::chrono::steady_clock::now() + 15s;
  while (!is_there(screen_)) {
    ASSERT_LT(std::chrono::steady_clock::now(), deadline)
        << what << " never came:\n"
        << screen_.substr(screen_.size() - std::min<size_t>(screen_.size(), 1500));
    read_screen(100);
  }
}

void Terminal::wait_for_next(const std::string& text) {
  size_t from = looked_at_;
  wait_until([&](const std::string& screen) { return screen.find(text, from) != std::string::npos; }, text);
  looked_at_ = screen_.size();
}

int Terminal::wait_for_end() {
  int status = 0;
  auto deadline = std::chrono::steady_clock::now() + 60s;
  while (::waitpid(program_, &status, WNOHANG) == 0) {
    read_screen(50);
    if (std::chrono::steady_clock::now() > deadline) {
      ADD_FAILURE() << "it never ended:\n" << screen_;
      kill();
      return -1;
    }
  }
  read_screen(0);
  has_ended_ = true;
  return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

void Terminal::signal(int number) const {
  ::kill(program_, number);
}

void Terminal::kill() {
  ::kill(program_, SIGKILL);
  ::waitpid(program_, nullptr, 0);
  has_ended_ = true;
}

bool Terminal::is_as_before() const {
  termios now{};
  ::tcgetattr(person_, &now);
  return now.c_lflag == before_.c_lflag && now.c_iflag == before_.c_iflag;
}

void Terminal::read_screen(int milliseconds) {
  pollfd ready{person_, POLLIN, 0};
  while (::poll(&ready, 1, milliseconds) > 0 && (ready.revents & POLLIN) != 0) {
    char bytes[4096];
    ssize_t count = ::read(person_, bytes, sizeof bytes);
    if (count <= 0) return;
    screen_.append(bytes, static_cast<size_t>(count));
    milliseconds = 0;
  }
}

}  // namespace candid::test
