#include "core/secret.h"

#include <cstdlib>
#include <thread>
#include <type_traits>

#include <gmock/gmock.h>

#include "core/files.h"
#include "core/pause.h"
#include "tests/support/results.h"

namespace candid {
namespace {

using test::must;
using testing::HasSubstr;
using testing::Not;

template <typename T>
concept Printable = requires(std::ostream& out, const T& value) {
  out << value;
};
static_assert(!Printable<Secret>, "a secret can be printed");
static_assert(!std::is_convertible_v<Secret, std::string>, "a secret can be taken for a text");

class FindSecret : public testing::Test {
 protected:
  TemporaryFolder folder_ = must(TemporaryFolder::create());

  void SetUp() override {
    ::setenv("XDG_CONFIG_HOME", folder_.path().c_str(), 1);
    ::unsetenv("CANDID_TEST_SECRET");
  }
  void TearDown() override {
    ::unsetenv("XDG_CONFIG_HOME");
    ::unsetenv("CANDID_TEST_SECRET");
  }
  void write(std::string_view text, FileMode mode = FileMode::Private) {
    must(make_folder(secrets_file().parent_path()));
    must(write_file(secrets_file(), text, mode));
  }
  static std::string found() {
    auto secret = must(find_secret("CANDID_TEST_SECRET"));
    return secret ? secret->reveal() : "(nothing)";
  }
};

TEST_F(FindSecret, NowhereIsNothing) {
  EXPECT_EQ(found(), "(nothing)");
}

TEST_F(FindSecret, TheEnvironmentBeatsTheFile) {
  write("CANDID_TEST_SECRET=file\n");
  EXPECT_EQ(found(), "file");
  ::setenv("CANDID_TEST_SECRET", "environment", 1);
  EXPECT_EQ(found(), "environment");
  ::setenv("CANDID_TEST_SECRET", "", 1);
  EXPECT_EQ(found(), "file");
}

TEST_F(FindSecret, ReadsLinesCommentsAndSpaces) {
  write("# a comment\r\n\r\nCANDID_TEST_SECRET_2=other\r\n  CANDID_TEST_SECRET = a=b # c \r\n");
  EXPECT_EQ(found(), "a=b # c");
  write("CANDID_TEST_SECRET=last line without its end");
  EXPECT_EQ(found(), "last line without its end");
  write("CANDID_TEST_SECRET=\n");
  EXPECT_EQ(found(), "(nothing)");
}

TEST_F(FindSecret, AFileThatOthersMayReadIsRefused) {
  write("CANDID_TEST_SECRET=hunter2\n", FileMode::Shared);
  auto secret = find_secret("CANDID_TEST_SECRET");
  ASSERT_FALSE(secret);
  EXPECT_EQ(secret.error().kind(), ErrorKind::PermissionDenied);
  EXPECT_THAT(secret.error().message(), HasSubstr(secrets_file().string()));
  EXPECT_THAT(secret.error().hint(), HasSubstr("chmod 600"));
}

TEST_F(FindSecret, ALineThatIsNoSettingIsNamedWithoutItsContent) {
  for (std::string_view line : {"hunter2", "=hunter2"}) {
    write(std::string("# first\n") + std::string(line) + "\nCANDID_TEST_SECRET=x\n");
    auto secret = find_secret("CANDID_TEST_SECRET");
    ASSERT_FALSE(secret) << line;
    EXPECT_EQ(secret.error().kind(), ErrorKind::InvalidInput);
    EXPECT_THAT(secret.error().message(), HasSubstr(secrets_file().string() + ":2"));
    EXPECT_THAT(secret.error().describe() + secret.error().hint(), Not(HasSubstr("hunter2")));
  }
}

TEST_F(FindSecret, WithoutAConfigFolderItLiesBelowHome) {
  ::unsetenv("XDG_CONFIG_HOME");
  EXPECT_THAT(secrets_file().string(), testing::EndsWith("/.config/candid/secrets"));
  ::setenv("XDG_CONFIG_HOME", "relative", 1);
  EXPECT_THAT(secrets_file().string(), testing::EndsWith("/.config/candid/secrets"));
}

TEST(Secret, IsCopiedAndMoved) {
  Secret first("a secret that is longer than any small string");
  Secret copy = first;
  EXPECT_EQ(copy.reveal(), first.reveal());
  Secret moved = std::move(first);
  EXPECT_EQ(moved.reveal(), copy.reveal());
  EXPECT_TRUE(first.empty());  // NOLINT(bugprone-use-after-move): that is the claim
  copy = Secret("other");
  EXPECT_EQ(copy.reveal(), "other");
  EXPECT_FALSE(copy.empty());
}

TEST(Pause, WaitsSoLong) {
  auto began = Pause::system().now();
  EXPECT_TRUE(Pause::system().wait(std::chrono::milliseconds(20), {}));
  EXPECT_GE(Pause::system().now() - began, std::chrono::milliseconds(20));
}

TEST(Pause, AStopEndsTheWait) {
  std::stop_source source;
  std::jthread stopper([&] { source.request_stop(); });
  EXPECT_FALSE(Pause::system().wait(std::chrono::hours(1), source.get_token()));
  EXPECT_FALSE(Pause::system().wait(std::chrono::hours(1), source.get_token())) << "stopped before";
}

}  // namespace
}  // namespace candid
