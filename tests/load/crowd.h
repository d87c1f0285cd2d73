#pragma once
// Where the members of a crowd come from and where they go.

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include <boost/asio/ip/tcp.hpp>

namespace candid::load {

using Moment = std::chrono::steady_clock::time_point;

struct Crowd {
  boost::asio::ip::tcp::endpoint server{};
  std::vector<std::string> paths{};  // of pages: "/v/TOKEN"
  std::string first_address = "127.2.0.1";
  size_t connections_of_address = 80;  // a server bounds them
  std::chrono::milliseconds timeout = std::chrono::seconds(30);
  Moment end{};

  const std::string& path_of(size_t member) const { return paths[member % paths.size()]; }
  // An address of loopback for some members at a time, none of which ends in 0 or 255.
  boost::asio::ip::address address_of(size_t member) const {
    constexpr size_t kHostsOfNetwork = 250;
    const size_t number = member / connections_of_address;
    const auto first = boost::asio::ip::make_address_v4(first_address).to_uint();
    const auto step = static_cast<uint32_t>((number / kHostsOfNetwork) * 256 + number % kHostsOfNetwork);
    return boost::asio::ip::address_v4(first + step);
  }
};

}  // namespace candid::load
