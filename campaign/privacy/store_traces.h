#pragma once
// What of a store belongs to some messages alone: their recipes, of every edition that is known, finished videos, and
// the parts that no other recipe names.

#include <filesystem>
#include <set>
#include <stop_token>
#include <string>
#include <vector>

#include "core/error.h"
#include "track/ledger/ledger.h"
#include "upload/store.h"

namespace candid::campaign {

// Where to look.
struct TracesIn {
  upload::Store& store;
  const track::Ledger& ledger;
  // Of the messages' campaign; empty: it is not known here. Its recipes and its journal tell of editions and parts that
  // a store without a list cannot tell of.
  std::filesystem::path campaign_folder{};
  std::stop_token stop{};  // Cancelled then
};

// Names of objects, in the order in which they are to go: what names parts before the parts. A folder tells all that it
// holds, whoever published it; of another store what this ledger knows must do. Asks such a store for the recipe of
// every message of the ledger.
Result<std::vector<std::string>> objects_of_alone(const TracesIn& where,
                                                  const std::vector<track::MessageRecord>& records,
                                                  const std::set<std::string>& message_ids);

// Of names that were written down earlier, those that nobody but these messages needs now; recipes and videos of others
// are left out as well.
Result<std::vector<std::string>> still_of_alone(const TracesIn& where, const std::vector<std::string>& objects,
                                                const std::set<std::string>& message_ids);

// Removes them, and gives the store a new identity first, so that no campaign takes for granted what it knew to be
// there. How many there were; what is gone already is fine. A folder's are gone durably when it returns.
Result<int> remove_objects(upload::Store& store, const std::vector<std::string>& objects,
                           const std::stop_token& stop = {});

// The parts that a ledger's records name: posters, captions, logos.
std::vector<std::string> parts_named_by(const track::MessageRecord& record);
// The edition that a record's video is of; empty for none.
std::string edition_named_by(const track::MessageRecord& record);

}  // namespace candid::campaign
