#pragma once
// A candid server on a free port of loopback, with its API over a ledger and a store of its own, and a client's way to
// it.

#include <filesystem>
#include <memory>
#include <string>

#include "core/files.h"
#include "core/secret.h"
#include "core/time.h"
#include "net/http.h"
#include "track/api/api_token.h"
#include "track/ledger/ledger.h"

namespace candid::test {

enum class Wire { Plain, Tls };

class ApiHost {
 public:
  // The clock, which is the server's, outlives the host.
  explicit ApiHost(Wire wire, const Clock& clock = Clock::system());
  // Stops the server, and removes what it kept.
  ~ApiHost();
  ApiHost(const ApiHost&) = delete;
  ApiHost& operator=(const ApiHost&) = delete;

  // "https://127.0.0.1:PORT"
  std::string url() const;
  // The certificate authority to trust, PEM; empty without TLS.
  std::filesystem::path authority() const;
  // A new API token.
  Secret token(track::ApiScope scope);
  // Trusts the authority, and repeats what may get better.
  net::HttpTransport& transport();

  std::filesystem::path store_folder() const;
  track::Ledger& ledger();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace candid::test
