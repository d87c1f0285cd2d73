#pragma once
// S3 stores on a real server, which all tests of the program share: each store has a prefix of its own. What passes
// between store and server can be counted, changed and lost.

#include <atomic>
#include <functional>
#include <memory>
#include <string>

#include "net/aws_credentials.h"
#include "net/http.h"
#include "tests/support/server_process.h"
#include "upload/s3/s3_store.h"

namespace candid::upload::test {

// Of tests/servers: $CANDID_S3_SERVER ("ceph", which takes long to start), else Swift. Started with the first call.
const candid::test::ServerProcess& s3_server();

// Stands between a store and the network. `on_request` may hand the request on, changed or not, or answer itself; it is
// called by any thread.
using OnRequest = std::function<Result<net::HttpResponse>(net::HttpTransport& network, const net::HttpRequest& request,
                                                          const std::stop_token& stop)>;
class Intercepted final : public net::HttpTransport {
 public:
  explicit Intercepted(OnRequest on_request)
      : network_(net::make_curl_transport()), on_request_(std::move(on_request)) {}
  Result<net::HttpResponse> send(const net::HttpRequest& request, const std::stop_token& stop = {}) override {
    return on_request_ ? on_request_(*network_, request, stop) : network_->send(request, stop);
  }

 private:
  std::unique_ptr<net::HttpTransport> network_;
  OnRequest on_request_;
};

StoreAddress bucket_address(const std::string& prefix);
net::AwsCredentials writer_keys();
net::AwsCredentials reader_keys();
// "t1/", "t2/", …: never the same twice.
std::string new_prefix();

// A store under `prefix`. Waits between attempts are a hundredth of the real ones; patience is nearly whole, as the
// server may be silent for long on a machine that does much else.
constexpr std::chrono::milliseconds kPatience{20'000};
std::unique_ptr<S3Store> bucket_store(const std::string& prefix, UploadNotes* notes = nullptr,
                                      OnRequest on_request = {}, net::AwsCredentials keys = writer_keys(),
                                      std::chrono::milliseconds patience = kPatience);
// To look at uploads under way.
std::unique_ptr<S3Client> bucket_client(const std::string& prefix);

bool is_part_upload(const net::HttpRequest& request);
bool is_create(const net::HttpRequest& request);
bool is_complete(const net::HttpRequest& request);

// The request's body, wherever it lies.
std::string body_of(const net::HttpRequest& request);

}  // namespace candid::upload::test
