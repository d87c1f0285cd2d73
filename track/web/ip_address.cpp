#include "track/web/ip_address.h"

#include <algorithm>

#include <arpa/inet.h>
#include <fmt/format.h>

namespace candid::track {
namespace {

constexpr std::array<uint8_t, 12> kMapped = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

}  // namespace

bool IpAddress::is_v4() const {
  return std::equal(kMapped.begin(), kMapped.end(), bytes.begin());
}

std::string IpAddress::text() const {
  std::array<char, INET6_ADDRSTRLEN> written{};
  const uint8_t* from = is_v4() ? bytes.data() + kMapped.size() : bytes.data();
  inet_ntop(is_v4() ? AF_INET : AF_INET6, from, written.data(), written.size());
  return written.data();
}

std::optional<IpAddress> parse_ip_address(std::string_view text) {
  // inet_pton needs its end marked, and must not take a NUL that came along for it.
  if (text.size() >= INET6_ADDRSTRLEN || text.find('\0') != std::string_view::npos) return std::nullopt;
  const std::string marked(text);
  IpAddress address;
  if (inet_pton(AF_INET, marked.c_str(), address.bytes.data() + kMapped.size()) == 1) {
    std::copy(kMapped.begin(), kMapped.end(), address.bytes.begin());
    return address;
  }
  if (inet_pton(AF_INET6, marked.c_str(), address.bytes.data()) == 1) return address;
  return std::nullopt;
}

std::string with_port(std::string_view address, uint16_t port) {
  bool has_colons = address.find(':') != std::string_view::npos;
  return has_colons ? fmt::format("[{}]:{}", address, port) : fmt::format("{}:{}", address, port);
}

IpAddress masked(IpAddress address, int bits) {
  for (int index = 0; index < 16; ++index) {
    int kept = std::clamp(bits - index * 8, 0, 8);
    address.bytes[static_cast<size_t>(index)] &= static_cast<uint8_t>(0xff00 >> kept);
  }
  return address;
}

IpAddress customer_of(const IpAddress& address) {
  return address.is_v4() ? address : masked(address, 64);
}

}  // namespace candid::track
