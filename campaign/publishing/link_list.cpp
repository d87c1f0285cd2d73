#include "campaign/publishing/link_list.h"

#include <vector>

namespace candid::campaign {
namespace {

void take_over(const JournalLink& journaled, const std::string& server, BookedLink& link) {
  link.url = link_url(server, journaled.token);
  link.passcode = journaled.passcode;
  link.expires = journaled.terms.expires_at ? format_utc(*journaled.terms.expires_at) : "";
}

void name_owner(const PlannedMessage& message, const Candidate& candidate, BookedLink& link) {
  link.candidate_id = candidate.id;
  link.name = candidate.name;
  link.email = candidate.email;
  link.message_id = message.id;
  link.file = message.file_name;
}

}  // namespace

Result<size_t> write_link_list(const PublishJob& work, const PublishJournal& journal, const LinkListed& listed,
                               std::map<std::string, BookedLink> book) {
  const std::string& server = work.job.campaign.publish.server;
  std::vector<BookedLink> links;
  for (const PlannedMessage& message : work.plan.messages) {
    auto known = book.extract(message.id);
    BookedLink link = known.empty() ? BookedLink{} : std::move(known.mapped());
    auto journaled = journal.link(message.id);
    if (journaled && journaled->is_given) take_over(*journaled, server, link);
    // What the list still holds was ended, or is about to be replaced.
    bool is_out_of_date = journaled ? !journaled->is_given : journal.has_dropped(message.id);
    if (link.url.empty() || is_out_of_date) continue;
    bool is_missing = link.message_id.empty();
    if (is_missing || listed.owned.contains(message.id))
      name_owner(message, work.job.roster.candidates[message.candidate], link);
    if (auto other = listed.of_others.find(message.id); other != listed.of_others.end()) {
      link.name = other->second.name;
      link.email = other->second.email;
    }
    link.url = link_url(server, link.token());
    link.is_held = listed.held.contains(message.id);
    links.push_back(std::move(link));
  }
  std::erase_if(book, [&](const auto& known) { return journal.has_dropped(known.first); });
  size_t others = book.size();
  for (auto& [id, link] : book) links.push_back(std::move(link));
  TRY_VOID(write_links(link_files(work.workspace), links));
  return others;
}

}  // namespace candid::campaign
