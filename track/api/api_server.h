#pragma once
// The server's API (docs/api.md): knows the sender by an API token, then hands on to the ledger's and the store's part.

#include "core/time.h"
#include "track/api/api.h"
#include "track/api/ledger_api.h"
#include "track/api/store_api.h"

namespace candid::track {

class ApiServer final : public Api {
 public:
  // Everything borrowed outlives it.
  ApiServer(Ledger& ledger, ObjectDoor& objects, const Clock& clock = Clock::system());

  HttpResponse answer(const HttpRequest& request) override;
  std::optional<HttpResponse> refuse_body(const HttpRequest& request) override;
  // As LedgerApi has it.
  void erase_beside(LedgerApi::EraseBeside erase) { ledger_api_.erase_beside(std::move(erase)); }
  Result<void> keep_backups_in(const std::filesystem::path& folder) { return ledger_api_.keep_backups_in(folder); }

 private:
  Ledger& ledger_;
  const Clock& clock_;
  LedgerApi ledger_api_;
  StoreApi store_api_;
};

}  // namespace candid::track
