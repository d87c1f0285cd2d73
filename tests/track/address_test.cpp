// Addresses: reading them, cutting them, whose word about them counts, and how often they may miss.

#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/results.h"
#include "tests/track/fixtures.h"
#include "track/web/address_guard.h"
#include "track/web/network_name.h"
#include "track/web/trusted_proxies.h"

namespace candid::track {
namespace {

using candid::test::must;

IpAddress ip(std::string_view text) {
  auto address = parse_ip_address(text);
  EXPECT_TRUE(address) << text;
  return address.value_or(IpAddress{});
}

TEST(IpAddress, IsOneHoweverItIsWritten) {
  EXPECT_EQ(ip("::ffff:203.0.113.7"), ip("203.0.113.7"));
  EXPECT_EQ(ip("2001:DB8:0::1"), ip("2001:db8::1"));
  EXPECT_EQ(ip("::ffff:203.0.113.7").text(), "203.0.113.7");
  EXPECT_TRUE(ip("203.0.113.7").is_v4());
  EXPECT_FALSE(ip("::1").is_v4());
}

TEST(IpAddress, IsNothingElse) {
  for (std::string_view text :
       {"", "localhost", "1.2.3", "1.2.3.4.5", "256.1.1.1", "1.2.3.4:80", "[::1]", "::1%eth0", "1.2.3.4 ", "unknown"}) {
    EXPECT_FALSE(parse_ip_address(text)) << text;
  }
  EXPECT_FALSE(parse_ip_address(std::string_view("1.2.3.4\0", 8)));
  EXPECT_FALSE(parse_ip_address(std::string(10'000, '1')));
}

TEST(IpAddress, HasBracketsBeforeAPortWhereItHasColons) {
  EXPECT_EQ(with_port("203.0.113.7", 80), "203.0.113.7:80");
  EXPECT_EQ(with_port("2001:db8::1", 8080), "[2001:db8::1]:8080");
}

TEST(NetworkName, NamesANeighbourhood) {
  EXPECT_EQ(network_name(ip("203.0.113.77")), "203.0.113.0/24");
  EXPECT_EQ(network_name(ip("::ffff:203.0.113.77")), "203.0.113.0/24");
  EXPECT_EQ(network_name(ip("2001:db8:85a3:1:2:3:4:5")), "2001:db8:85a3::/48");
}

TrustedProxies proxies(const std::vector<std::string>& networks) {
  return must(TrustedProxies::parse(networks));
}

TEST(TrustedProxies, AreAddressesAndNetworks) {
  auto trusted = proxies({"127.0.0.1", " 10.0.0.0/8", "::1", "2001:db8::/32", "192.168.1.77/24"});
  for (const char* in : {"127.0.0.1", "10.255.0.1", "::1", "2001:db8:ffff::1", "::ffff:10.1.1.1", "192.168.1.1"}) {
    EXPECT_TRUE(trusted.contains(ip(in))) << in;
  }
  for (const char* out : {"127.0.0.2", "11.0.0.1", "::2", "2001:db9::1", "0.0.0.0", "192.168.2.1"}) {
    EXPECT_FALSE(trusted.contains(ip(out))) << out;
  }
  EXPECT_TRUE(proxies({"0.0.0.0/0"}).contains(ip("203.0.113.7")));
  EXPECT_FALSE(proxies({"0.0.0.0/0"}).contains(ip("2001:db8::1")));
  EXPECT_TRUE(proxies({"::/0"}).contains(ip("203.0.113.7")));
  EXPECT_TRUE(proxies({"::ffff:10.0.0.0/104"}).contains(ip("10.9.9.9")));
}

TEST(TrustedProxies, RefuseWhatIsNone) {
  for (const char* bad : {"", "proxy", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/", "10.0.0.0/8x", "::1/129", "10/8"}) {
    auto parsed = TrustedProxies::parse({bad});
    ASSERT_FALSE(parsed) << bad;
    EXPECT_EQ(parsed.error().kind(), ErrorKind::InvalidInput);
  }
}

TEST(TrustedProxies, NobodyElsesWordCounts) {
  EXPECT_EQ(proxies({}).sender(ip("203.0.113.7"), "198.51.100.1"), ip("203.0.113.7"));
  EXPECT_EQ(proxies({"10.0.0.0/8"}).sender(ip("203.0.113.7"), "198.51.100.1"), ip("203.0.113.7"));
  EXPECT_FALSE(proxies({"10.0.0.0/8"}).is_https(ip("203.0.113.7"), "https"));
}

TEST(TrustedProxies, TheSenderIsTheLastWhoIsNoProxy) {
  auto trusted = proxies({"10.0.0.0/8", "127.0.0.1"});
  auto sender = [&](std::string_view forwarded) { return trusted.sender(ip("127.0.0.1"), forwarded).text(); };
  EXPECT_EQ(sender("198.51.100.1"), "198.51.100.1");
  EXPECT_EQ(sender("198.51.100.1, 203.0.113.7"), "203.0.113.7");
  EXPECT_EQ(sender("198.51.100.1, 203.0.113.7, 10.1.2.3,10.9.9.9"), "203.0.113.7");
  EXPECT_EQ(sender("::ffff:203.0.113.7, ::ffff:10.1.2.3"), "203.0.113.7");
  EXPECT_EQ(sender("203.0.113.7:4711"), "203.0.113.7");
  EXPECT_EQ(sender("[2001:db8::1]:4711"), "2001:db8::1");
  EXPECT_EQ(sender("10.1.2.3"), "10.1.2.3") << "proxies alone: the first of them";
  EXPECT_EQ(sender(""), "127.0.0.1");
}

TEST(TrustedProxies, NonsenseEndsAtTheProxyThatPassedItOn) {
  auto trusted = proxies({"10.0.0.0/8"});
  EXPECT_EQ(trusted.sender(ip("10.0.0.1"), "203.0.113.7, unknown"), ip("10.0.0.1"));
  EXPECT_EQ(trusted.sender(ip("10.0.0.1"), "203.0.113.7, [::1, 10.2.2.2"), ip("10.2.2.2"));
  EXPECT_EQ(trusted.sender(ip("10.0.0.1"), ",,,"), ip("10.0.0.1"));
}

TEST(TrustedProxies, SayWhetherTheSenderSpokeTls) {
  auto trusted = proxies({"127.0.0.1"});
  EXPECT_TRUE(trusted.is_https(ip("127.0.0.1"), "https"));
  EXPECT_TRUE(trusted.is_https(ip("127.0.0.1"), "http, HTTPS"));
  EXPECT_FALSE(trusted.is_https(ip("127.0.0.1"), "https, http"));
  EXPECT_FALSE(trusted.is_https(ip("127.0.0.1"), ""));
}

TEST(AddressGuard, CountsWithinASlidingMinute) {
  test::FakeClock clock;
  AddressGuard guard(clock);
  const IpAddress sender = ip("203.0.113.7");
  for (int i = 0; i < 20; ++i) {
    EXPECT_FALSE(guard.wait(sender)) << i;
    guard.count_miss(sender);
    clock.advance(std::chrono::seconds(1));
  }
  EXPECT_EQ(guard.wait(sender), std::chrono::seconds(40));
  EXPECT_FALSE(guard.wait(ip("203.0.113.8")));
  clock.advance(std::chrono::seconds(40));
  EXPECT_FALSE(guard.wait(sender)) << "the first has grown old";
  guard.count_miss(sender);
  EXPECT_EQ(guard.wait(sender), std::chrono::seconds(1)) << "the others have not";
}

TEST(AddressGuard, NeverWaitsLongerThanAMinuteWhateverTheClockDoes) {
  test::FakeClock clock;
  AddressGuard guard(clock);
  for (int i = 0; i < 20; ++i) guard.count_miss(ip("203.0.113.7"));
  clock.advance(std::chrono::hours(-24));
  EXPECT_EQ(guard.wait(ip("203.0.113.7")), std::chrono::seconds(60));
}

TEST(AddressGuard, KeepsTheLatestOfManyAddresses) {
  test::FakeClock clock;
  AddressGuard guard(clock, 1000);
  const IpAddress busy = ip("203.0.113.7");
  for (int i = 0; i < 20; ++i) guard.count_miss(busy);
  for (int i = 0; i < 999; ++i) guard.count_miss(ip("10.0." + std::to_string(i / 250) + "." + std::to_string(i % 250)));
  EXPECT_EQ(guard.addresses(), 1000u);
  EXPECT_TRUE(guard.wait(busy));
  guard.count_miss(ip("10.1.1.1"));
  EXPECT_EQ(guard.addresses(), 1000u);
  EXPECT_FALSE(guard.wait(busy)) << "the oldest went";
}

TEST(AddressGuard, CountsFromManyThreads) {
  test::FakeClock clock;
  AddressGuard guard(clock, 50);
  std::vector<std::thread> threads;
  for (int thread = 0; thread < 4; ++thread) {
    threads.emplace_back([&, thread] {
      for (int i = 0; i < 2000; ++i) {
        IpAddress sender = ip("10.0." + std::to_string(thread) + "." + std::to_string(i % 200));
        guard.count_miss(sender);
        guard.wait(sender);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(guard.addresses(), 50u);
}

TEST(MinuteCounter, TakesNoMoreThanTheLimitAtOnce) {
  test::FakeClock clock;
  MinuteCounter counter(5, 10, clock);
  std::atomic<int> taken{0};
  std::vector<std::thread> threads;
  for (int thread = 0; thread < 4; ++thread) {
    threads.emplace_back([&] {
      for (int i = 0; i < 100; ++i) taken += !counter.wait_or_add("key");
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(taken, 5);
  EXPECT_TRUE(counter.wait("key"));
  EXPECT_FALSE(counter.wait("unknown"));
}

}  // namespace
}  // namespace candid::track
