#include "net/aws_credentials.h"

#include <gmock/gmock.h>

#include "core/files.h"
#include "tests/net/environment.h"
#include "tests/support/results.h"

namespace candid::net {
namespace {

using candid::test::must;
using test::ScopedVariable;
using testing::HasSubstr;
using testing::Not;

class AwsCredentialsFound : public testing::Test {
 protected:
  TemporaryFolder home_ = must(TemporaryFolder::create());
  ScopedVariable variable_{"HOME", home_.path().string()};

  void write_shared(std::string_view text) {
    must(make_folder(home_.path() / ".aws"));
    must(write_file(home_.path() / ".aws" / "credentials", text, FileMode::Private));
  }
  void write_secrets(std::string_view text) {
    must(make_folder(home_.path() / ".config" / "candid"));
    must(write_file(home_.path() / ".config" / "candid" / "secrets", text, FileMode::Private));
  }
  static AwsCredentials found() { return must(find_aws_credentials()->current()); }
  static Error missing() {
    auto credentials = find_aws_credentials()->current();
    EXPECT_FALSE(credentials);
    if (credentials) return Error(ErrorKind::Internal, "were found");
    EXPECT_THAT(credentials.error().describe() + credentials.error().hint(), Not(HasSubstr("hunter2")));
    return credentials.error();
  }
};

TEST_F(AwsCredentialsFound, InTheEnvironment) {
  ScopedVariable access("AWS_ACCESS_KEY_ID", "AKIA1");
  ScopedVariable secret("AWS_SECRET_ACCESS_KEY", "s3cr3t");
  EXPECT_EQ(found().access_key, "AKIA1");
  EXPECT_EQ(found().secret_key.reveal(), "s3cr3t");
  EXPECT_TRUE(found().session_token.empty());
  ScopedVariable token("AWS_SESSION_TOKEN", "token");
  EXPECT_EQ(found().session_token.reveal(), "token");
}

TEST_F(AwsCredentialsFound, InTheSecretsFile) {
  write_secrets("AWS_ACCESS_KEY_ID=AKIA2\nAWS_SECRET_ACCESS_KEY = from file\nAWS_SESSION_TOKEN=t\n");
  EXPECT_EQ(found().access_key, "AKIA2");
  EXPECT_EQ(found().secret_key.reveal(), "from file");
  EXPECT_EQ(found().session_token.reveal(), "t");
}

TEST_F(AwsCredentialsFound, ATokenOfTheFileIsNotForKeysOfTheEnvironment) {
  write_secrets("AWS_SESSION_TOKEN=t\n");
  ScopedVariable access("AWS_ACCESS_KEY_ID", "AKIA1");
  ScopedVariable secret("AWS_SECRET_ACCESS_KEY", "s");
  EXPECT_TRUE(found().session_token.empty());
}

TEST_F(AwsCredentialsFound, InTheSharedFile) {
  write_shared(
      "\xEF\xBB\xBF# made by hand\r\n"
      "[default]\r\n"
      "aws_access_key_id = AKIA3 # the first\r\n"
      "aws_secret_access_key=abc/def+ghi==\r\n"
      "; another comment\r\n"
      "region = eu-central-1\r\n"
      "\r\n"
      "[ work ]\r\n"
      "  AWS_ACCESS_KEY_ID   =   AKIA4\r\n"
      "\taws_secret_access_key\t=\twork#key ; why\r\n"
      "aws_session_token = tok\r\n"
      "s3 =\r\n"
      "  max_concurrent_requests = 20\r\n");
  EXPECT_EQ(found().access_key, "AKIA3");
  EXPECT_EQ(found().secret_key.reveal(), "abc/def+ghi==");
  EXPECT_TRUE(found().session_token.empty());
  ScopedVariable profile("AWS_PROFILE", "work");
  EXPECT_EQ(found().access_key, "AKIA4");
  EXPECT_EQ(found().secret_key.reveal(), "work#key");
  EXPECT_EQ(found().session_token.reveal(), "tok");
}

TEST_F(AwsCredentialsFound, InAFileOfAnotherName) {
  must(write_file(home_.path() / "keys", std::string_view("[default]\naws_access_key_id=A\naws_secret_access_key=B")));
  for (std::string path : {(home_.path() / "keys").string(), std::string("~/keys")}) {
    ScopedVariable variable("AWS_SHARED_CREDENTIALS_FILE", path);
    EXPECT_EQ(found().access_key, "A") << path;
  }
}

TEST_F(AwsCredentialsFound, TheEnvironmentBeatsTheSharedFile) {
  write_shared("[default]\naws_access_key_id=A\naws_secret_access_key=B\n");
  ScopedVariable access("AWS_ACCESS_KEY_ID", "AKIA1");
  ScopedVariable secret("AWS_SECRET_ACCESS_KEY", "s");
  EXPECT_EQ(found().access_key, "AKIA1");
}

TEST_F(AwsCredentialsFound, NowhereSaysWhereWasLooked) {
  Error error = missing();
  EXPECT_EQ(error.kind(), ErrorKind::NotFound);
  EXPECT_THAT(error.message(), HasSubstr("AWS_ACCESS_KEY_ID"));
  EXPECT_THAT(error.message(), HasSubstr((home_.path() / ".config/candid/secrets").string()));
  EXPECT_THAT(error.message(), HasSubstr((home_.path() / ".aws/credentials").string()));
  EXPECT_THAT(error.message(), HasSubstr("[default]"));
  EXPECT_THAT(error.hint(), HasSubstr("AWS_SECRET_ACCESS_KEY"));
}

TEST_F(AwsCredentialsFound, AProfileThatDoesNotExistIsNamed) {
  write_shared("[default]\naws_access_key_id=A\naws_secret_access_key=B\n");
  ScopedVariable profile("AWS_PROFILE", "wrok");
  Error error = missing();
  EXPECT_EQ(error.kind(), ErrorKind::NotFound);
  EXPECT_THAT(error.message(), HasSubstr("[wrok]"));
}

TEST_F(AwsCredentialsFound, OneKeyWithoutTheOtherIsNamed) {
  {
    ScopedVariable access("AWS_ACCESS_KEY_ID", "AKIA1");
    EXPECT_THAT(missing().message(), HasSubstr("AWS_SECRET_ACCESS_KEY is not"));
  }
  {
    ScopedVariable secret("AWS_SECRET_ACCESS_KEY", "hunter2");
    EXPECT_THAT(missing().message(), HasSubstr("AWS_ACCESS_KEY_ID is not"));
  }
  write_shared("[default]\naws_secret_access_key = hunter2\n");
  EXPECT_THAT(missing().message(), HasSubstr("no aws_access_key_id"));
}

TEST_F(AwsCredentialsFound, ALineThatIsNoSettingIsNamedByItsNumber) {
  write_shared("[default]\naws_access_key_id = A\nhunter2\n");
  Error error = missing();
  EXPECT_EQ(error.kind(), ErrorKind::InvalidInput);
  EXPECT_THAT(error.message(), HasSubstr("credentials:3"));
}

TEST_F(AwsCredentialsFound, AProfileWithAnotherWayToKeysSaysWhatToDo) {
  write_shared("[default]\ncredential_process = /bin/get hunter2\n");
  Error error = missing();
  EXPECT_EQ(error.kind(), ErrorKind::Unsupported);
  EXPECT_THAT(error.message(), HasSubstr("credential_process"));
  EXPECT_THAT(error.hint(), HasSubstr("export-credentials"));
}

TEST_F(AwsCredentialsFound, RefreshReadsThemAnew) {
  write_shared("[default]\naws_access_key_id=A\naws_secret_access_key=B\naws_session_token=t1\n");
  auto source = find_aws_credentials();
  EXPECT_EQ(must(source->current()).session_token.reveal(), "t1");
  EXPECT_FALSE(must(source->refresh())) << "nothing has changed";
  write_shared("[default]\naws_access_key_id=A\naws_secret_access_key=B\naws_session_token=t2\n");
  EXPECT_EQ(must(source->current()).session_token.reveal(), "t1") << "read once";
  EXPECT_TRUE(must(source->refresh()));
  EXPECT_EQ(must(source->current()).session_token.reveal(), "t2");
  write_shared("[other]\n");
  EXPECT_FALSE(source->refresh());
  EXPECT_EQ(must(source->current()).session_token.reveal(), "t2") << "the last that were good";
}

TEST(AwsCredentialsFixed, NeverChange) {
  auto source = fixed_aws_credentials({"A", Secret("B"), Secret()});
  EXPECT_EQ(must(source->current()).access_key, "A");
  EXPECT_FALSE(must(source->refresh()));
}

}  // namespace
}  // namespace candid::net
