#include "track/pages/owner_cookie.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/track/fixtures.h"

namespace candid::track {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

class OwnerCookieTest : public testing::Test {
 protected:
  static HttpRequest with(const std::string& cookies, bool secure = true) {
    HttpRequest request;
    request.secure = secure;
    request.headers["cookie"] = cookies;
    return request;
  }
  std::string issued(bool secure = true) const {
    const std::string set = cookie_.issue(with("", secure));
    return set.substr(0, set.find(';'));
  }

  test::FakeClock clock_;
  OwnerCookie cookie_{std::vector<uint8_t>(32, 7), clock_};
};

TEST_F(OwnerCookieTest, IsKeptToThisHostAndComesAlongFromLinks) {
  const std::string set = cookie_.issue(with(""));
  EXPECT_THAT(set, StartsWith("__Host-candid_owner="));
  EXPECT_THAT(set, HasSubstr("; Path=/; Max-Age=15552000; HttpOnly; SameSite=Lax; Secure"));
}

TEST_F(OwnerCookieTest, IsKnownAgainUntilItEnds) {
  const std::string cookie = issued();
  EXPECT_TRUE(cookie_.is_owner(with("a=b; " + cookie + "; c=d")));
  clock_.advance(kOwnerCookieLifetime - std::chrono::seconds(1));
  EXPECT_TRUE(cookie_.is_owner(with(cookie)));
  clock_.advance(std::chrono::seconds(1));
  EXPECT_FALSE(cookie_.is_owner(with(cookie)));
}

TEST_F(OwnerCookieTest, NobodyElseCanMakeOne) {
  const std::string cookie = issued();
  const OwnerCookie other(std::vector<uint8_t>(32, 8), clock_);
  EXPECT_FALSE(other.is_owner(with(cookie)));
  for (const std::string& forged :
       {std::string(), std::string("__Host-candid_owner="), std::string("__Host-candid_owner=1"), cookie + "A",
        cookie.substr(0, cookie.size() - 1), "__Host-candid_owner=9" + cookie.substr(cookie.find('=') + 1),
        "candid_owner" + cookie.substr(cookie.find('='))}) {
    EXPECT_FALSE(cookie_.is_owner(with(forged))) << forged;
  }
  EXPECT_FALSE(cookie_.is_owner(with(cookie, false))) << "the name without TLS is another one";
  EXPECT_TRUE(cookie_.is_owner(with(issued(false), false)));
}

}  // namespace
}  // namespace candid::track
