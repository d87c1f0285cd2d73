#include "campaign/publishing/link_issuer.h"

#include <semaphore>

#include <fmt/format.h>

#include "campaign/publishing/roster_passcode.h"
#include "core/digest.h"
#include "track/pages/passcode.h"

namespace candid::campaign {
namespace {

// Each takes 64 MiB for a tenth of a second.
std::counting_semaphore hashing(2);

Result<std::string> hash_of(const std::string& passcode) {
  hashing.acquire();
  auto hash = track::hash_passcode(passcode);
  hashing.release();
  if (!hash) return tl::unexpected(hash.error().wrapped("column passcode"));
  return hash;
}

}  // namespace

Result<void> LinkIssuer::learn(const PublishedMessages& published, LedgerUse use, const std::stop_token& stop) {
  TRY_VOID(known_.learn(published, use, makes_new_links_, stop));
  bool replaces_by_clock = makes_new_links_ && publish_.expires && use == LedgerUse::Told;
  return replaces_by_clock && !published.empty() ? proof_.give(published.begin()->first) : Result<void>();
}

IssuedLink LinkIssuer::new_link() const {
  IssuedLink issued;
  issued.link.token = track::make_token();
  issued.link.made_at = clock_.now();
  issued.needs_ledger = true;
  return issued;
}

// With the passcode that the candidate may know already.
IssuedLink LinkIssuer::instead_of(const JournalLink& earlier) const {
  IssuedLink issued = new_link();
  issued.link.passcode = earlier.passcode;
  issued.link.former_passcode = earlier.former_passcode;
  return issued;
}

void LinkIssuer::take_over(const track::LinkRecord& record, IssuedLink& issued) {
  track::LinkTerms terms = record.terms;
  // A ledger that is far away tells no hash, but whether it is this one.
  const std::string& ours = issued.link.terms.passcode_hash;
  bool is_same = track::passcode_fingerprint(terms.passcode_hash) == track::passcode_fingerprint(ours);
  terms.passcode_hash = is_same ? ours : "";
  issued.link.terms = std::move(terms);
  // Of one that it had lost, the ledger knows no longer when it was made.
  if (!issued.link.is_restored) issued.link.made_at = record.created_at;
  issued.needs_ledger = !is_same;
}

// Where the two clocks are a moment apart, the end that the ledger has is the right one.
UtcTime LinkIssuer::end_of(const JournalLink& link) const {
  UtcTime end = publish_.expires->after(link.made_at);
  return link.terms.expires_at && clocks_agree(end, *link.terms.expires_at) ? *link.terms.expires_at : end;
}

// On the terms that the ledger has, where it opens; else on those that it had.
IssuedLink LinkIssuer::decide(const std::string& message_id) const {
  auto journaled = journal_.link(message_id);
  if (!journaled) return new_link();
  IssuedLink issued{std::move(*journaled), LinkFate::Kept, true};
  const track::LinkRecord* record = known_.record_of(message_id);
  if (record == nullptr && !issued.link.is_given) {
    issued.fate = LinkFate::Resumed;
    issued.link.made_at = clock_.now();
    return issued;
  }
  if (record != nullptr) {
    take_over(*record, issued);
  } else {
    issued.link.is_restored = true;
  }
  bool is_over = publish_.expires && end_of(issued.link) <= clock_.now();
  // That the ledger opens it on this very end counts for more than this clock.
  bool stays_open = record != nullptr && is_over && end_of(issued.link) == record->terms.expires_at;
  if (!is_over || stays_open) return issued;
  if (makes_new_links_ && record == nullptr) return instead_of(issued.link);
  issued.fate = makes_new_links_ ? LinkFate::Replaced : LinkFate::Over;
  issued.needs_ledger = record != nullptr;
  return issued;
}

Result<void> LinkIssuer::set_terms(IssuedLink& issued, const std::string& roster_passcode) {
  JournalLink& link = issued.link;
  track::LinkTerms terms;
  if (publish_.expires) terms.expires_at = end_of(link);
  terms.view_limit = publish_.views;
  terms.may_download = publish_.download;
  std::string earlier = link.passcode.empty() ? link.former_passcode : link.passcode;
  std::string passcode;
  if (publish_.passcode) {
    passcode = roster_passcode;
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

Result<IssuedLink> LinkIssuer::prepare(const std::string& message_id, const std::string& roster_passcode) {
  IssuedLink issued = decide(message_id);
  // Nobody can open it, so its terms can wait until it opens again.
  if (issued.fate == LinkFate::Over && !issued.needs_ledger) return issued;
  TRY_VOID(set_terms(issued, roster_passcode));
  // One that ends by these terms must never be taken for one that the ledger lost.
  if (issued.fate != LinkFate::Kept) TRY_VOID(journal_.put_link(message_id, issued.link));
  return issued;
}

Result<void> LinkIssuer::check_clock(const std::string& message_id) {
  if (!publish_.expires) return {};
  std::lock_guard lock(proof_mutex_);
  return proof_.give(message_id);
}

// The first one shows that this clock is right, and the others wait for it: a wrong one would make many that are dead.
Result<void> LinkIssuer::put_new(const std::string& message_id, const JournalLink& link) {
  Sha256 digest = sha256(link.token);
  auto put = [&] { return ledger_.put_link(digest, message_id, track::Purpose::Candidate, link.terms); };
  if (!publish_.expires) return put();
  std::unique_lock lock(proof_mutex_);
  if (proof_.is_given()) {
    lock.unlock();
    return put();
  }
  UtcTime now = clock_.now();
  TRY_VOID(put());
  std::optional<track::LinkRecord> record = TRY(ledger_.find_link(digest));
  // It was over at once, and so harms nobody; but when that was must be asked by another.
  if (!record) return proof_.give(message_id);
  auto judged = proof_.judge(now, record->created_at);
  if (judged) return {};
  // It opens, and nobody has it. Where it cannot be ended it stays in the journal, and the next run gives it out.
  if (auto ended = ledger_.revoke_link(digest); !ended)
    return tl::unexpected(
        ended.error().wrapped(fmt::format("{}; and a link cannot be ended", judged.error().message())));
  TRY_VOID(journal_.drop_link(message_id));
  return judged;
}

// Replaced where it was revoked: such a one stays so, and one that stands for another message was never this one's.
Result<LinkFate> LinkIssuer::put_known(const std::string& message_id, const IssuedLink& issued) {
  // What an earlier run made has no end yet but this clock's.
  if (issued.fate == LinkFate::Resumed) TRY_VOID(check_clock(message_id));
  Sha256 digest = sha256(issued.link.token);
  auto put = ledger_.put_link(digest, message_id, track::Purpose::Candidate, issued.link.terms);
  if (!put && put.error().kind() == ErrorKind::Exists) return LinkFate::Replaced;
  if (!put) return tl::unexpected(put.error());
  if (issued.fate == LinkFate::Replaced || issued.fate == LinkFate::Resumed) return issued.fate;
  return TRY(ledger_.find_link(digest)) ? LinkFate::Kept : LinkFate::Over;
}

Result<IssuedLink> LinkIssuer::give_another(const std::string& message_id, const JournalLink& earlier) {
  TRY_VOID(check_clock(message_id));
  IssuedLink other = instead_of(earlier);
  other.link.terms = earlier.terms;
  if (publish_.expires) other.link.terms.expires_at = publish_.expires->after(other.link.made_at);
  TRY_VOID(journal_.put_link(message_id, other.link));
  TRY_VOID(journal_.sync());
  TRY_VOID(put_new(message_id, other.link));
  return other;
}

Result<IssuedLink> LinkIssuer::give(const std::string& message_id, IssuedLink issued) {
  if (!issued.needs_ledger) return issued;
  if (issued.fate == LinkFate::Made) {
    TRY_VOID(put_new(message_id, issued.link));
  } else {
    issued.fate = TRY(put_known(message_id, issued));
    if (issued.fate == LinkFate::Replaced) issued = TRY(give_another(message_id, issued.link));
  }
  issued.link.is_given = true;
  issued.needs_ledger = false;
  TRY_VOID(journal_.put_link(message_id, issued.link));
  return issued;
}

}  // namespace candid::campaign
