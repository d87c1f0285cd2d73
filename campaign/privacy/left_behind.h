#pragma once
// What an erasure left in this folder that did not know of it: one on the server, or for another campaign with
// --everywhere. Neither roster nor ledger has the candidate any more, but lists, recipes and journals do.

#include <optional>
#include <string_view>

#include "campaign/campaign_file.h"
#include "campaign/privacy/subject.h"
#include "campaign/workspace.h"
#include "core/error.h"
#include "track/ledger/ledger.h"

namespace candid::campaign {

// By id, by a mail address in any case, or by name. Nothing where the folder holds nothing of them; InvalidInput for
// several of a name.
Result<std::optional<Subject>> find_left_behind(const Campaign& campaign, const Workspace& workspace,
                                                std::string_view who, const track::Ledger& ledger);

}  // namespace candid::campaign
