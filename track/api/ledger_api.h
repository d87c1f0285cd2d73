#pragma once
// The ledger's calls as JSON over HTTP (docs/api.md): one entry a call, with the scope that it needs.

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
  // What a server keeps of messages beside its ledger, erased before their rows are, so that a call that failed between
  // is repeated with both. Set before the first call.
  using EraseBeside = std::function<Result<void>(const std::vector<std::string>& message_ids)>;
  void erase_beside(EraseBeside erase) { erase_beside_ = std::move(erase); }
  // What this call needs; nothing for an unknown one.
  static std::optional<ApiScope> scope_of(std::string_view call);
  // A POST of a call that is known, from a sender who may make it.
  HttpResponse answer(const HttpRequest& request, std::string_view call);

 private:
  Ledger& ledger_;
  AnsweredCalls answered_;
  EraseBeside erase_beside_{};
};

}  // namespace candid::track
