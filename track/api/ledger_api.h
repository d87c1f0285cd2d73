#pragma once
// The ledger's calls as JSON over HTTP (docs/api.md): one entry a call, with the scope that it needs.

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "track/api/answered_calls.h"
#include "track/api/api_token.h"
#include "track/ledger/ledger.h"
#include "track/web/http_message.h"

namespace candid::track {

// Thread-safe; waits for the ledger.
class LedgerApi {
 public:
  explicit LedgerApi(Ledger& ledger) : ledger_(ledger) {}
  // What a server keeps of messages beside its ledger, the replies: erased after their links have ended and before
  // their rows are, so that a call that failed between is repeated with both. How many there were. Set before the first
  // call.
  using EraseBeside = std::function<Result<int>(const std::vector<std::string>& message_ids)>;
  void erase_beside(EraseBeside erase) { beside_.erase = std::move(erase); }
  // Where a backup lies until it has been sent; else the system's folder for temporary files. What a server that died
  // left there is removed. Set before the first call.
  Result<void> keep_backups_in(const std::filesystem::path& folder);
  struct Beside {
    EraseBeside erase{};
    std::filesystem::path backups{};
  };
  // What this call needs; nothing for an unknown one.
  static std::optional<ApiScope> scope_of(std::string_view call);
  // A POST of a call that is known, from a sender who may make it.
  HttpResponse answer(const HttpRequest& request, std::string_view call);

 private:
  Ledger& ledger_;
  AnsweredCalls answered_;
  Beside beside_{};
};

}  // namespace candid::track
