#include "tests/net/environment.h"

#include <cstdlib>

#include <gtest/gtest.h>

namespace candid::net::test {
namespace {

class CleanEnvironment : public testing::Environment {
  void SetUp() override {
    for (const char* name :
         {"http_proxy", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY", "no_proxy", "NO_PROXY",
          "CURL_CA_BUNDLE", "SSL_CERT_FILE", "SSL_CERT_DIR", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY",
          "AWS_SESSION_TOKEN", "AWS_PROFILE", "AWS_SHARED_CREDENTIALS_FILE", "XDG_CONFIG_HOME"}) {
      ::unsetenv(name);
    }
  }
};

const auto* const kCleanEnvironment = testing::AddGlobalTestEnvironment(new CleanEnvironment);

}  // namespace

ScopedVariable::ScopedVariable(const std::string& name, const std::string& value) : name_(name) {
  if (const char* before = std::getenv(name.c_str())) before_ = before;
  ::setenv(name.c_str(), value.c_str(), 1);
}

ScopedVariable::~ScopedVariable() {
  if (before_) {
    ::setenv(name_.c_str(), before_->c_str(), 1);
  } else {
    ::unsetenv(name_.c_str());
  }
}

}  // namespace candid::net::test
