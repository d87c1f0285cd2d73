#pragma once
// A tus server in the test (creation, termination, checksum where it is switched on).

#include <map>
#include <string>

#include "tests/upload/fake_web.h"

namespace candid::upload::test {

class FakeTus final : public FakeWeb {
 public:
  struct Upload {
    uint64_t size = 0;
    std::string bytes{};
  };
  std::map<std::string, Upload> uploads;    // "/files/1"
  std::string location_prefix = "/files/";  // of what creation answers
  std::string extensions = "creation,termination";
  std::string max_size;  // Tus-Max-Size, where it is not empty
  // Of the next PATCH no more than that arrives before the connection breaks off.
  std::optional<uint64_t> cut_after;

 private:
  net::HttpResponse handle(const WebRequest& request) override;
  net::HttpResponse create(const WebRequest& request);
  net::HttpResponse patch(const WebRequest& request, Upload& upload);
  int next_ = 1;
};

}  // namespace candid::upload::test
