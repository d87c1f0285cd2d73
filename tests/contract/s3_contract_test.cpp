// An S3 bucket under the contract of all stores, and its errors, against a real server.

#include "core/files.h"
#include "tests/contract/s3_fixture.h"
#include "tests/contract/store_contract.h"
#include "tests/support/results.h"
#include "upload/file_notes.h"

namespace candid::upload::test {
namespace {

using candid::test::must;
using testing::HasSubstr;
using testing::Not;

StoreUnderTest under_a_new_prefix() {
  return {nullptr, bucket_store(new_prefix())};
}

struct NotesInAFolder {
  TemporaryFolder folder = must(TemporaryFolder::create());
  std::unique_ptr<FileNotes> notes = must(FileNotes::open(folder.path() / "uploads"));
};

StoreUnderTest with_notes() {
  auto home = std::make_shared<NotesInAFolder>();
  auto store = bucket_store(new_prefix(), home->notes.get());
  return {home, std::move(store)};
}

}  // namespace

INSTANTIATE_TEST_SUITE_P(S3, StoreContract,
                         testing::Values(StoreBackend{"s3", under_a_new_prefix, true},
                                         StoreBackend{"s3_notes", with_notes, true}));

namespace {

const std::vector<uint8_t> kBytes = {1, 2, 3};

// Each way of being refused, for reading and for writing.
Error refusal_of(Store& store) {
  auto put = store.put("recipes/a.json", kBytes);
  EXPECT_FALSE(put);
  if (put) return {ErrorKind::Internal, "was not refused"};
  EXPECT_FALSE(put.error().retryable()) << put.error().describe();
  EXPECT_NE(put.error().hint(), "");
  EXPECT_THAT(put.error().describe(), Not(HasSubstr("sample-secret")));
  EXPECT_THAT(put.error().hint(), Not(HasSubstr("sample-secret")));
  return put.error();
}

net::AwsCredentials with_secret(std::string secret) {
  net::AwsCredentials keys = writer_keys();
  keys.secret_key = Secret(std::move(secret));
  return keys;
}

TEST(S3Errors, AWrongSecretIsNamed) {
  auto store = bucket_store(new_prefix(), nullptr, {}, with_secret("sample-secret-that-is-wrong"));
  Error error = refusal_of(*store);
  EXPECT_EQ(error.kind(), ErrorKind::PermissionDenied);
  EXPECT_THAT(error.message(), HasSubstr("SignatureDoesNotMatch"));
  EXPECT_THAT(error.hint(), HasSubstr("AWS_SECRET_ACCESS_KEY"));
}

TEST(S3Errors, AHeadThatIsRefusedSaysWhy) {
  auto store = bucket_store(new_prefix(), nullptr, {}, with_secret("sample-secret-that-is-wrong"));
  auto size = store->size_of("recipes/a.json");
  ASSERT_FALSE(size);
  EXPECT_EQ(size.error().kind(), ErrorKind::PermissionDenied);
  EXPECT_THAT(size.error().message(), HasSubstr("SignatureDoesNotMatch"));
}

TEST(S3Errors, AnUnknownKeyIsRefused) {
  net::AwsCredentials keys = writer_keys();
  keys.access_key = "nobody:nothing";
  Error error = refusal_of(*bucket_store(new_prefix(), nullptr, {}, keys));
  EXPECT_EQ(error.kind(), ErrorKind::PermissionDenied);
}

TEST(S3Errors, AMissingBucketIsNamedWithItsEndpoint) {
  StoreAddress address = bucket_address(new_prefix());
  address.bucket = "no-such-bucket";
  S3Store store(address, {}, net::fixed_aws_credentials(writer_keys()), net::make_curl_transport());
  Error error = refusal_of(store);
  EXPECT_EQ(error.kind(), ErrorKind::NotFound);
  EXPECT_THAT(error.message(), HasSubstr("no-such-bucket"));
  EXPECT_THAT(error.message(), HasSubstr("127.0.0.1"));
  auto folder = must(TemporaryFolder::create());
  must(write_file(folder.path() / "large", std::string_view(noise(9'000'000))));
  auto put = store.put_file("files/large", folder.path() / "large");
  ASSERT_FALSE(put);
  EXPECT_EQ(put.error().kind(), ErrorKind::NotFound);
  auto got = store.get("recipes/a.json");
  ASSERT_FALSE(got);
  EXPECT_THAT(got.error().message(), HasSubstr("no-such-bucket"));
}

TEST(S3Errors, WhoMayOnlyReadCanReadAndIsToldThatHeMayNotWrite) {
  std::string prefix = new_prefix();
  must(bucket_store(prefix)->put("recipes/b.json", kBytes));
  auto store = bucket_store(prefix, nullptr, {}, reader_keys());
  EXPECT_EQ(must(store->get("recipes/b.json")), kBytes);
  Error error = refusal_of(*store);
  EXPECT_EQ(error.kind(), ErrorKind::PermissionDenied);
  EXPECT_THAT(error.message(), HasSubstr("AccessDenied"));
  EXPECT_THAT(error.hint(), HasSubstr("s3:PutObject"));
}

TEST(S3Errors, AServerThatIsNotThereIsNetworkAndMayFareBetterLater) {
  StoreAddress address = bucket_address(new_prefix());
  address.endpoint = "http://127.0.0.1:1";
  StoreSettings settings;
  settings.retries.patience = settings.retries.first_patience = std::chrono::milliseconds(50);
  settings.retries.first = std::chrono::milliseconds(5);
  S3Store store(address, settings, net::fixed_aws_credentials(writer_keys()), net::make_curl_transport());
  auto put = store.put("a", kBytes);
  ASSERT_FALSE(put);
  EXPECT_EQ(put.error().kind(), ErrorKind::Network);
  EXPECT_TRUE(put.error().retryable());
}

}  // namespace
}  // namespace candid::upload::test
