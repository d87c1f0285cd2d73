#include "cli/keyboard.h"

#include <csignal>
#include <cstdlib>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

namespace candid::cli {
namespace {

using namespace std::chrono_literals;

std::vector<Key> keys_in(KeyDecoder& decoder, KeyDecoder::Time now) {
  std::vector<Key> keys;
  while (auto key = decoder.next(now)) keys.push_back(*key);
  return keys;
}

std::vector<Key> keys_of(std::string_view bytes) {
  KeyDecoder decoder;
  KeyDecoder::Time now{};
  decoder.feed(bytes, now);
  return keys_in(decoder, now + 1s);
}

using Keys = std::vector<Key>;

TEST(KeyDecoder, CharactersAreThemselves) {
  EXPECT_EQ(keys_of("aZ 7"), (Keys{key_of(U'a'), key_of(U'Z'), Key::Space, key_of(U'7')}));
  EXPECT_EQ(keys_of("\u00fc\u4e2d\U0001F600"), (Keys{key_of(U'\u00fc'), key_of(U'\u4e2d'), key_of(U'\U0001F600')}));
}

TEST(KeyDecoder, EnterAndBackspaceHaveTwoCodesEach) {
  EXPECT_EQ(keys_of("\r\n"), (Keys{Key::Enter, Key::Enter}));
  EXPECT_EQ(keys_of("\x7f\b"), (Keys{Key::Backspace, Key::Backspace}));
}

TEST(KeyDecoder, ArrowsInBothModesOfTerminals) {
  EXPECT_EQ(keys_of("\x1b[A\x1b[B\x1b[C\x1b[D"), (Keys{Key::Up, Key::Down, Key::Right, Key::Left}));
  EXPECT_EQ(keys_of("\x1bOA\x1bOD"), (Keys{Key::Up, Key::Left}));
}

TEST(KeyDecoder, OtherSequencesAreNoKeysAndLeaveNothingBehind) {
  // F1 of the Linux console, F5, delete, a mouse report, then a letter.
  EXPECT_EQ(keys_of("\x1b[[A\x1b[15~\x1b[3~\x1b[<0;3;4Mx"), Keys{key_of(U'x')});
}

TEST(KeyDecoder, ALoneEscapeIsToldFromASequence) {
  KeyDecoder decoder;
  KeyDecoder::Time now{};
  decoder.feed("\x1b", now);
  EXPECT_EQ(decoder.next(now + KeyDecoder::kEscapeTime - 1ms), std::nullopt) << "a sequence may follow";
  EXPECT_EQ(decoder.next(now + KeyDecoder::kEscapeTime), Key::Escape);
  EXPECT_EQ(decoder.next(now + 1s), std::nullopt);
  EXPECT_EQ(keys_of("\x1b\x1b"), (Keys{Key::Escape, Key::Escape}));
  EXPECT_EQ(keys_of("\x1bq"), (Keys{Key::Escape, key_of(U'q')}));
}

TEST(KeyDecoder, ASequenceMayComeInPieces) {
  KeyDecoder decoder;
  KeyDecoder::Time now{};
  for (std::string_view piece : {"\x1b", "["}) {
    decoder.feed(piece, now);
    EXPECT_EQ(decoder.next(now), std::nullopt);
    now += 20ms;
  }
  decoder.feed("A", now);
  EXPECT_EQ(decoder.next(now), Key::Up);
  decoder.feed("\xc3", now);
  EXPECT_EQ(decoder.next(now), std::nullopt);
  decoder.feed("\xbc", now);
  EXPECT_EQ(decoder.next(now), key_of(U'\u00fc'));
}

TEST(KeyDecoder, BytesThatAreNoTextAreDropped) {
  EXPECT_EQ(keys_of("\xff\xfe\xc3z\x80y"), (Keys{key_of(U'z'), key_of(U'y')}));
}

// A terminal: what is written to `person` is typed.
class Pty {
 public:
  Pty() {
    person_ = ::posix_openpt(O_RDWR | O_NOCTTY);
    EXPECT_EQ(::grantpt(person_), 0);
    EXPECT_EQ(::unlockpt(person_), 0);
    program_ = ::open(::ptsname(person_), O_RDWR | O_NOCTTY);
    EXPECT_GE(program_, 0);
  }
  ~Pty() {
    ::close(program_);
    ::close(person_);
  }
  Pty(const Pty&) = delete;
  Pty& operator=(const Pty&) = delete;

