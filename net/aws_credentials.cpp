#include "net/aws_credentials.h"

#include <cstdlib>

#include <fmt/format.h>

#include "core/files.h"
#include "core/text.h"
#include "net/aws_profile.h"

namespace candid::net {
namespace {

constexpr uint64_t kMostBytes = 1 << 20;
constexpr const char* kAccessKey = "AWS_ACCESS_KEY_ID";
constexpr const char* kSecretKey = "AWS_SECRET_ACCESS_KEY";
constexpr const char* kSessionToken = "AWS_SESSION_TOKEN";

bool is_in_environment(const char* name) {
  const char* value = std::getenv(name);
  return value != nullptr && *value != '\0';
}

tl::unexpected<Error> lone_key(const char* there, const char* missing) {
  return fail(ErrorKind::InvalidInput, fmt::format("{} is set, but {} is not", there, missing),
              fmt::format("set both, in the environment or in {}", secrets_file().string()));
}

// Nothing when neither key is there.
Result<std::optional<AwsCredentials>> from_environment() {
  auto access = TRY(find_secret(kAccessKey));
  auto secret = TRY(find_secret(kSecretKey));
  if (!access && !secret) return std::nullopt;
  if (!access) return lone_key(kSecretKey, kAccessKey);
  if (!secret) return lone_key(kAccessKey, kSecretKey);
  AwsCredentials credentials{trim(access->reveal()), Secret(trim(secret->reveal())), Secret(), std::nullopt};
  // A token belongs to its keys: one in the file is not for keys of the environment.
  bool are_of_environment = is_in_environment(kAccessKey) && is_in_environment(kSecretKey);
  if (!are_of_environment || is_in_environment(kSessionToken)) {
    if (auto token = TRY(find_secret(kSessionToken))) credentials.session_token = Secret(trim(token->reveal()));
  }
  return credentials;
}

Result<std::optional<AwsCredentials>> from_profile() {
  std::filesystem::path path = shared_credentials_file();
  auto text = read_text_file(path, kMostBytes);
  if (!text && text.error().kind() == ErrorKind::NotFound) return std::nullopt;
  if (!text) return tl::unexpected(std::move(text).error());
  Secret contents(std::move(*text));
  return read_aws_profile(contents.reveal(), aws_profile(), path.string());
}

Result<AwsCredentials> look_everywhere() {
  if (auto found = TRY(from_environment())) return *found;
  if (auto found = TRY(from_profile())) return *found;
  return fail(ErrorKind::NotFound,
              fmt::format("there are no AWS credentials: {} is neither in the environment nor in {}, and {} has no "
                          "profile [{}]",
                          kAccessKey, secrets_file().string(), shared_credentials_file().string(), aws_profile()),
              fmt::format("set {} and {}, or run: aws configure", kAccessKey, kSecretKey));
}

bool are_same(const AwsCredentials& a, const AwsCredentials& b) {
  return a.access_key == b.access_key && a.secret_key.reveal() == b.secret_key.reveal() &&
         a.session_token.reveal() == b.session_token.reveal();
}

class FoundCredentials final : public AwsCredentialSource {
 public:
  Result<AwsCredentials> current() override {
    std::lock_guard lock(mutex_);
    if (!known_) known_ = TRY(look_everywhere());
    return *known_;
  }

  Result<bool> refresh() override {
    AwsCredentials fresh = TRY(look_everywhere());
    std::lock_guard lock(mutex_);
    bool is_new = !known_ || !are_same(*known_, fresh);
    known_ = std::move(fresh);
    return is_new;
  }

 private:
  std::mutex mutex_;
  std::optional<AwsCredentials> known_;
};

class FixedCredentials final : public AwsCredentialSource {
 public:
  explicit FixedCredentials(AwsCredentials credentials) : credentials_(std::move(credentials)) {}
  Result<AwsCredentials> current() override { return credentials_; }
  Result<bool> refresh() override { return false; }

 private:
  const AwsCredentials credentials_;
};

}  // namespace

std::unique_ptr<AwsCredentialSource> find_aws_credentials() {
  return std::make_unique<FoundCredentials>();
}

std::unique_ptr<AwsCredentialSource> fixed_aws_credentials(AwsCredentials credentials) {
  return std::make_unique<FixedCredentials>(std::move(credentials));
}

}  // namespace candid::net
