#include "upload/open_store.h"

#include <cstdlib>

#include "core/files.h"
#include "tests/support/results.h"

namespace candid::upload {
namespace {

using candid::test::must;
using testing::HasSubstr;
using testing::Not;

// A home without credentials, and an environment without, too.
class OpenStoreTest : public testing::Test {
 protected:
  OpenStoreTest() {
    for (const char* name : {"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_PROFILE",
                             "AWS_SHARED_CREDENTIALS_FILE", "XDG_CONFIG_HOME", "CANDID_API_TOKEN"})
      ::unsetenv(name);
    ::setenv("HOME", home_.path().c_str(), 1);
  }
  ~OpenStoreTest() override {
    for (const char* name : {"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"}) ::unsetenv(name);
  }

  Result<std::unique_ptr<Store>> open(std::string_view address) {
    return open_store(must(parse_store_address(address)), {});
  }
  static void set_keys() {
    ::setenv("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE", 1);
    ::setenv("AWS_SECRET_ACCESS_KEY", "sample-secret", 1);
  }

  TemporaryFolder home_ = must(TemporaryFolder::create());
};

TEST_F(OpenStoreTest, AFolderIsMade) {
  auto store = must(open("folder:" + (home_.path() / "a/b").string()));
  EXPECT_TRUE(std::filesystem::is_directory(home_.path() / "a/b"));
  EXPECT_EQ(store->bucket(), nullptr);
}

TEST_F(OpenStoreTest, ABucketWithoutKeysSaysWhatToSet) {
  auto store = open("s3://videos");
  ASSERT_FALSE(store);
  EXPECT_EQ(store.error().kind(), ErrorKind::NotFound);
  EXPECT_THAT(store.error().describe() + store.error().hint(), HasSubstr("AWS_ACCESS_KEY_ID"));
}

TEST_F(OpenStoreTest, ABucketWithKeysIsOpenedWithoutATransfer) {
  set_keys();
  auto store = must(open("s3://videos?endpoint=https://no.such.host.invalid"));
  EXPECT_NE(store->bucket(), nullptr);
  EXPECT_EQ(store->describe(), "S3 bucket videos at no.such.host.invalid");
}

TEST_F(OpenStoreTest, ASessionTokenDoesNotCrossANetworkInTheClear) {
  set_keys();
  ::setenv("AWS_SESSION_TOKEN", "sample-token", 1);
  auto store = open("s3://videos?endpoint=http://s3.example.org");
  ASSERT_FALSE(store);
  EXPECT_EQ(store.error().kind(), ErrorKind::InvalidInput);
  EXPECT_THAT(store.error().describe(), Not(HasSubstr("sample-token")));
  EXPECT_TRUE(open("s3://videos?endpoint=http://127.0.0.1:9000"));
  EXPECT_TRUE(open("s3://videos?endpoint=https://s3.example.org"));
}

TEST_F(OpenStoreTest, ACandidServerWithoutATokenSaysWhatToSet) {
  auto store = open("candid://videos.example.org");
  ASSERT_FALSE(store);
  EXPECT_EQ(store.error().kind(), ErrorKind::NotFound);
  EXPECT_THAT(store.error().describe() + store.error().hint(), HasSubstr("CANDID_API_TOKEN"));
}

TEST_F(OpenStoreTest, WebDavNeedsNoKeys) {
  EXPECT_TRUE(open("dav://files.example.org/videos"));
}

}  // namespace
}  // namespace candid::upload
