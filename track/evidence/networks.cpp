#include "track/evidence/networks.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <charconv>
#include <optional>

#include <fmt/format.h>

#include "track/evidence/evidence_assets.h"
#include "track/evidence/kept_list.h"
#include "track/web/network_name.h"

namespace candid::track {
namespace {

constexpr std::string_view kNetworksFile = "networks.txt";
constexpr int kKeptV4 = kMappedBits + 24;  // what network_name() leaves
constexpr int kKeptV6 = 48;

struct Span {
  IpAddress first;
  int bits = 128;  // of the sixteen bytes
};

// "[2001:db8::1]:443", "[2001:db8::1]" and "203.0.113.7:443" without what is around the address.
std::string_view bare(std::string_view text) {
  constexpr std::string_view kSpaces = " \t";
  text.remove_prefix(std::min(text.find_first_not_of(kSpaces), text.size()));
  text = text.substr(0, text.find_last_not_of(kSpaces) + 1);
  if (text.starts_with('[')) return text.substr(1, text.find(']') - 1);
  const size_t colon = text.find(':');
  const bool has_port = colon != std::string_view::npos && text.find(':', colon + 1) == std::string_view::npos &&
                        text.substr(0, colon).find('.') != std::string_view::npos;
  return has_port ? text.substr(0, colon) : text;
}

// "203.0.113.7", "203.0.113.0/24", "2001:db8::/32"
std::optional<Span> parse_span(std::string_view text) {
  text = bare(text);
  size_t slash = text.find('/');
  auto address = parse_ip_address(text.substr(0, slash));
  if (!address) return std::nullopt;
  if (slash == std::string_view::npos) return Span{*address, 128};
  text.remove_prefix(slash + 1);
  int bits = 0;
  auto [end, status] = std::from_chars(text.data(), text.data() + text.size(), bits);
  int offset = address->is_v4() ? kMappedBits : 0;
  if (status != std::errc{} || end != text.data() + text.size() || bits < 0 || bits > 128 - offset) return std::nullopt;
  return Span{masked(*address, bits + offset), bits + offset};
}

int kept_bits(const IpAddress& address) {
  return address.is_v4() ? kKeptV4 : kKeptV6;
}

std::optional<NetworkKind> kind_named(std::string_view name) {
  if (name == "mail_security") return NetworkKind::MailSecurity;
  if (name == "data_centre") return NetworkKind::DataCentre;
  if (name == "people") return NetworkKind::People;
  if (name == "homes") return NetworkKind::Homes;
  return std::nullopt;
}

bool is_of_people(const KnownNetwork& known) {
  return known.kind == NetworkKind::People || known.kind == NetworkKind::Homes;
}

bool is_word_letter(char letter) {
  return (letter >= 'a' && letter <= 'z') || (letter >= '0' && letter <= '9');
}

// In small letters, and with spaces for what else stands between words.
std::string spaced(std::string_view text) {
  std::string words = lower_ascii(text);
  for (char& letter : words) {
    if (letter == '_' || letter == '-') letter = ' ';
  }
  return words;
}

// "as 8075" and "asn8075" as "as8075".
std::string with_plain_numbers(std::string text) {
  for (size_t at = text.find("as"); at != std::string::npos; at = text.find("as", at + 1)) {
    if (at > 0 && is_word_letter(text[at - 1])) continue;
    size_t digit = at + 2;
    if (digit < text.size() && text[digit] == 'n') ++digit;
    while (digit < text.size() && (text[digit] == ' ' || text[digit] == ':' || text[digit] == '#')) ++digit;
    if (digit < text.size() && text[digit] >= '0' && text[digit] <= '9') text.erase(at + 2, digit - at - 2);
  }
  return text;
}

// "aws" stands in "aws-east", and not in "lawson".
bool holds_word(std::string_view text, std::string_view word) {
  for (size_t at = text.find(word); at != std::string_view::npos; at = text.find(word, at + 1)) {
    size_t end = at + word.size();
    if ((at == 0 || !is_word_letter(text[at - 1])) && (end == text.size() || !is_word_letter(text[end]))) return true;
  }
  return false;
}

}  // namespace

Result<NetworkList> NetworkList::parse(std::string_view text) {
  NetworkList list;
  for (const ListRow& row : TRY(read_list(kNetworksFile, text, 3))) {
    auto kind = kind_named(row.columns[1]);
    if (!kind) {
      return fail(ErrorKind::InvalidInput,
                  fmt::format("{}:{}: \"{}\" is no kind of network", kNetworksFile, row.line, row.columns[1]),
                  "mail_security, data_centre, people or homes");
    }
    KnownNetwork network{*kind, std::string(row.columns[2])};
    auto span = parse_span(row.columns[0]);
    if (!span && row.columns[0].find('/') != std::string_view::npos) {
      return fail(ErrorKind::InvalidInput,
                  fmt::format("{}:{}: \"{}\" is no range", kNetworksFile, row.line, row.columns[0]));
    }
    if (!span) {
      list.names_.emplace_back(spaced(row.columns[0]), std::move(network));
      continue;
    }
    int bits = std::min(span->bits, kept_bits(span->first));
    list.ranges_.try_emplace({bits, masked(span->first, bits).bytes}, std::move(network));
    list.lengths_.insert(bits);
  }
  return list;
}

const NetworkList& NetworkList::built_in() {
  static const NetworkList list = [] {
    auto parsed = parse(evidence_assets().at(kNetworksFile));
    assert(parsed && "assets/evidence/networks.txt is part of the program and tested");
    return std::move(*parsed);
  }();
  return list;
}

const KnownNetwork* NetworkList::find(std::string_view network) const {
  if (network.empty()) return nullptr;
  auto span = parse_span(network);
  return span ? find_range(span->first, span->bits) : find_name(network);
}

const KnownNetwork* NetworkList::find_range(const IpAddress& address, int bits) const {
  for (int length : lengths_) {
    if (length > bits) continue;
    auto found = ranges_.find({length, masked(address, length).bytes});
    if (found != ranges_.end()) return &found->second;
  }
  return nullptr;
}

size_t NetworkList::HashOfRange::operator()(const Range& range) const {
  const auto& bytes = range.second;
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  return std::hash<std::string_view>()(text) + static_cast<size_t>(range.first);
}

const KnownNetwork* NetworkList::find_name(std::string_view text) const {
  const std::string lower = with_plain_numbers(spaced(text));
  for (const auto& [name, network] : names_) {
    if (holds_word(lower, name)) return &network;
  }
  return nullptr;
}

std::string machine_network(std::string_view network) {
  const KnownNetwork* known = NetworkList::built_in().find(network);
  return known == nullptr || is_of_people(*known) ? std::string() : known->whose;
}

bool is_of_people(std::string_view network) {
  const KnownNetwork* known = NetworkList::built_in().find(network);
  return known != nullptr && is_of_people(*known);
}

bool is_shared_by_people(std::string_view network) {
  const KnownNetwork* known = NetworkList::built_in().find(network);
  return known != nullptr && known->kind == NetworkKind::People;
}

bool is_address(std::string_view network) {
  return parse_span(network).has_value();
}

std::string truncated_network(std::string_view network) {
  auto span = parse_span(network);
  if (!span) return std::string(network);
  if (span->bits <= kept_bits(span->first)) return std::string(bare(network));
  return network_name(span->first);
}

}  // namespace candid::track
