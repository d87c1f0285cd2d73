#pragma once
// The ledger's calls as JSON over HTTP (docs/api.md): one entry a call, with the scope that it needs.

#include <optional>
#include <string_view>

#include "track/api/answered_calls.h"
#include "track/api/api_token.h"
#include "track/ledger/ledger.h"
#include "track/web/http_message.h"

namespace candid::track {

// Thread-safe; waits for the ledger.
class LedgerApi {
 public:
  explicit LedgerApi(Ledger& ledger) : ledger_(ledger) {}
  // What this call needs; nothing for an unknown one.
  static std::optional<ApiScope> scope_of(std::string_view call);
  // A POST of a call that is known, from a sender who may make it.
  HttpResponse answer(const HttpRequest& request, std::string_view call);

 private:
  Ledger& ledger_;
  AnsweredCalls answered_;
};

}  // namespace candid::track
