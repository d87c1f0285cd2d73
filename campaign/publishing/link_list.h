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
// must not lose its link, and who was held and is not in the roster now is not free for that. `book` is what the lists
// held before, `held` the ids of messages that are held. Returns how many links of others there are.
Result<size_t> write_link_list(const PublishJob& work, const PublishJournal& journal, const std::set<std::string>& held,
                               std::map<std::string, BookedLink> book);

}  // namespace candid::campaign
