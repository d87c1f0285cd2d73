#include "core/error.h"

#include <cerrno>

#include "core/finding.h"
#include "core/random.h"
#include "core/suggest.h"

namespace candid {
namespace {

using testing::HasSubstr;

TEST(Error, WrappedKeepsTheRoot) {
  Error root = Error(ErrorKind::Network, "connection refused", "start the server").retry_may_help();
  Error outer = root.wrapped("cannot reach the store").wrapped("cannot publish");
  EXPECT_EQ(outer.kind(), ErrorKind::Network);
  EXPECT_EQ(outer.hint(), "start the server");
  EXPECT_TRUE(outer.retryable());
  EXPECT_EQ(outer.message(), "cannot publish");
  EXPECT_EQ(outer.describe(), "cannot publish: cannot reach the store: connection refused");
  ASSERT_NE(outer.cause(), nullptr);
  EXPECT_EQ(outer.cause()->message(), "cannot reach the store");
  EXPECT_EQ(root.cause(), nullptr);
  EXPECT_EQ(root.describe(), "connection refused");
}

TEST(Error, IsNotRetryableUnlessSaid) {
  EXPECT_FALSE(Error(ErrorKind::Network, "x").retryable());
}

TEST(Error, SystemCodesKeepTheirKind) {
  const std::pair<int, ErrorKind> cases[] = {
      {ENOENT, ErrorKind::NotFound},        {ENOTDIR, ErrorKind::NotFound},
      {EEXIST, ErrorKind::Exists},          {EACCES, ErrorKind::PermissionDenied},
      {EROFS, ErrorKind::PermissionDenied}, {ENOSPC, ErrorKind::NoSpace},
      {EDQUOT, ErrorKind::NoSpace},         {EIO, ErrorKind::Io}};
  for (auto [code, kind] : cases) EXPECT_EQ(system_error(code, "doing").kind(), kind) << code;
  EXPECT_EQ(system_error(ENOENT, "cannot read /a").message(), "cannot read /a (No such file or directory)");
}

Result<int> half(int value) {
  if (value % 2 != 0) return fail(ErrorKind::InvalidInput, "odd");
  return value / 2;
}
Result<int> quarter(int value) {
  int once = TRY(half(value));
  return TRY(half(once));
}

TEST(Error, TryPassesAFailureUp) {
  EXPECT_EQ(quarter(8).value(), 2);
  EXPECT_EQ(quarter(6).error().message(), "odd");
}

TEST(Finding, DescribesItsPlace) {
  EXPECT_EQ(
      (Finding{Severity::Error, "campaign.toml", 14, "layer[2].start", "\"3 apples\" is not a time", ""}).describe(),
      "campaign.toml:14: layer[2].start: \"3 apples\" is not a time");
  EXPECT_EQ((Finding{Severity::Note, "roster.csv", 0, "", "is empty", ""}).describe(), "roster.csv: is empty");
  EXPECT_EQ((Finding{Severity::Note, "", 0, "", "just so", ""}).describe(), "just so");
}

TEST(Finding, OnlyErrorsStopTheWork) {
  Findings findings{{Severity::Note, "", 0, "", "a", ""}, {Severity::Warning, "", 0, "", "b", ""}};
  EXPECT_FALSE(has_errors(findings));
  EXPECT_FALSE(has_errors({}));
  findings.push_back({Severity::Error, "", 0, "", "c", ""});
  EXPECT_TRUE(has_errors(findings));
}

const std::vector<std::string> kColumns = {"first_name", "last_name", "email", "role"};

TEST(Suggest, FindsTheLikelySlip) {
  EXPECT_EQ(closest("frist_name", kColumns), "first_name");
  EXPECT_EQ(closest("lastname", kColumns), "last_name");
  EXPECT_EQ(closest("emial", kColumns), "email");
  EXPECT_EQ(closest("roles", kColumns), "role");
}

TEST(Suggest, OffersNothingForAnotherWord) {
  EXPECT_EQ(closest("salary", kColumns), "");
  EXPECT_EQ(closest("x", {}), "");
  EXPECT_EQ(closest(std::string(10'000, 'e'), kColumns), "");
}

TEST(Suggest, OffersNothingThatSharesNoLetter) {
  const std::vector<std::string> words = {"id", "to"};
  EXPECT_EQ(closest("qq", words), "");
  EXPECT_EQ(closest("x", words), "");
}

TEST(Suggest, JoinsWords) {
  EXPECT_EQ(join(kColumns), "first_name, last_name, email, role");
  EXPECT_EQ(join({}), "");
  EXPECT_EQ(join(kColumns, "/"), "first_name/last_name/email/role");
}

TEST(Random, TokensAreLongAndNeverRepeat) {
  std::set<std::string> seen;
  for (int i = 0; i < 1000; ++i) seen.insert(random_token(160));
  EXPECT_EQ(seen.size(), 1000U);
  EXPECT_EQ(seen.begin()->size(), 27U);
  EXPECT_EQ(random_bytes(7).size(), 7U);
}

}  // namespace
}  // namespace candid
