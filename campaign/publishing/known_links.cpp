#include "campaign/publishing/known_links.h"

#include <algorithm>

#include "campaign/publishing/ledger_check.h"
#include "campaign/publishing/object_sender.h"
#include "core/digest.h"

namespace candid::campaign {
namespace {

// Below what a server takes in one request (docs/api.md).
constexpr size_t kBatchLinks = 1000;

Result<std::vector<std::optional<track::LinkRecord>>> records_of(const track::Ledger& ledger,
                                                                 const std::vector<Sha256>& digests) {
  std::vector<std::optional<track::LinkRecord>> records;
  for (size_t begin = 0; begin < digests.size(); begin += kBatchLinks) {
    auto from = digests.begin() + static_cast<ptrdiff_t>(begin);
    auto end = digests.begin() + static_cast<ptrdiff_t>(std::min(begin + kBatchLinks, digests.size()));
    for (auto& record : TRY(ledger.find_links({from, end}))) records.push_back(std::move(record));
  }
  return records;
}

JournalLink from_book(const BookedLink& booked) {
  JournalLink link;
  link.token = booked.token();
  link.passcode = booked.passcode;
  if (auto end = parse_utc(booked.expires)) link.terms.expires_at = *end;
  link.is_given = true;
  return link;
}

}  // namespace

Result<PublishedMessages> published_messages(const track::Ledger& ledger, const std::string& campaign_id) {
  PublishedMessages published;
  for (track::MessageRecord& message : TRY(ledger.messages(campaign_id))) {
    std::string id = message.message_id;
    published.emplace(std::move(id), std::move(message));
  }
  return published;
}

const track::LinkRecord* KnownLinks::record_of(const std::string& message_id) const {
  auto found = records_.find(message_id);
  return found == records_.end() ? nullptr : &found->second;
}

// The journal's before those that links.csv has instead.
std::vector<KnownLinks::Known> KnownLinks::all_known() const {
  std::vector<Known> known;
  std::map<std::string, JournalLink> journaled = journal_.links();
  for (const auto& [message, link] : journaled) known.push_back({message, link, true});
  for (const auto& [message, booked] : book_) {
    auto same = journaled.find(message);
    bool is_same = same != journaled.end() && same->second.token == booked.token();
    if (!is_same && !booked.token().empty()) known.push_back({message, from_book(booked), false});
  }
  return known;
}

Result<void> KnownLinks::learn(const PublishedMessages& published, LedgerUse use, bool accepts_another,
                               const std::stop_token& stop) {
  std::vector<Known> known = all_known();
  bool has_links = std::any_of(known.begin(), known.end(), [](const Known& one) { return one.link.is_given; });
  bool knows_messages =
      std::any_of(known.begin(), known.end(), [&](const Known& one) { return published.contains(one.message_id); });
  JournalLedger now{TRY(ledger_.id()), ledger_.describe()};
  bool is_another = has_links && is_another_ledger(journal_.ledger(), now, knows_messages);
  if (is_another && !accepts_another) return tl::unexpected(another_ledger(journal_.ledger(), now));
  TRY_VOID(keep_open_ones(known));
  std::erase_if(known, [&](const Known& one) { return !is_missing(one); });
  // It counts as this one's only when nothing of the other one's is left: a run that dies before asks again.
  if (is_another) TRY_VOID(drop(known));
  TRY_VOID(journal_.bind_to_ledger(now));
  if (is_another) return {};
  auto journaled = std::partition(known.begin(), known.end(), [](const Known& one) { return !one.is_journaled; });
  TRY_VOID(all_or_first_error(static_cast<size_t>(journaled - known.begin()), kLedgerQuestions, stop,
                              [&](size_t i, const std::stop_token&) { return judge_booked(known[i]); }));
  std::erase_if(known, [&](const Known& one) { return !one.is_journaled || is_over(one); });
  return use == LedgerUse::Told ? restore(known, published, stop) : forget_revoked(known, published);
}

Result<void> KnownLinks::keep_open_ones(const std::vector<Known>& known) {
  std::vector<Sha256> digests;
  for (const Known& one : known) digests.push_back(sha256(one.link.token));
  auto records = TRY(records_of(ledger_, digests));
  for (size_t i = 0; i < known.size(); ++i) {
    const auto& [message, link, is_journaled] = known[i];
    const auto& record = records.at(i);
    bool opens = record && record->message_id == message && record->purpose == track::Purpose::Candidate;
    if (!opens || !records_.emplace(message, *record).second) continue;
    if (is_journaled && link.is_given) continue;
    // The answer was lost, or the journal: what passcode the ledger has is not known then.
    JournalLink kept = link;
    kept.made_at = record->created_at;
    if (!is_journaled) kept.terms.passcode_hash.clear();
    kept.is_given = true;
    TRY_VOID(journal_.put_link(message, kept));
  }
  return {};
}

// It was given out and does not open: revoked, over, or lost with a ledger that is a backup from before.
bool KnownLinks::is_missing(const Known& known) const {
  if (!known.link.is_given || records_.contains(known.message_id)) return false;
  bool has_another = !known.is_journaled && (journal_.link(known.message_id) || journal_.has_dropped(known.message_id));
  return !has_another;
}

// As far as this clock knows; where it is wrong, the ledger is told in vain or not at all.
bool KnownLinks::is_over(const Known& known) const {
  return known.link.terms.expires_at && *known.link.terms.expires_at <= clock_.now();
}

Result<void> KnownLinks::drop(const std::vector<Known>& missing) {
  for (const Known& one : missing) TRY_VOID(journal_.drop_link(one.message_id));
  return {};
}

// Telling the ledger what it was told before shows which it is: it refuses those that were revoked, changes nothing of
// those that are over, and makes those that it lost.
Result<void> KnownLinks::restore(const std::vector<Known>& missing, const PublishedMessages& published,
                                 const std::stop_token& stop) {
  std::vector<const Known*> told;
  for (const Known& one : missing) {
    bool lacks_hash = !one.link.passcode.empty() && one.link.terms.passcode_hash.empty();
    if (published.contains(one.message_id) && !lacks_hash) told.push_back(&one);
  }
  TRY_VOID(
      all_or_first_error(told.size(), kLedgerQuestions, stop, [&](size_t i, const std::stop_token&) -> Result<void> {
        const auto& [message, link, is_journaled] = *told[i];
        auto put = ledger_.put_link(sha256(link.token), message, track::Purpose::Candidate, link.terms);
        bool is_revoked = !put && put.error().kind() == ErrorKind::Exists;
        return is_revoked ? journal_.drop_link(message) : put;
      }));
  std::erase_if(told, [&](const Known* one) { return journal_.has_dropped(one->message_id); });
  std::vector<Sha256> digests;
  for (const Known* one : told) digests.push_back(sha256(one->link.token));
  auto records = TRY(records_of(ledger_, digests));
  for (size_t i = 0; i < told.size(); ++i) {
    if (!records.at(i)) continue;  // over by the ledger's clock
    records_.emplace(told[i]->message_id, *records[i]);
    JournalLink link = told[i]->link;
    link.is_restored = true;
    TRY_VOID(journal_.put_link(told[i]->message_id, link));
  }
  return {};
}

// As restore() would find it, as far as that can be seen: a ledger that lost a link mostly lost its message, too.
Result<void> KnownLinks::forget_revoked(const std::vector<Known>& missing, const PublishedMessages& published) {
  for (const Known& one : missing) {
    if (published.contains(one.message_id)) TRY_VOID(journal_.drop_link(one.message_id));
  }
  return {};
}

// What people may have edited is not told to a ledger: a token in another's line would open another's video. So it
// counts where the ledger has a link of this message that ends then, and was not revoked.
Result<void> KnownLinks::judge_booked(const Known& missing) {
  const std::string& message = missing.message_id;
  std::optional<UtcTime> end = missing.link.terms.expires_at;
  if (!end) return journal_.drop_link(message);
  for (const track::LinkHistory& history : TRY(ledger_.history(message))) {
    const track::LinkRecord& record = history.link;
    bool is_candidates = record.purpose == track::Purpose::Candidate && !record.revoked_at;
    // The list tells no fractions of a second.
    bool ends_then =
        record.terms.expires_at && std::chrono::floor<std::chrono::seconds>(*record.terms.expires_at) == *end;
    if (!is_candidates || !ends_then) continue;
    JournalLink kept = missing.link;
    kept.made_at = record.created_at;
    return journal_.put_link(message, kept);
  }
  return journal_.drop_link(message);
}

}  // namespace candid::campaign
