#pragma once
// What the stores over HTTP have in common: one server, who we are to it, how often a request is repeated, and what its
// refusals mean. Internal to upload.

#include <filesystem>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "core/digest.h"
#include "core/error.h"
#include "core/pause.h"
#include "net/http.h"
#include "net/retry.h"
#include "net/stoppable.h"
#include "upload/http/http_login.h"
#include "upload/open_store.h"
#include "upload/server_clock.h"

namespace candid::upload {

struct HttpServer {
  std::string kind;  // for messages to people: "WebDAV server"
  std::string url;   // without a slash at its end
  HttpLogin login{};
  net::MayGetBetter judge = net::may_get_better;
};

// Thread-safe.
class HttpSession {
 public:
  // What `settings` borrow outlives it.
  HttpSession(std::unique_ptr<net::HttpTransport> transport, HttpServer server, const StoreSettings& settings);

  // Until it is answered by something that will not get better.
  Result<net::HttpResponse> send(net::HttpRequest request, const std::stop_token& stop = {});
  // For requests that are resumed rather than repeated.
  Result<net::HttpResponse> send_once(net::HttpRequest request, const std::stop_token& stop = {});
  // Tidying up after a failure, or a stop: does not wait for a server that went away.
  void remove_best_effort(const std::string& url, const std::map<std::string, std::string>& headers = {});

  // A GET into memory, into a file, or through SHA-256.
  Result<net::HttpResponse> fetch(const std::string& url, const std::stop_token& stop = {});
  // The file appears only when `is_sound`, asked when all is there, says so.
  Result<net::HttpResponse> fetch_to_file(const std::string& url, const std::filesystem::path& file,
                                          const std::function<Result<bool>(const net::HttpResponse&)>& is_sound = {});
  Result<Sha256> sha256_of(const std::string& url, const std::stop_token& stop);

  // What an answer means that is no success. `doing` reads "put parts/ab/abcd"; the error adds who refused, and why.
  Error refusal(const net::HttpResponse& response, std::string_view doing) const;
  bool may_get_better(const net::HttpRequest& request, const net::HttpResponse& response) const {
    return server_.judge(request, response);
  }

  // What a Retry-After header asks for.
  std::optional<std::chrono::milliseconds> asked_wait(const net::HttpResponse& response) const {
    return net::retry_after(response, settings_.clock->now());
  }

  const ServerClock& server_clock() const { return server_clock_; }

  const std::string& url() const { return server_.url; }
  std::string origin() const;  // "https://host:port"
  std::string path() const;    // "/path" or ""
  bool is_encrypted() const;
  std::string describe() const;
  const StoreSettings& settings() const { return settings_; }

 private:
  net::HttpRequest authorized(net::HttpRequest request) const;

  std::unique_ptr<net::HttpTransport> transport_;
  HttpServer server_;
  const StoreSettings settings_;
  net::RetryingTransport retrier_;
  net::StoppableTransport with_retries_;     // until the session is stopped
  net::StoppableTransport without_retries_;  // likewise
  ServerClock server_clock_;
};

Result<void> check_object_name(std::string_view name);

// A header that is a decimal number.
std::optional<uint64_t> number_header(const net::HttpResponse& response, const std::string& lower_case_name);

}  // namespace candid::upload
