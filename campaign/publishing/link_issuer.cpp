#include "campaign/publishing/link_issuer.h"

#include <algorithm>
#include <semaphore>
#include <set>

#include "campaign/publishing/ledger_check.h"
#include "campaign/publishing/roster_passcode.h"
#include "core/digest.h"
#include "core/text.h"
#include "track/pages/passcode.h"

namespace candid::campaign {
namespace {

// Below what a server takes in one request (docs/api.md).
constexpr size_t kBatchLinks = 1000;

// Each takes 64 MiB for a tenth of a second.
std::counting_semaphore hashing(2);

Result<std::string> hash_of(const std::string& passcode) {
  hashing.acquire();
  auto hash = track::hash_passcode(passcode);
  hashing.release();
  if (!hash) return tl::unexpected(hash.error().wrapped("column passcode"));
  return hash;
}

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

// The journal's before those that links.csv has instead.
std::vector<LinkIssuer::Known> LinkIssuer::all_known() const {
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

Result<void> LinkIssuer::learn(const std::map<std::string, track::MessageRecord>& published) {
  std::vector<Known> known = all_known();
  bool has_links = std::any_of(known.begin(), known.end(), [](const Known& one) { return one.link.is_given; });
  bool knows_messages =
      std::any_of(known.begin(), known.end(), [&](const Known& one) { return published.contains(one.message_id); });
  TRY_VOID(check_ledger(journal_, ledger_, has_links, knows_messages));
  std::vector<Sha256> digests;
  for (const Known& one : known) digests.push_back(sha256(one.link.token));
  return keep_open_ones(known, TRY(records_of(ledger_, digests)));
}

Result<void> LinkIssuer::keep_open_ones(const std::vector<Known>& known,
                                        const std::vector<std::optional<track::LinkRecord>>& records) {
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
  for (const auto& [message, link, is_journaled] : known) {
    if (!link.is_given || records_.contains(message)) continue;
    // Whether one was revoked or is over cannot be seen from here, but when it would be over can.
    bool is_over = link.terms.expires_at && *link.terms.expires_at <= clock_.now();
    bool has_another = !is_journaled && (journal_.link(message) || journal_.has_dropped(message));
    if (is_over && !is_journaled && !has_another) TRY_VOID(journal_.put_link(message, link));
    if (!is_over && !has_another) TRY_VOID(journal_.drop_link(message));
  }
  return {};
}

IssuedLink LinkIssuer::new_link() const {
  IssuedLink issued;
  issued.link.token = track::make_token();
  issued.link.made_at = clock_.now();
  issued.is_new = issued.is_fresh = issued.needs_ledger = true;
  return issued;
}

// What learn() left in the journal: the link that an earlier run gave out, on the terms that the ledger knows; one that
// it meant to give out; or one without a token.
IssuedLink LinkIssuer::known_link(const std::string& message_id) const {
  IssuedLink issued;
  auto journaled = journal_.link(message_id);
  if (!journaled) return issued;
  issued.link = std::move(*journaled);
  auto record = records_.find(message_id);
  if (record == records_.end()) {
    issued.needs_ledger = true;
    issued.has_lapsed = issued.link.is_given;
    issued.is_new = !issued.link.is_given;
    if (issued.is_new) issued.link.made_at = clock_.now();
    return issued;
  }
  track::LinkTerms terms = record->second.terms;
  // A ledger that is far away tells no hash, but whether it is this one.
  const std::string& ours = issued.link.terms.passcode_hash;
  bool is_same = track::passcode_fingerprint(terms.passcode_hash) == track::passcode_fingerprint(ours);
  if (is_same) terms.passcode_hash = ours;
  issued.link.terms = std::move(terms);
  issued.link.made_at = record->second.created_at;
  issued.needs_ledger = !is_same;
  if (!is_same) issued.link.terms.passcode_hash.clear();
  return issued;
}

// Where the two clocks are a moment apart, the end that the ledger has is the right one.
UtcTime LinkIssuer::end_of(const JournalLink& link) const {
  UtcTime end = publish_.expires->after(link.made_at);
  return link.terms.expires_at && clocks_agree(end, *link.terms.expires_at) ? *link.terms.expires_at : end;
}

Result<void> LinkIssuer::set_terms(IssuedLink& issued, const std::string& roster_passcode) const {
  JournalLink& link = issued.link;
  track::LinkTerms terms;
  if (publish_.expires) terms.expires_at = end_of(link);
  terms.view_limit = publish_.views;
  terms.may_download = publish_.download;
  std::string earlier = link.passcode.empty() ? link.former_passcode : link.passcode;
  std::string passcode;
  if (publish_.passcode) {
    if (auto checked = check_roster_passcode(roster_passcode); !checked)
      return tl::unexpected(checked.error().wrapped("column passcode"));
    passcode = trim(roster_passcode);
    if (passcode.empty()) passcode = earlier.empty() ? make_passcode() : earlier;
    bool is_known = passcode == link.passcode && !link.terms.passcode_hash.empty();
    terms.passcode_hash = is_known ? link.terms.passcode_hash : TRY(hash_of(passcode));
  }
  link.former_passcode = publish_.passcode ? "" : earlier;
  issued.needs_ledger = issued.needs_ledger || terms != link.terms;
  link.terms = std::move(terms);
  link.passcode = std::move(passcode);
  return {};
}

bool LinkIssuer::lacks_link(const std::string& message_id) const {
  IssuedLink issued = known_link(message_id);
  bool stays_over = issued.has_lapsed && publish_.expires && end_of(issued.link) <= clock_.now();
  return !issued.link.is_given || stays_over;
}

Result<IssuedLink> LinkIssuer::prepare(const std::string& message_id, const std::string& roster_passcode) const {
  IssuedLink issued = known_link(message_id);
  // A new campaign date may have brought a link back that was over; where none does, the candidate gets another.
  bool stays_over =
      !issued.link.token.empty() && publish_.expires && publish_.expires->after(issued.link.made_at) <= clock_.now();
  if (issued.link.token.empty() || stays_over) issued = new_link();
  TRY_VOID(set_terms(issued, roster_passcode));
  if (issued.is_new) TRY_VOID(journal_.put_link(message_id, issued.link));
  return issued;
}

Error LinkIssuer::clock_failure(const std::string& message_id, const JournalLink& link, UtcTime now,
                                const std::optional<track::LinkRecord>& record) const {
  std::optional<track::LinkRecord> shown = record;
  Sha256 digest = sha256(link.token);
  if (!shown) {
    // It was over at once. Without an end the ledger shows it; nobody has its address.
    track::LinkTerms endless = link.terms;
    endless.expires_at.reset();
    auto put = ledger_.put_link(digest, message_id, track::Purpose::Candidate, endless);
    auto found = put ? ledger_.find_link(digest) : tl::unexpected(put.error());
    if (!found) return found.error();
    shown = std::move(*found);
  }
  // Another one is made when the clock is right.
  (void)ledger_.revoke_link(digest);
  if (auto dropped = journal_.drop_link(message_id); !dropped) return dropped.error();
  if (shown && !clocks_agree(now, shown->created_at)) return wrong_clock(now, shown->created_at);
  return {ErrorKind::Corrupt, "the ledger does not show a link that it was just given", "run the same command again"};
}

// One link after another until one has shown that this clock is right: a wrong one would make many that are dead.
Result<bool> LinkIssuer::put_first(const std::string& message_id, const IssuedLink& issued) const {
  UtcTime now = clock_.now();
  Sha256 digest = sha256(issued.link.token);
  auto put = ledger_.put_link(digest, message_id, track::Purpose::Candidate, issued.link.terms);
  if (!put && put.error().kind() == ErrorKind::Exists) return false;
  if (!put) return tl::unexpected(put.error());
  std::optional<track::LinkRecord> record = TRY(ledger_.find_link(digest));
  bool is_right = record && clocks_agree(now, record->created_at);
  // One that an earlier run had put shows when that was.
  if (!is_right && !issued.is_fresh) return false;
  if (!is_right) return tl::unexpected(clock_failure(message_id, issued.link, now, record));
  is_clock_right_ = true;
  return true;
}

// Whether the link opens now: revoked ones stay so, and one that stands for another message was never this one's.
Result<bool> LinkIssuer::put(const std::string& message_id, const IssuedLink& issued) const {
  if (issued.is_new && publish_.expires) {
    std::lock_guard lock(clock_mutex_);
    if (!is_clock_right_) return put_first(message_id, issued);
  }
  Sha256 digest = sha256(issued.link.token);
  auto put = ledger_.put_link(digest, message_id, track::Purpose::Candidate, issued.link.terms);
  if (!put && put.error().kind() == ErrorKind::Exists) return false;
  if (!put) return tl::unexpected(put.error());
  return issued.is_fresh || TRY(ledger_.find_link(digest)).has_value();
}

Result<IssuedLink> LinkIssuer::give(const std::string& message_id, IssuedLink issued) const {
  if (!issued.needs_ledger) return issued;
  if (!TRY(put(message_id, issued))) {
    IssuedLink other = new_link();
    other.link.terms = issued.link.terms;
    other.link.passcode = issued.link.passcode;
    other.link.former_passcode = issued.link.former_passcode;
    if (publish_.expires) other.link.terms.expires_at = publish_.expires->after(other.link.made_at);
    TRY_VOID(journal_.put_link(message_id, other.link));
    TRY_VOID(journal_.sync());
    if (!TRY(put(message_id, other)))
      return fail(ErrorKind::Corrupt, "the ledger takes no new link", "run the same command again");
    issued = std::move(other);
  }
  issued.link.is_given = true;
  issued.needs_ledger = false;
  TRY_VOID(journal_.put_link(message_id, issued.link));
  return issued;
}

}  // namespace candid::campaign
