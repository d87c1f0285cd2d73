#include "cli/keyboard.h"

#include <atomic>

#include <poll.h>
#include <termios.h>
#include <unistd.h>

namespace candid::cli {

struct Keyboard::Saved {
  int input;
  termios modes;
};

namespace {

// What restore_terminal() finds; a plain pointer, as a signal handler may read nothing else.
std::atomic<const void*> raw_terminal = nullptr;

bool owns_terminal(int input) {
  if (::isatty(input) == 0) return false;
  // tcsetattr from the background would stop the process. A terminal that is not the controlling one has no group.
  pid_t foreground = ::tcgetpgrp(input);
  return foreground < 0 || foreground == ::getpgrp();
}

// Length of a UTF-8 sequence by its first byte; 0: none begins so.
size_t sequence_length(unsigned char first) {
  if (first < 0x80) return 1;
  if (first >= 0xC2 && first < 0xE0) return 2;
  if (first >= 0xE0 && first < 0xF0) return 3;
  return first >= 0xF0 && first < 0xF5 ? 4 : 0;
}

bool is_final(char c) {
  return c >= 0x40 && c <= 0x7E;
}

std::optional<Key> arrow(char final) {
  switch (final) {
    case 'A':
      return Key::Up;
    case 'B':
      return Key::Down;
    case 'C':
      return Key::Right;
    case 'D':
      return Key::Left;
    default:
      return std::nullopt;
  }
}

}  // namespace

void KeyDecoder::feed(std::string_view bytes, Time now) {
  if (bytes.empty()) return;
  bytes_ += bytes;
  last_ = now;
}

KeyDecoder::Progress KeyDecoder::read_character(std::optional<Key>& key) {
  auto first = static_cast<unsigned char>(bytes_[0]);
  size_t length = sequence_length(first);
  if (length == 0) {
    bytes_.erase(0, 1);
    return Progress::Nothing;
  }
  char32_t character = length == 1 ? first : first & (0xFFU >> (length + 1));
  for (size_t i = 1; i < length; ++i) {
    if (i == bytes_.size()) return Progress::Incomplete;
    auto next = static_cast<unsigned char>(bytes_[i]);
    if ((next & 0xC0U) != 0x80) {
      bytes_.erase(0, i);
      return Progress::Nothing;
    }
    character = character << 6 | (next & 0x3FU);
  }
  bytes_.erase(0, length);
  if (character == U'\n') character = U'\r';
  if (character == 0x08) character = 0x7F;
  key = key_of(character);
  return Progress::Found;
}

// CSI (ESC [ … final) and SS3 (ESC O final) of ECMA-48; the Linux console has ESC [ [ A for F1 besides.
KeyDecoder::Progress KeyDecoder::read_sequence(std::optional<Key>& key) {
  if (bytes_.size() == 1) return Progress::Incomplete;
  if (bytes_[1] != '[' && bytes_[1] != 'O') {
    bytes_.erase(0, 1);
    key = Key::Escape;
    return Progress::Found;
  }
  size_t end = 2;
  if (bytes_.size() > 2 && bytes_[1] == '[' && bytes_[2] == '[') end = 3;
  if (bytes_[1] == '[' && end == 2) {
    while (end < bytes_.size() && !is_final(bytes_[end])) ++end;
  }
  if (end >= bytes_.size()) return Progress::Incomplete;
  key = end == 3 && bytes_[2] == '[' ? std::nullopt : arrow(bytes_[end]);
  bytes_.erase(0, end + 1);
  return key ? Progress::Found : Progress::Nothing;
}

std::optional<Key> KeyDecoder::next(Time now) {
  while (!bytes_.empty()) {
    std::optional<Key> key;
    bool is_escape = bytes_[0] == 0x1B;
    Progress progress = is_escape ? read_sequence(key) : read_character(key);
    if (progress == Progress::Found) return key;
    if (progress == Progress::Nothing) continue;
    if (now - last_ < kEscapeTime) return std::nullopt;
    bytes_.erase(0, 1);
    if (is_escape) return Key::Escape;
  }
  return std::nullopt;
}

Keyboard::Keyboard(int input) : input_(input) {
  if (!owns_terminal(input)) return;
  auto saved = std::make_unique<Saved>();
  saved->input = input;
  if (::tcgetattr(input, &saved->modes) != 0) return;
  termios raw = saved->modes;
  raw.c_lflag &= ~static_cast<tcflag_t>(ICANON | ECHO);
  raw.c_lflag |= ISIG;
  raw.c_iflag &= ~static_cast<tcflag_t>(IXON);  // Ctrl-S would hold the program at its next line
  raw.c_cc[VMIN] = 0;
  raw.c_cc[VTIME] = 0;
  raw.c_cc[VSUSP] = _POSIX_VDISABLE;  // a stopped program records nothing, and leaves the shell without echo
  if (::tcsetattr(input, TCSANOW, &raw) != 0) return;
  saved_ = std::move(saved);
  raw_terminal = saved_.get();
}

Keyboard::~Keyboard() {
  if (!saved_) return;
  restore_terminal();
  raw_terminal = nullptr;
}

void Keyboard::restore_terminal() noexcept {
  const auto* saved = static_cast<const Saved*>(raw_terminal.load());
  // What was typed and not read is not meant for the shell.
  if (saved != nullptr) ::tcsetattr(saved->input, TCSAFLUSH, &saved->modes);
}

std::optional<Key> Keyboard::poll() {
  if (!saved_) return std::nullopt;
  auto now = KeyDecoder::Time::clock::now();
  pollfd ready{input_, POLLIN, 0};
  if (::poll(&ready, 1, 0) > 0) {
    char bytes[64];
    ssize_t count = ::read(input_, bytes, sizeof bytes);
    if (count > 0) decoder_.feed({bytes, static_cast<size_t>(count)}, now);
  }
  return decoder_.next(now);
}

}  // namespace candid::cli
