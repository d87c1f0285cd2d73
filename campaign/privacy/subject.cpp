#include "campaign/privacy/subject.h"

#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "campaign/plan.h"
#include "core/suggest.h"
#include "core/text.h"

namespace candid::campaign {
namespace {

constexpr size_t kMostNamed = 10;

bool is_address_of(const Subject& subject, const std::string& address) {
  return std::any_of(subject.addresses.begin(), subject.addresses.end(), [&](const std::string& known) {
    return track::mail_identity(known) == track::mail_identity(address);
  });
}

void add_address(Subject& subject, const std::string& address) {
  if (!trim(address).empty() && !is_address_of(subject, address)) subject.addresses.push_back(address);
}

void add_record(Subject& subject, track::MessageRecord record) {
  subject.campaign_id = record.campaign_id;
  subject.campaign_name = record.campaign_name;
  subject.message_id = record.message_id;
  if (subject.candidate_id.empty()) subject.candidate_id = record.candidate_id;
  if (subject.name.empty()) subject.name = record.candidate_name;
  add_address(subject, record.candidate_email);
  subject.record = std::move(record);
}

std::map<std::string, Subject> everybody(const Campaign& campaign, const Roster& roster,
                                         std::vector<track::MessageRecord> records) {
  std::map<std::string, Subject> all;
  for (const Candidate& candidate : roster.candidates) {
    std::string message = message_id(campaign.id, candidate.id);
    Subject& subject = all[message];
    subject.campaign_id = campaign.id;
    subject.campaign_name = campaign.name;
    subject.message_id = message;
    subject.candidate_id = candidate.id;
    subject.name = candidate.name;
    add_address(subject, candidate.email);
    subject.row = candidate;
  }
  for (track::MessageRecord& record : records) {
    Subject& subject = all[record.message_id];
    add_record(subject, std::move(record));
  }
  for (auto& [message, subject] : all) subject.is_of_folder = true;
  return all;
}

template <typename Fits>
std::vector<Subject> those(const std::map<std::string, Subject>& all, Fits fits) {
  std::vector<Subject> found;
  for (const auto& [message, subject] : all) {
    if (fits(subject)) found.push_back(subject);
  }
  return found;
}

tl::unexpected<Error> nobody(const std::map<std::string, Subject>& all, std::string_view word) {
  std::vector<std::string> ids;
  for (const auto& [message, subject] : all) ids.push_back(subject.candidate_id);
  std::string near = closest(std::string(word), ids);
  return fail(ErrorKind::InvalidInput, fmt::format("no candidate is \"{}\"", shorten(single_line(word), 60)),
              near.empty() ? "an id, a mail address or a name, as in the roster or in candid status"
                           : fmt::format("did you mean \"{}\"?", near));
}

tl::unexpected<Error> several(const std::vector<Subject>& found, std::string_view word) {
  std::vector<std::string> ids;
  for (const Subject& subject : found) {
    if (ids.size() < kMostNamed) ids.push_back(shorten(subject.candidate_id, 40));
  }
  return fail(ErrorKind::InvalidInput,
              fmt::format("{} candidates are \"{}\"", found.size(), shorten(single_line(word), 60)),
              fmt::format("say which by id: {}", join(ids)));
}

}  // namespace

std::vector<std::string> Subject::identities() const {
  std::vector<std::string> all = {track::message_identity(message_id)};
  for (const std::string& address : addresses) all.push_back(track::mail_identity(address));
  return all;
}

Roster rows_of(const Campaign& campaign) {
  Campaign relaxed = campaign;
  relaxed.fields.clear();
  relaxed.field_uses.clear();
  Findings findings;  // preflight tells them
  return read_roster(relaxed, findings);
}

Result<Subject> find_subject(const Campaign& campaign, std::string_view word, const track::Ledger& ledger) {
  Roster roster = rows_of(campaign);
  auto all = everybody(campaign, roster, TRY(ledger.messages(campaign.id)));
  auto found = those(all, [&](const Subject& subject) { return subject.candidate_id == word; });
  if (found.empty() && word.find('@') != std::string_view::npos) {
    found = those(all, [&](const Subject& subject) { return is_address_of(subject, std::string(word)); });
  }
  if (found.empty()) found = those(all, [&](const Subject& subject) { return subject.name == word; });
  if (found.empty()) return nobody(all, word);
  if (found.size() > 1) return several(found, word);
  Subject subject = std::move(found.front());
  for (const RejectedRow& row : roster.rejected) {
    if (!row.name.empty() && row.name == subject.name) subject.lines_of_the_same_name.push_back(row.line);
  }
  return subject;
}

Result<std::set<std::string>> other_candidates(const Campaign& campaign, const Subject& subject,
                                               const track::Ledger& ledger) {
  std::set<std::string> ids;
  for (const Candidate& candidate : rows_of(campaign).candidates) ids.insert(candidate.id);
  for (const track::MessageRecord& record : TRY(ledger.messages(campaign.id))) ids.insert(record.candidate_id);
  ids.erase(subject.candidate_id);
  return ids;
}

Result<std::vector<Subject>> find_elsewhere(const std::vector<std::string>& addresses, std::string_view known,
                                            const track::Ledger& ledger) {
  std::vector<Subject> found;
  for (const track::CampaignSummary& campaign : TRY(ledger.campaigns())) {
    for (track::MessageRecord& record : TRY(ledger.messages(campaign.id))) {
      Subject subject;
      add_record(subject, std::move(record));
      bool is_theirs = std::any_of(addresses.begin(), addresses.end(),
                                   [&](const std::string& address) { return is_address_of(subject, address); });
      if (is_theirs && subject.message_id != known) found.push_back(std::move(subject));
    }
  }
  return found;
}

}  // namespace candid::campaign
