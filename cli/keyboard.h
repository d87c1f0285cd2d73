#pragma once
// Single keys from a terminal, without waiting for them.

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace candid::cli {

// A character is itself, in the case it was typed; keys without one lie beyond Unicode. For `switch`, too.
struct Key {
  char32_t code = 0;
  constexpr operator char32_t() const { return code; }

  static const Key Enter, Escape, Space, Backspace, Up, Down, Right, Left;
};
inline constexpr Key Key::Enter{U'\r'};
inline constexpr Key Key::Escape{0x1B};
inline constexpr Key Key::Space{U' '};
inline constexpr Key Key::Backspace{0x7F};
inline constexpr Key Key::Up{0x110000};
inline constexpr Key Key::Down{0x110001};
inline constexpr Key Key::Right{0x110002};
inline constexpr Key Key::Left{0x110003};
constexpr Key key_of(char32_t character) {
  return Key{character};
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
