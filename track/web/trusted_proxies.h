#pragma once
// Whose word counts about where a request comes from. Anybody can send X-Forwarded-For; only what a proxy of ours wrote
// there is more than the sender's claim, and proxies write at its end.

#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"
#include "track/web/ip_address.h"

namespace candid::track {

class TrustedProxies {
 public:
  // Addresses ("::1") and networks ("10.0.0.0/8"); InvalidInput for anything else.
  static Result<TrustedProxies> parse(const std::vector<std::string>& networks);

  bool contains(const IpAddress& address) const;
  // The peer itself when it is no trusted proxy; else the last address from the right that is none. What cannot be read
  // ends the search at the proxy that wrote it.
  IpAddress sender(const IpAddress& peer, std::string_view forwarded_for) const;
  // Whether the sender speaks TLS with a proxy that we trust.
  bool is_https(const IpAddress& peer, std::string_view forwarded_proto) const;

 private:
  struct Network {
    IpAddress first;
    int bits = 0;
  };
  std::vector<Network> networks_;
};

}  // namespace candid::track
