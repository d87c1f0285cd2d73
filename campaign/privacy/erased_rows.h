#pragma once
// Rows of candidates who were erased: a roster that is exported anew brings them back, and nobody would notice.

#include <functional>

#include "campaign/job.h"
#include "core/error.h"
#include "track/ledger/ledger.h"

namespace candid::campaign {

// Moves candidates whom the ledger has as erased to Roster::rejected, each with the receipt and the way to let them in
// again. How many there were.
Result<size_t> hold_erased(Job& job, const track::Ledger& ledger);

// Moves these candidates, with their reasons, to Roster::rejected; what is kept by their places moves along.
void reject(Job& job, const std::function<std::optional<Finding>(size_t candidate)>& reason);

// They may come back: who is meant as find_subject() has it. How many of their identities were erased; 0: nobody was.
Result<int> readmit(const Campaign& campaign, std::string_view who, track::Ledger& ledger);

}  // namespace candid::campaign
