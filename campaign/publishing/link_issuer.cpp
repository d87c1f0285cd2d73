#include "campaign/publishing/link_issuer.h"

#include <semaphore>

#include "core/digest.h"
#include "core/random.h"
#include "core/text.h"
#include "track/pages/passcode.h"

namespace candid::campaign {
namespace {

constexpr std::string_view kPasscodeCharacters = "abcdefghjkmnpqrstuvwxyz23456789";  // without i, l, o, 0, 1
constexpr size_t kPasscodeLength = 8;

// Each takes 64 MiB for a tenth of a second.
std::counting_semaphore hashing(2);

Result<std::string> hash_of(const std::string& passcode) {
  hashing.acquire();
  auto hash = track::hash_passcode(passcode);
  hashing.release();
  if (!hash) return tl::unexpected(hash.error().wrapped("column passcode"));
  return hash;
}

bool is_over(const track::LinkTerms& terms, UtcTime now) {
  return terms.expires_at && *terms.expires_at <= now;
}

}  // namespace

std::string make_passcode() {
  constexpr size_t kFairBytes = 256 / kPasscodeCharacters.size() * kPasscodeCharacters.size();
  std::string passcode;
  while (passcode.size() < kPasscodeLength) {
    uint8_t byte = random_bytes(1)[0];
    if (byte < kFairBytes) passcode += kPasscodeCharacters[byte % kPasscodeCharacters.size()];
  }
  return passcode;
}

IssuedLink LinkIssuer::new_link() const {
  IssuedLink issued;
  issued.link.token = track::make_token();
  issued.link.made_at = clock_.now();
  issued.is_new = issued.needs_ledger = true;
  return issued;
}

// The link that an earlier run gave out, on the terms that the ledger knows; one without a token where there is none.
Result<IssuedLink> LinkIssuer::known_link(const std::string& message_id) const {
  IssuedLink issued;
  auto journaled = journal_.link(message_id);
  if (journaled) {
    issued.link = std::move(*journaled);
  } else if (auto booked = book_.find(message_id); booked != book_.end()) {
    issued.link.token = booked->second.token();
    issued.link.passcode = booked->second.passcode;
    issued.link.is_given = true;
  }
  if (issued.link.token.empty() || !issued.link.is_given) {
    issued.needs_ledger = true;
    return issued;
  }
  std::optional<track::LinkRecord> record = TRY(ledger_.find_link(sha256(issued.link.token)));
  if (record && record->message_id == message_id && record->purpose == track::Purpose::Candidate) {
    issued.link.terms = record->terms;
    issued.link.made_at = record->created_at;
    return issued;
  }
  // Whether it was revoked or is over cannot be seen from here, but when it would be over can.
  issued.has_lapsed = !record && is_over(issued.link.terms, clock_.now());
  issued.needs_ledger = true;
  return issued.has_lapsed ? issued : IssuedLink{};
}

Result<void> LinkIssuer::set_terms(IssuedLink& issued, const std::string& roster_passcode,
                                   const std::string& known_hash) const {
  JournalLink& link = issued.link;
  track::LinkTerms terms;
  if (publish_.expires) terms.expires_at = publish_.expires->after(link.made_at);
  terms.view_limit = publish_.views;
  terms.may_download = publish_.download;
  std::string passcode;
  if (publish_.passcode) {
    passcode = trim(roster_passcode);
    if (passcode.empty()) passcode = link.passcode.empty() ? make_passcode() : link.passcode;
    bool is_known = passcode == link.passcode && !known_hash.empty() && known_hash == link.terms.passcode_hash;
    terms.passcode_hash = is_known ? known_hash : TRY(hash_of(passcode));
  }
  issued.needs_ledger = issued.needs_ledger || terms != link.terms;
  link.terms = std::move(terms);
  link.passcode = std::move(passcode);
  return {};
}

Result<IssuedLink> LinkIssuer::prepare(const std::string& message_id, const std::string& roster_passcode) const {
  auto journaled = journal_.link(message_id);
  const std::string known_hash = journaled ? journaled->terms.passcode_hash : "";
  IssuedLink issued = TRY(known_link(message_id));
  // A new campaign date may have brought a link back that was over; where none does, the candidate gets another.
  bool stays_over =
      !issued.link.token.empty() && publish_.expires && publish_.expires->after(issued.link.made_at) <= clock_.now();
  if (issued.link.token.empty() || stays_over) issued = new_link();
  bool was_needed = issued.needs_ledger;
  TRY_VOID(set_terms(issued, roster_passcode, known_hash));
  if (issued.is_new) TRY_VOID(journal_.put_link(message_id, issued.link));
  // Known from links.csv alone, and all right.
  if (!was_needed && !issued.needs_ledger && !journaled) TRY_VOID(journal_.put_link(message_id, issued.link));
  return issued;
}

Result<IssuedLink> LinkIssuer::give(const std::string& message_id, IssuedLink issued) const {
  if (!issued.needs_ledger) return issued;
  Sha256 digest = sha256(issued.link.token);
  auto put = ledger_.put_link(digest, message_id, track::Purpose::Candidate, issued.link.terms);
  if (!put && put.error().kind() != ErrorKind::Exists) return tl::unexpected(put.error());
  // Revoked ones stay so, and one that stands for another message was never this one's.
  if (!put || (!issued.is_new && !TRY(ledger_.find_link(digest)))) {
    IssuedLink other = new_link();
    other.link.terms = issued.link.terms;
    other.link.passcode = issued.link.passcode;
    if (publish_.expires) other.link.terms.expires_at = publish_.expires->after(other.link.made_at);
    TRY_VOID(journal_.put_link(message_id, other.link));
    TRY_VOID(journal_.sync());
    TRY_VOID(ledger_.put_link(sha256(other.link.token), message_id, track::Purpose::Candidate, other.link.terms));
    issued = std::move(other);
  }
  issued.link.is_given = true;
  issued.needs_ledger = false;
  TRY_VOID(journal_.put_link(message_id, issued.link));
  return issued;
}

}  // namespace candid::campaign
