#pragma once
// A program with a terminal of its own: its screen is read, keys are typed.

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

#include <termios.h>
#include <unistd.h>

namespace candid::test {

class Terminal {
 public:
  // `command` may begin with assignments of the environment; what it writes to stdout goes to the file `out`.
  Terminal(const std::string& command, const std::filesystem::path& out);
  ~Terminal();
  Terminal(const Terminal&) = delete;
  Terminal& operator=(const Terminal&) = delete;

  void type(std::string_view keys) const;
  // Until all that was ever written to the screen satisfies; `what` names it in the failure.
  void wait_until(const std::function<bool(const std::string& screen)>& is_there, const std::string& what);
  // Until the text is written after what was there when this was called last.
  void wait_for_next(const std::string& text);
  // The exit code; a signal's number, negative.
  int wait_for_end();
  void signal(int number) const;
  void kill();
  bool is_as_before() const;  // the terminal's modes
  const std::string& screen() const { return screen_; }

 private:
  void read_screen(int milliseconds);

  int person_ = -1;
  pid_t program_ = -1;
  termios before_{};
  bool has_ended_ = false;
  std::string screen_;
  size_t looked_at_ = 0;
};

}  // namespace candid::test
