#pragma once
// A WebDAV server in the test, as strict as nginx: collections must be made, their names end in a slash.

#include <map>
#include <set>
#include <string>

#include "tests/upload/fake_web.h"

namespace candid::upload::test {

class FakeDav final : public FakeWeb {
 public:
  std::map<std::string, std::string> files;      // "/store/a"
  std::set<std::string> collections{"/store/"};  // "/store/parts/"
  std::map<std::string, std::string> modified;   // of files, as an HTTP date; else of 2026
  bool knows_dav = true;                         // MKCOL, MOVE and PROPFIND
  std::string date;                              // of every listing, as an HTTP date
  bool wants_absolute_destination = false;       // as Apache, by RFC 2518
  uint64_t room = UINT64_MAX;                    // a longer file does not fit, which nginx calls 500

 private:
  net::HttpResponse handle(const WebRequest& request) override;
  net::HttpResponse read(const WebRequest& request);
  net::HttpResponse put(const WebRequest& request);
  net::HttpResponse make_collection(const WebRequest& request);
  net::HttpResponse move(const WebRequest& request);
  net::HttpResponse list(const WebRequest& request);
};

}  // namespace candid::upload::test
