#pragma once
// Whose network a visit came from: the kept list of assets/evidence/networks.txt. It only makes a machine probable.

#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "core/error.h"
#include "track/web/ip_address.h"

namespace candid::track {

enum class NetworkKind {
  MailSecurity,
  DataCentre,
  People,  // a proxy or gateway that people are behind
  Homes,   // of people, too, and a source of its own
};

struct KnownNetwork {
  NetworkKind kind = NetworkKind::DataCentre;
  std::string whose;  // "Mimecast"
};

class NetworkList {
 public:
  // Lines of `network<TAB>kind<TAB>whose it is`; the network is a range, an AS number or a word of its name.
  static Result<NetworkList> parse(std::string_view text);
  static const NetworkList& built_in();

  // `network` is an address, a range as ledgers keep it ("203.0.113.0/24"), or what others write of one ("AS8075
  // Microsoft", "ASN 8075", "[2a01:111:f400::1]:443"). Null when nothing is known of it. The narrowest range that holds
  // all of it counts.
  const KnownNetwork* find(std::string_view network) const;

 private:
  using Range = std::pair<int, std::array<uint8_t, 16>>;  // bits of the sixteen bytes, and the first address
  const KnownNetwork* find_range(const IpAddress& address, int bits) const;
  const KnownNetwork* find_name(std::string_view text) const;

  struct HashOfRange {
    size_t operator()(const Range& range) const;
  };
  std::unordered_map<Range, KnownNetwork, HashOfRange> ranges_;
  std::set<int, std::greater<>> lengths_;                    // of the ranges, the longest first
  std::vector<std::pair<std::string, KnownNetwork>> names_;  // lower case
};

// Whose network it is, where machines live there; else empty. What the server keeps of a network for good: it is no
// address, and still there when the ledger has dropped that.
std::string machine_network(std::string_view network);

// Whether it is a proxy or gateway that many people are behind, so that one of them is no one source.
bool is_shared_by_people(std::string_view network);

// Whether people are there: at home, or behind such a proxy or gateway.
bool is_of_people(std::string_view network);

// Whether it is an address or a range, and no name.
bool is_address(std::string_view network);

// An address cut to what a ledger keeps of it; anything else as it is.
std::string truncated_network(std::string_view network);

}  // namespace candid::track
