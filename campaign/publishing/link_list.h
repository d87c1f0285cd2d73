#pragma once
// The lists of links that people mail from (link_book.h), as the journal knows the links now. Internal to campaign.

#include <map>
#include <set>
#include <string>

#include "campaign/publishing/link_book.h"
#include "campaign/publishing/publish.h"
#include "campaign/publishing/publish_journal.h"

namespace candid::campaign {

// The plan's messages in their order, then the links of candidates who are not in it now: a row that is briefly wrong
// must not lose its link, and who was held and is not in the roster now is not free for that. Returns how many links of
// others there are.
//
// A link stays beside the name and the address of whom it was given to, as the ledger tells it. Where that could not be
// asked a line keeps what it says, and only one that is missing gets the row's. `book` is what the lists held before.
struct LinkOwner {
  std::string name{};
  std::string email{};
};
struct LinkListed {
  std::set<std::string> held{};                  // message ids, as all here
  std::set<std::string> owned{};                 // the ledger has them for the person in the row
  std::map<std::string, LinkOwner> of_others{};  // it has them for somebody else
};
Result<size_t> write_link_list(const PublishJob& work, const PublishJournal& journal, const LinkListed& listed,
                               std::map<std::string, BookedLink> book);

}  // namespace candid::campaign
