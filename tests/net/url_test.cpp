#include "net/url.h"

#include <gtest/gtest.h>

namespace candid::net {
namespace {

TEST(Url, IsSplit) {
  auto url = split_url("HTTPS://user:pw@Host.Example:8443/a%20b/c?x=1&y#z");
  ASSERT_TRUE(url);
  EXPECT_EQ(url->scheme, "https");
  EXPECT_EQ(url->authority, "host.example:8443");
  EXPECT_EQ(url->path, "/a%20b/c");
  EXPECT_EQ(url->query, "x=1&y");
  EXPECT_EQ(url->origin(), "https://host.example:8443");
}

TEST(Url, TheSchemesOwnPortIsLeftOut) {
  EXPECT_EQ(split_url("https://h:443/")->authority, "h");
  EXPECT_EQ(split_url("http://h:80")->authority, "h");
  EXPECT_EQ(split_url("http://h:443/")->authority, "h:443");
  EXPECT_EQ(split_url("https://[::1]:443/")->authority, "[::1]");
  EXPECT_EQ(split_url("https://h:/")->authority, "h");
}

TEST(Url, WithoutAPathItIsTheRoot) {
  EXPECT_EQ(split_url("http://h")->path, "/");
  EXPECT_EQ(split_url("http://h?q=a/b")->path, "/");
  EXPECT_EQ(split_url("http://h?q=a/b")->query, "q=a/b");
}

TEST(Url, OtherSchemesAreNone) {
  for (const char* text : {"", "h/path", "ftp://h/", "file:///etc/passwd", "http:/h", "http:///path", "://h"}) {
    EXPECT_FALSE(split_url(text)) << text;
  }
}

TEST(Url, TellsOfALogin) {
  for (const char* text : {"https://user@h", "https://user:pw@h/", "http://:pw@h:1/a", "postgresql://user@h/d"})
    EXPECT_TRUE(holds_login(text)) << text;
  for (const char* text : {"https://h", "https://h/a@b", "user@h", ""}) EXPECT_FALSE(holds_login(text)) << text;
}

TEST(Url, WhatIsPrintedHoldsNoSecret) {
  EXPECT_EQ(printable_url("https://user:pw@h:1/a?token=x#y"), "h:1/a");
  EXPECT_EQ(printable_url("https://h/a\r\nb"), "h/a b");
  EXPECT_EQ(printable_url("user:pw"), "an address that is not http or https");
}

TEST(Loopback, IsThisMachinesOwnAddressesAlone) {
  for (std::string_view own : {"127.0.0.1", "127.1.2.3:80", "localhost", "LOCALHOST:8080", "[::1]", "[::1]:80"}) {
    EXPECT_TRUE(is_loopback(own)) << own;
  }
  for (std::string_view other : {"", "127.0.0.1.example.org", "localhost.example.org", "128.0.0.1", "127.0.0", "[::2]",
                                 "1270.0.0.1", "127.0.0.1.", "example.org:127"}) {
    EXPECT_FALSE(is_loopback(other)) << other;
  }
}

}  // namespace
}  // namespace candid::net
