#pragma once
// Stores over HTTP on real servers, and what stands between them: the network, and whatever a test does to it.

#include <functional>
#include <map>
#include <memory>
#include <string>

#include "core/files.h"
#include "net/http.h"
#include "upload/http/http_login.h"
#include "upload/open_store.h"

namespace candid::upload::test {

// Hands a request on to the network, changed or not, or answers itself. Called by any thread.
using OnRequest = std::function<Result<net::HttpResponse>(net::HttpTransport& network, const net::HttpRequest& request,
                                                          const std::stop_token& stop)>;

// libcurl with somebody listening in. `on_request` may be empty.
std::unique_ptr<net::HttpTransport> listened_to(net::TransportSettings settings, OnRequest on_request);

// The credentials of open_store() as the environment gives them, and none that this machine has.
class Credentials {
 public:
  explicit Credentials(const std::map<std::string, std::string>& variables);
  ~Credentials();
  Credentials(const Credentials&) = delete;
  Credentials& operator=(const Credentials&) = delete;

 private:
  TemporaryFolder home_;
};

// Waits between attempts are a tenth of the real ones.
StoreSettings quick_settings(UploadNotes* notes = nullptr, const std::filesystem::path& authorities = {});

// The login of a user with a password.
HttpLogin login_of(const std::string& user, const std::string& password);

// "t1", "t2", …: never the same twice.
std::string new_name();

// The request's body, wherever it lies.
std::string body_of(const net::HttpRequest& request);

// Files of `size` bytes that no two tests share.
std::filesystem::path write_noise(const std::filesystem::path& folder, uint64_t size);

}  // namespace candid::upload::test
