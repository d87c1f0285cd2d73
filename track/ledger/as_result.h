#pragma once
// The Result of work that returns a value, a Result or nothing. Internal to track.

#include "core/error.h"

namespace candid::track {

template <typename T>
struct AsResult {
  using Type = Result<T>;
};
template <typename T>
struct AsResult<Result<T>> {
  using Type = Result<T>;
};

}  // namespace candid::track
