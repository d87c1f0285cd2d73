#pragma once
// The pieces of an http or https address, as they stand in it: nothing is decoded.

#include <optional>
#include <string>
#include <string_view>

namespace candid::net {

struct Url {
  std::string scheme;     // "http" or "https", in lower case
  std::string authority;  // host and port, in lower case: what the Host header says; the scheme's own port is left out
  std::string path;       // begins with "/"
  std::string query;      // without "?"
  std::string origin() const { return scheme + "://" + authority; }
};

// Nothing when it is no such address. User name and password before the host are dropped, as is a "#fragment".
std::optional<Url> split_url(std::string_view url);

// Whether an authority (host, perhaps with a port) is this machine's own: "localhost", [::1], or 127.0.0.0/8 written in
// full. What only resolves to it is not meant: "127.0.0.1.example.org" is somebody's name.
bool is_loopback(std::string_view authority);

// Whether a user or a password stands before the host: whatever prints such an address tells them.
bool holds_login(std::string_view url);

// Host and path, for messages: queries and passwords may be secret.
std::string printable_url(std::string_view url);

// Of names in protocols. Not to_lower() of core: Unicode's rules would change letters beyond ASCII, too.
std::string ascii_lower(std::string_view text);

}  // namespace candid::net
