#pragma once
// A candid server in the test, by docs/api.md.

#include <map>
#include <string>

#include "tests/upload/fake_web.h"

namespace candid::upload::test {

class FakeCandid final : public FakeWeb {
 public:
  std::map<std::string, std::string> objects;     // by name
  std::map<std::string, std::string> unfinished;  // by name and digest
  uint64_t longest_piece = 8 << 20;

 private:
  net::HttpResponse handle(const WebRequest& request) override;
  net::HttpResponse put(const WebRequest& request, const std::string& name);
  net::HttpResponse progress(const std::string& name, const std::string& digest, uint64_t size, int status);
};

// As a server says what went wrong.
net::HttpResponse failure(int status, std::string_view kind, std::string_view message, bool retryable = false);

}  // namespace candid::upload::test
