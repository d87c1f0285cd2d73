#pragma once
// What of a store belongs to some messages alone: their recipes, of every edition that is known, finished videos, and
// the parts that no other recipe names.

#include <filesystem>
#include <set>
#include <stop_token>
#include <string>
#include <vector>

#include "campaign/publishing/store_identity.h"
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
// every message of the ledger. `remembered` are names that were written down earlier, and may be anything: recipes and
// videos of others, and parts that somebody else needs now, are left out.
Result<std::vector<std::string>> objects_of_alone(const TracesIn& where,
                                                  const std::vector<track::MessageRecord>& records,
                                                  const std::set<std::string>& message_ids,
                                                  const std::vector<std::string>& remembered = {});

// Of one record alone, without a look at what others need: its recipe, its video, and the parts that it names.
std::vector<std::string> objects_named_by(const track::MessageRecord& record);

// Removes what was found after `clearing` began, so that publishing misses nothing that it counted on. How many there
// were; what is gone already is fine. A folder's are gone durably when it returns.
Result<int> remove_objects(upload::Store& store, StoreClearing& clearing, const std::vector<std::string>& objects,
                           const std::stop_token& stop = {});

// The parts that a ledger's records name: posters, captions, logos.
std::vector<std::string> parts_named_by(const track::MessageRecord& record);
// The edition that a record's video is of; empty for none.
std::string edition_named_by(const track::MessageRecord& record);

}  // namespace candid::campaign
