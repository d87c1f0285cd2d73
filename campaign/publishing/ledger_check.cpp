#include "campaign/publishing/ledger_check.h"

#include <fmt/format.h>

namespace candid::campaign {

bool is_another_ledger(const JournalLedger& before, const JournalLedger& now, bool knows_messages) {
  return before.id.empty() ? !knows_messages : before.id != now.id;
}

Error another_ledger(const JournalLedger& before, const JournalLedger& now) {
  std::string named = before.name.empty() ? "another ledger" : fmt::format("another ledger, {}", before.name);
  return {ErrorKind::InvalidInput,
          fmt::format("these links were given out from {}, and this is {}: all would get new ones", named, now.name),
          "--data DIR, CANDID_DATA, or ledger in [publish] say which ledger it is; --new-links makes new links here"};
}

}  // namespace candid::campaign
