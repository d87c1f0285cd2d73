#include "track/network_name.h"

#include <algorithm>
#include <array>
#include <cstdint>

#include <arpa/inet.h>

namespace candid::track {

std::string network_name(std::string_view address) {
  const std::string text(address);  // inet_pton needs its end marked
  std::array<uint8_t, 16> bytes{};
  std::array<char, INET6_ADDRSTRLEN> written{};
  if (inet_pton(AF_INET, text.c_str(), bytes.data()) == 1) {
    bytes[3] = 0;
    inet_ntop(AF_INET, bytes.data(), written.data(), written.size());
    return std::string(written.data()) + "/24";
  }
  if (inet_pton(AF_INET6, text.c_str(), bytes.data()) != 1) return {};
  constexpr std::array<uint8_t, 12> kMapped = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
  if (std::equal(kMapped.begin(), kMapped.end(), bytes.begin())) {
    bytes[15] = 0;
    inet_ntop(AF_INET, bytes.data() + kMapped.size(), written.data(), written.size());
    return std::string(written.data()) + "/24";
  }
  std::fill(bytes.begin() + 6, bytes.end(), uint8_t{0});
  inet_ntop(AF_INET6, bytes.data(), written.data(), written.size());
  return std::string(written.data()) + "/48";
}

}  // namespace candid::track
