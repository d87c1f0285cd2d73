#pragma once
// What can go wrong, as a value. A function that can fail returns Result<T>; TRY passes a failure up.
//
// Order of a message: what failed, the value, the library's own words in brackets; what to try goes into the hint.
// Only the shells (cli, gui) turn an Error into text for a person, and only cli/main.cpp picks an exit code.

#include <memory>
#include <string>
#include <string_view>

#include <tl/expected.hpp>

namespace candid {

enum class ErrorKind {
  InvalidInput,  // the user's file, value or argument is wrong; found before work began
  NotFound,
  Exists,
  PermissionDenied,
  NoSpace,
  Io,
  Corrupt,      // bytes that should be ours or well formed are not
  Unsupported,  // this machine or build cannot do it
  Network,
  Cancelled,
  OutOfReach,  // what was asked for cannot be had, as only the work could show
  Internal,    // a bug of ours
};

std::string_view to_string(ErrorKind kind);

class Error {
 public:
  Error(ErrorKind kind, std::string message, std::string hint = {})
      : kind_(kind), message_(std::move(message)), hint_(std::move(hint)) {}

  ErrorKind kind() const { return kind_; }
  const std::string& message() const { return message_; }
  // What the user can try; may be empty.
  const std::string& hint() const { return hint_; }
  bool retryable() const { return retryable_; }
  // The failure below this one, or null. Immutable and shared, so that an Error stays cheap to copy.
  const Error* cause() const { return cause_.get(); }

  Error&& retry_may_help() &&;
  // The same failure seen from one layer up: `message` says what could not be done, this error becomes the cause, and
  // kind, hint and retryability carry over.
  Error wrapped(std::string message) const;
  // "message: cause: its cause", without hints.
  std::string describe() const;

 private:
  ErrorKind kind_;
  std::string message_;
  std::string hint_;
  bool retryable_ = false;
  std::shared_ptr<const Error> cause_;
};

template <typename T>
using Result = tl::expected<T, Error>;

inline tl::unexpected<Error> fail(ErrorKind kind, std::string message, std::string hint = {}) {
  return tl::unexpected<Error>(Error(kind, std::move(message), std::move(hint)));
}

// errno (or another system code) as an Error: kind and words follow the code. `doing` reads "cannot write /a/b".
Error system_error(int code, std::string_view doing);

}  // namespace candid

// `auto x = TRY(f());` is the value, or returns the error from the enclosing function. A statement expression, as in
// the SerenityOS and Ladybird code bases: GCC, Clang and clang-cl have it, and __extension__ keeps -Wpedantic content.
#define TRY(expression)                                                                  \
  __extension__({                                                                        \
    auto candid_try_result = (expression);                                               \
    if (!candid_try_result) return tl::unexpected(std::move(candid_try_result).error()); \
    std::move(candid_try_result).value();                                                \
  })

// The same for Result<void>.
#define TRY_VOID(expression)                                                               \
  do {                                                                                     \
    auto candid_void_result = (expression);                                                \
    if (!candid_void_result) return tl::unexpected(std::move(candid_void_result).error()); \
  } while (false)
