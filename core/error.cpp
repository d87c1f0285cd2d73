#include "core/error.h"

#include <cerrno>
#include <system_error>

#include <fmt/format.h>

namespace candid {

std::string_view to_string(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::InvalidInput:
      return "invalid input";
    case ErrorKind::NotFound:
      return "not found";
    case ErrorKind::Exists:
      return "exists already";
    case ErrorKind::PermissionDenied:
      return "permission denied";
    case ErrorKind::NoSpace:
      return "no space";
    case ErrorKind::Io:
      return "input/output";
    case ErrorKind::Corrupt:
      return "corrupt";
    case ErrorKind::Unsupported:
      return "unsupported";
    case ErrorKind::Network:
      return "network";
    case ErrorKind::Cancelled:
      return "cancelled";
    case ErrorKind::OutOfReach:
      return "out of reach";
    case ErrorKind::Internal:
      return "internal";
  }
  return "unknown";
}

Error&& Error::retry_may_help() && {
  retryable_ = true;
  return std::move(*this);
}

Error Error::wrapped(std::string message) const {
  Error outer(kind_, std::move(message), hint_);
  outer.retryable_ = retryable_;
  outer.cause_ = std::make_shared<const Error>(*this);
  return outer;
}

std::string Error::describe() const {
  std::string text = message_;
  for (const Error* e = cause(); e != nullptr; e = e->cause()) text += ": " + e->message_;
  return text;
}

Error system_error(int code, std::string_view doing) {
  ErrorKind kind = ErrorKind::Io;
  std::string hint;
  switch (code) {
    case ENOENT:
    case ENOTDIR:
      kind = ErrorKind::NotFound;
      break;
    case EEXIST:
      kind = ErrorKind::Exists;
      break;
    case EACCES:
    case EPERM:
    case EROFS:
      kind = ErrorKind::PermissionDenied;
      hint = "check the permissions of the file and its folder";
      break;
    case ENOSPC:
    case EDQUOT:
      kind = ErrorKind::NoSpace;
      hint = "make room on the disk and run the same command again: it resumes";
      break;
    default:
      break;
  }
  return {kind, fmt::format("{} ({})", doing, std::generic_category().message(code)), std::move(hint)};
}

}  // namespace candid
