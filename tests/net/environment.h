#pragma once
// Environment variables for the length of a test. All that steer transfers and keys are unset before the first one, so
// that nothing depends on who runs the tests.

#include <optional>
#include <string>

namespace candid::net::test {

class ScopedVariable {
 public:
  ScopedVariable(const std::string& name, const std::string& value);
  ~ScopedVariable();
  ScopedVariable(const ScopedVariable&) = delete;
  ScopedVariable& operator=(const ScopedVariable&) = delete;

 private:
  std::string name_;
  std::optional<std::string> before_;
};

}  // namespace candid::net::test
