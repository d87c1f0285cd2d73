#include "net/curl_transport.h"

#include <algorithm>
#include <mutex>
#include <vector>

#include <fmt/format.h>

#include "net/curl_transfer.h"
#include "net/url.h"

namespace candid::net {
namespace {

// Handles that wait with their connections. More transfers than that may run at once; only their connections are not
// kept.
constexpr size_t kMostIdle = 32;

class CurlTransport final : public HttpTransport {
 public:
  explicit CurlTransport(const TransportSettings& settings) : settings_(settings) {}

  Result<HttpResponse> send(const HttpRequest& request, const std::stop_token& stop) override {
    auto url = split_url(request.url);
    std::string origin = url ? url->origin() : "";
    std::unique_ptr<CurlHandle> handle = take(origin);
    if (!handle->is_open()) return fail(ErrorKind::Internal, "cannot set up an HTTP transfer");
    Result<HttpResponse> answer = CurlTransfer(*handle, request, settings_, stop).run();
    give_back(origin, std::move(handle));
    return answer;
  }

 private:
  struct Idle {
    std::string origin;
    std::unique_ptr<CurlHandle> handle;
  };

  // The one that was last in use with this server: its connection is the likeliest to be open still.
  std::unique_ptr<CurlHandle> take(const std::string& origin) {
    {
      std::lock_guard lock(mutex_);
      auto found = std::find_if(idle_.rbegin(), idle_.rend(), [&](const Idle& idle) { return idle.origin == origin; });
      if (found != idle_.rend()) {
        std::unique_ptr<CurlHandle> handle = std::move(found->handle);
        idle_.erase(std::next(found).base());
        return handle;
      }
    }
    return std::make_unique<CurlHandle>();
  }

  void give_back(const std::string& origin, std::unique_ptr<CurlHandle> handle) {
    std::unique_ptr<CurlHandle> oldest;  // closes its connections after the lock
    std::lock_guard lock(mutex_);
    idle_.push_back({origin, std::move(handle)});
    if (idle_.size() <= kMostIdle) return;
    oldest = std::move(idle_.front().handle);
    idle_.erase(idle_.begin());
  }

  const TransportSettings settings_;
  std::mutex mutex_;
  std::vector<Idle> idle_;  // last used last
};

}  // namespace

std::unique_ptr<HttpTransport> make_curl_transport(const TransportSettings& settings) {
  return std::make_unique<CurlTransport>(settings);
}

}  // namespace candid::net
