#pragma once
// Single keys from a terminal, without waiting for them.

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace candid::cli {

// A character is itself, in the case it was typed; keys without one lie beyond Unicode.
enum class Key : char32_t {
  Enter = U'\r',
  Escape = 0x1B,
  Space = U' ',
  Backspace = 0x7F,
  Up = 0x110000,
  Down,
  Right,
  Left,
};
constexpr Key key_of(char32_t character) {
  return static_cast<Key>(character);
}

// Bytes of a terminal (UTF-8, ECMA-48 sequences) as keys. Sequences of keys that have no name here give nothing.
class KeyDecoder {
 public:
  using Time = std::chrono::steady_clock::time_point;
  // A terminal sends a sequence at once. An ESC that nothing has followed by then was typed.
  static constexpr std::chrono::milliseconds kEscapeTime{40};

  void feed(std::string_view bytes, Time now);
  std::optional<Key> next(Time now);

 private:
  enum class Progress { Found, Nothing, Incomplete };
  Progress read_character(std::optional<Key>& key);
  Progress read_sequence(std::optional<Key>& key);

  std::string bytes_;
  Time last_{};  // when the newest of them came
};

// The terminal on a descriptor, which gives keys as they are typed and shows none of them, from construction to
// destruction; Ctrl-C stays a signal, Ctrl-Z does nothing. One at a time, one thread.
class Keyboard {
 public:
  explicit Keyboard(int input = 0);
  Keyboard(const Keyboard&) = delete;
  Keyboard& operator=(const Keyboard&) = delete;
  ~Keyboard();

  // False: the descriptor is no terminal, or another program has it (this one runs in the background); no key ever
  // comes, and nothing was changed.
  bool is_terminal() const { return saved_ != nullptr; }
  // The next key typed, or nothing. Never waits.
  std::optional<Key> poll();

  // As the destructor does, for a way out that runs none. May be called from a signal handler and without a Keyboard.
  static void restore_terminal() noexcept;

 private:
  struct Saved;
  int input_;
  std::unique_ptr<Saved> saved_;  // how the terminal was
  KeyDecoder decoder_;
};

}  // namespace candid::cli
