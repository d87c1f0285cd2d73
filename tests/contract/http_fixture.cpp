#include "tests/contract/http_fixture.h"

#include <array>
#include <atomic>
#include <cstdlib>
#include <fstream>

#include "core/encoding.h"
#include "net/curl_transport.h"
#include "tests/contract/store_contract.h"
#include "tests/support/results.h"

namespace candid::upload::test {

using candid::test::must;

namespace {

constexpr std::array kVariables = {"CANDID_STORE_USER", "CANDID_STORE_PASSWORD", "CANDID_STORE_TOKEN",
                                   "CANDID_API_TOKEN"};

class ListenedTo final : public net::HttpTransport {
 public:
  ListenedTo(std::unique_ptr<net::HttpTransport> network, OnRequest on_request)
      : network_(std::move(network)), on_request_(std::move(on_request)) {}
  Result<net::HttpResponse> send(const net::HttpRequest& request, const std::stop_token& stop) override {
    return on_request_ ? on_request_(*network_, request, stop) : network_->send(request, stop);
  }

 private:
  std::unique_ptr<net::HttpTransport> network_;
  OnRequest on_request_;
};

}  // namespace

std::unique_ptr<net::HttpTransport> listened_to(net::TransportSettings settings, OnRequest on_request) {
  return std::make_unique<ListenedTo>(net::make_curl_transport(settings), std::move(on_request));
}

Credentials::Credentials(const std::map<std::string, std::string>& variables) : home_(must(TemporaryFolder::create())) {
  ::setenv("XDG_CONFIG_HOME", home_.path().c_str(), 1);
  for (const char* name : kVariables) ::unsetenv(name);
  for (const auto& [name, value] : variables) ::setenv(name.c_str(), value.c_str(), 1);
}

Credentials::~Credentials() {
  ::unsetenv("XDG_CONFIG_HOME");
  for (const char* name : kVariables) ::unsetenv(name);
}

StoreSettings quick_settings(UploadNotes* notes, const std::filesystem::path& authorities) {
  StoreSettings settings;
  settings.transport.authorities = authorities;
  settings.retries.first = std::chrono::milliseconds(20);
  settings.retries.longest = std::chrono::milliseconds(1000);
  settings.retries.patience = settings.retries.first_patience = std::chrono::milliseconds(10'000);
  settings.notes = notes;
  return settings;
}

HttpLogin login_of(const std::string& user, const std::string& password) {
  std::string pair = user + ":" + password;
  HttpLogin login;
  login.authorization = Secret("Basic " + to_base64({reinterpret_cast<const uint8_t*>(pair.data()), pair.size()}));
  return login;
}

std::string new_name() {
  static std::atomic<int> count = 0;
  return "t" + std::to_string(++count);
}

std::string body_of(const net::HttpRequest& request) {
  const auto* range = std::get_if<net::FileRange>(&request.body);
  if (range == nullptr) return std::get<std::string>(request.body);
  std::string bytes(range->length, '\0');
  std::ifstream file(range->file, std::ios::binary);
  file.seekg(static_cast<std::streamoff>(range->offset));
  file.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  return bytes;
}

std::filesystem::path write_noise(const std::filesystem::path& folder, uint64_t size) {
  std::filesystem::path path = folder / new_name();
  must(write_file(path, std::string_view(noise(size))));
  return path;
}

}  // namespace candid::upload::test