  int program() const { return program_; }
  void type(std::string_view text) const {
    ASSERT_EQ(::write(person_, text.data(), text.size()), static_cast<ssize_t>(text.size()));
  }
  // Waits for what was typed to arrive on the program's side.
  void settle() const {
    pollfd ready{program_, POLLIN, 0};
    ASSERT_EQ(::poll(&ready, 1, 5000), 1);
  }
  // What the terminal has shown: an echo.
  std::string shown() const {
    pollfd ready{person_, POLLIN, 0};
    std::string text;
    while (::poll(&ready, 1, 0) > 0 && (ready.revents & POLLIN) != 0) {
      char bytes[256];
      ssize_t count = ::read(person_, bytes, sizeof bytes);
      if (count <= 0) break;
      text.append(bytes, static_cast<size_t>(count));
    }
    return text;
  }
  termios modes() const {
    termios modes{};
    EXPECT_EQ(::tcgetattr(program_, &modes), 0);
    return modes;
  }

 private:
  int person_ = -1;
  int program_ = -1;
};

bool same(const termios& a, const termios& b) {
  return a.c_iflag == b.c_iflag && a.c_oflag == b.c_oflag && a.c_cflag == b.c_cflag && a.c_lflag == b.c_lflag &&
         std::equal(std::begin(a.c_cc), std::end(a.c_cc), std::begin(b.c_cc));
}

TEST(Keyboard, GivesKeysWithoutEnterAndShowsNone) {
  Pty pty;
  Keyboard keyboard(pty.program());
  ASSERT_TRUE(keyboard.is_terminal());
  EXPECT_EQ(keyboard.poll(), std::nullopt) << "nothing was typed, and nothing is waited for";
  pty.type("g");
  pty.settle();
  EXPECT_EQ(keyboard.poll(), key_of(U'g'));
  pty.type("\x1b[A\r");
  pty.settle();
  EXPECT_EQ(keyboard.poll(), Key::Up);
  EXPECT_EQ(keyboard.poll(), Key::Enter);
  EXPECT_EQ(keyboard.poll(), std::nullopt);
  EXPECT_EQ(pty.shown(), "");
}

TEST(Keyboard, PutsTheTerminalBack) {
  Pty pty;
  termios before = pty.modes();
  {
    Keyboard keyboard(pty.program());
    EXPECT_EQ(pty.modes().c_lflag & (ICANON | ECHO), 0U);
    pty.type("rest");
    pty.settle();
  }
  EXPECT_TRUE(same(pty.modes(), before));
  pollfd ready{pty.program(), POLLIN, 0};
  EXPECT_EQ(::poll(&ready, 1, 0), 0) << "what was typed for the program is not meant for the shell";
}

TEST(Keyboard, RestoresOnAWayOutWithoutDestructors) {
  Keyboard::restore_terminal();  // without one
  Pty pty;
  termios before = pty.modes();
  Keyboard keyboard(pty.program());
  Keyboard::restore_terminal();
  EXPECT_TRUE(same(pty.modes(), before));
}

TEST(Keyboard, CtrlCStaysASignal) {
  Pty pty;
  std::string name = ::ttyname(pty.program());
  int ready[2];
  ASSERT_EQ(::pipe(ready), 0);
  pid_t child = ::fork();
  if (child == 0) {
    // A session of its own takes the terminal it opens as its controlling one.
    ::setsid();
    int terminal = ::open(name.c_str(), O_RDWR);
    Keyboard keyboard(terminal);
    bool is_ready = keyboard.is_terminal() && ::write(ready[1], "r", 1) == 1;
    while (is_ready) ::pause();
    ::_exit(1);
  }
  char byte = 0;
  ASSERT_EQ(::read(ready[0], &byte, 1), 1);
  pty.type("\x03");
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFSIGNALED(status));
  EXPECT_EQ(WTERMSIG(status), SIGINT);
  ::close(ready[0]);
  ::close(ready[1]);
}

TEST(Keyboard, AFileIsNoTerminal) {
  int file = ::open("/dev/null", O_RDONLY);
  Keyboard keyboard(file);
  EXPECT_FALSE(keyboard.is_terminal());
  EXPECT_EQ(keyboard.poll(), std::nullopt);
  ::close(file);
}

}  // namespace
}  // namespace candid::cli
