#pragma once
// Assertions on Result<T> that show the error when they fail.

#include <gtest/gtest.h>

#include "core/error.h"

namespace candid::test {

// The value, or a test failure that shows the error. Ends the program on an error: later lines could not go on.
template <typename T>
T must(Result<T> result) {
  if (!result) {
    ADD_FAILURE() << result.error().describe() << " [try: " << result.error().hint() << "]";
    throw std::runtime_error(result.error().describe());
  }
  if constexpr (!std::is_void_v<T>) return std::move(result).value();
}

}  // namespace candid::test
