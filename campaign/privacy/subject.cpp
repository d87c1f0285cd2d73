#include "campaign/privacy/subject.h"

#include <algorithm>
#include <iterator>
#include <map>

#include <fmt/format.h>

#include "campaign/plan.h"
#include "campaign/publishing/message_check.h"
#include "core/suggest.h"
#include "core/text.h"

namespace candid::campaign {
namespace {

constexpr size_t kMostNamed = 10;

void add_address(Subject& subject, const std::string& address) {
  if (!trim(address).empty() && !subject.has_address(address)) subject.addresses.push_back(address);
}

std::string small_name(const std::string& name) {
  return to_lower(trim(name));
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

Subject subject_of_row(const Campaign& campaign, const Candidate& candidate) {
  Subject subject;
  subject.campaign_id = campaign.id;
  subject.campaign_name = campaign.name;
  subject.message_id = message_id(campaign.id, candidate.id);
  subject.candidate_id = candidate.id;
  subject.name = candidate.name;
  add_address(subject, candidate.email);
  subject.row = candidate;
  return subject;
}

// One of roster and ledger together, and two where these do not mean the same person by an id.
std::vector<Subject> everybody(const Campaign& campaign, const Roster& roster,
                               std::vector<track::MessageRecord> records) {
  std::vector<Subject> all;
  std::map<std::string, size_t> places;
  for (const Candidate& candidate : roster.candidates) {
    all.push_back(subject_of_row(campaign, candidate));
    places[all.back().message_id] = all.size() - 1;
  }
  for (track::MessageRecord& record : records) {
    auto place = places.find(record.message_id);
    bool is_known = place != places.end();
    bool is_another = is_known && !is_same_owner(campaign, *all[place->second].row, record);
    if (is_another) all[place->second].shares_id = true;
    if (!is_known || is_another) {
      all.emplace_back();
      all.back().shares_id = is_another;
    }
    add_record(!is_known || is_another ? all.back() : all[place->second], std::move(record));
  }
  for (Subject& subject : all) subject.is_of_folder = true;
  return all;
}

template <typename Fits>
std::vector<Subject> those(const std::vector<Subject>& all, Fits fits) {
  std::vector<Subject> found;
  std::copy_if(all.begin(), all.end(), std::back_inserter(found), fits);
  return found;
}

tl::unexpected<Error> nobody(const std::vector<Subject>& all, std::string_view word) {
  std::vector<std::string> ids;
  for (const Subject& subject : all) ids.push_back(subject.candidate_id);
  std::string near = closest(std::string(word), ids);
  return fail(ErrorKind::InvalidInput, fmt::format("no candidate is \"{}\"", shorten(single_line(word), 60)),
              near.empty() ? "an id, a mail address or a name, as in the roster or in candid status"
                           : fmt::format("did you mean \"{}\"?", near));
}

tl::unexpected<Error> several(const std::vector<Subject>& found, std::string_view word) {
  std::vector<std::string> ids;
  std::vector<std::string> people;
  bool is_of_one_id = true;
  for (const Subject& subject : found) {
    is_of_one_id = is_of_one_id && subject.candidate_id == found.front().candidate_id;
    if (ids.size() >= kMostNamed) continue;
    ids.push_back(shorten(subject.candidate_id, 40));
    people.push_back(fmt::format("{} ({})", shorten(subject.name, 40),
                                 subject.addresses.empty() ? "no address" : shorten(subject.addresses.front(), 60)));
  }
  std::string message = fmt::format("{} candidates are \"{}\"", found.size(), shorten(single_line(word), 60));
  if (!is_of_one_id) return fail(ErrorKind::InvalidInput, message, fmt::format("say which by id: {}", join(ids)));
  return fail(
      ErrorKind::InvalidInput, message,
      fmt::format("the row is somebody else than whom its link was given to; say which by mail address or name: "
                  "{}",
                  join(people)));
}

// What a row that cannot be read has of somebody.
bool is_row_of(const RejectedRow& row, const Subject& subject) {
  bool has_id = !subject.shares_id && !row.id.empty() && row.id == subject.candidate_id;
  return has_id || (!row.email.empty() && subject.has_address(row.email));
}

bool is_row_of_name(const RejectedRow& row, const Subject& subject) {
  return !row.name.empty() && small_name(row.name) == small_name(subject.name);
}

}  // namespace

bool Subject::has_address(std::string_view address) const {
  return std::any_of(addresses.begin(), addresses.end(), [&](const std::string& known) {
    return track::mail_identity(known) == track::mail_identity(address);
  });
}

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
  const std::string who = normalize(word);  // as the roster's cells are
  Roster roster = rows_of(campaign);
  auto all = everybody(campaign, roster, TRY(ledger.messages(campaign.id)));
  auto found = those(all, [&](const Subject& subject) { return subject.candidate_id == who; });
  if (found.empty() && who.find('@') != std::string::npos)
    found = those(all, [&](const Subject& subject) { return subject.has_address(who); });
  if (found.empty()) found = those(all, [&](const Subject& subject) { return subject.name == who; });
  if (found.empty()) return nobody(all, who);
  if (found.size() > 1) return several(found, who);
  Subject subject = std::move(found.front());
  for (const RejectedRow& row : roster.rejected) {
    if (is_row_of(row, subject) || is_row_of_name(row, subject)) subject.unreadable_lines.push_back(row.line);
  }
  return subject;
}

Result<OtherCandidates> other_candidates(const Campaign& campaign, const Subject& subject,
                                         const track::Ledger& ledger) {
  OtherCandidates others;
  auto add = [&](const std::string& id, const std::string& name) {
    bool is_theirs = id == subject.candidate_id;
    if (is_theirs && (!subject.shares_id || small_name(name) == small_name(subject.name))) return;
    others.ids.insert(id);
    others.names.insert(small_name(name));
  };
  Roster roster = rows_of(campaign);
  for (const Candidate& candidate : roster.candidates) add(candidate.id, candidate.name);
  for (const track::MessageRecord& record : TRY(ledger.messages(campaign.id)))
    add(record.candidate_id, record.candidate_name);
  for (const RejectedRow& row : roster.rejected) {
    bool is_theirs = !row.id.empty() && row.id == subject.candidate_id;
    if (!is_theirs && !row.name.empty()) others.names.insert(small_name(row.name));
  }
  others.ids.erase(subject.candidate_id);
  return others;
}

RowsAbout rows_about(const Campaign& campaign, const Subject& subject) {
  RowsAbout about;
  Roster roster = rows_of(campaign);
  for (const Candidate& candidate : roster.candidates) {
    bool has_id = !subject.shares_id && candidate.id == subject.candidate_id;
    bool has_address = !candidate.email.empty() && subject.has_address(candidate.email);
    bool has_name = small_name(candidate.name) == small_name(subject.name);
    if (has_id || (has_address && has_name)) {
      ++about.rows;
    } else if (has_address) {
      ++about.of_address;
    }
  }
  for (const RejectedRow& row : roster.rejected) {
    if (is_row_of(row, subject)) {
      ++about.rows;
    } else if (is_row_of_name(row, subject)) {
      ++about.of_name;
    }
  }
  return about;
}

Result<std::vector<Subject>> find_elsewhere(const std::vector<std::string>& addresses, std::string_view known,
                                            const track::Ledger& ledger) {
  Subject who;
  who.addresses = addresses;
  std::vector<Subject> found;
  for (const track::CampaignSummary& campaign : TRY(ledger.campaigns())) {
    for (track::MessageRecord& record : TRY(ledger.messages(campaign.id))) {
      if (record.message_id == known || record.candidate_email.empty() || !who.has_address(record.candidate_email))
        continue;
      found.emplace_back();
      add_record(found.back(), std::move(record));
    }
  }
  return found;
}

Result<std::vector<Subject>> find_sharing(const Campaign* campaign, std::span<const Subject> subjects,
                                          const track::Ledger& ledger) {
  std::vector<std::string> addresses;
  for (const Subject& subject : subjects)
    addresses.insert(addresses.end(), subject.addresses.begin(), subject.addresses.end());
  if (addresses.empty()) return std::vector<Subject>();
  std::vector<Subject> all = TRY(find_elsewhere(addresses, "", ledger));
  if (campaign != nullptr) {
    for (const Candidate& candidate : rows_of(*campaign).candidates)
      all.push_back(subject_of_row(*campaign, candidate));
  }
  std::set<std::string> told;
  std::erase_if(all, [&](const Subject& one) {
    bool is_meant = std::any_of(subjects.begin(), subjects.end(), [&](const Subject& subject) {
      bool is_same_message = one.message_id == subject.message_id && !subject.shares_id;
      return is_same_message || small_name(one.name) == small_name(subject.name);
    });
    bool shares = std::any_of(subjects.begin(), subjects.end(), [&](const Subject& subject) {
      return !one.addresses.empty() && subject.has_address(one.addresses.front());
    });
    return is_meant || !shares || !told.insert(one.message_id).second;
  });
  return all;
}

}  // namespace candid::campaign
