#include "track/ledger/schema_version.h"

#include <fmt/format.h>

namespace candid::track {

Result<void> check_not_newer(int found, int current) {
  if (found <= current) return {};
  return fail(ErrorKind::Unsupported,
              fmt::format("the ledger has version {}, this program knows up to {}", found, current),
              "use the candid that wrote it, or a newer one");
}

Result<void> check_is_current(int found, int current) {
  TRY_VOID(check_not_newer(found, current));
  if (found == current) return {};
  return fail(ErrorKind::Unsupported,
              fmt::format("the ledger has version {}, and looking does not bring it up to {}", found, current),
              "candid status brings it up to date");
}

}  // namespace candid::track
