#pragma once
// Whose data is meant: a candidate of a campaign as its roster, its ledger, or both know them.

#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "campaign/campaign_file.h"
#include "campaign/roster.h"
#include "core/error.h"
#include "track/ledger/ledger.h"

namespace candid::campaign {

struct Subject {
  std::string campaign_id{};
  std::string campaign_name{};
  std::string message_id{};
  std::string candidate_id{};
  std::string name{};
  std::vector<std::string> addresses{};          // each once, as they are written
  std::optional<track::MessageRecord> record{};  // nothing: never published
  std::optional<Candidate> row{};                // nothing: not in the roster, or of another folder's campaign
  std::vector<int> unreadable_lines{};           // of the roster, that have their id, address or name
  bool is_of_folder = false;                     // of the campaign that was asked about
  // The row under this id is somebody else than whom the ledger has under it: this is one of the two, with either the
  // row or the record.
  bool shares_id = false;
  bool has_address(std::string_view address) const;  // in any case
  std::vector<std::string> identities() const;       // track/ledger/erasure.h
};

// Who a word means in this campaign: an id, else a mail address in any case, else a name that only one has.
// InvalidInput for nobody, and for several, whom it tells.
Result<Subject> find_subject(const Campaign& campaign, std::string_view word, const track::Ledger& ledger);

// Everybody of the ledger with one of these addresses, whatever their campaign, but for the message `known`.
Result<std::vector<Subject>> find_elsewhere(const std::vector<std::string>& addresses, std::string_view known,
                                            const track::Ledger& ledger);

// Others who have one of the subjects' addresses and another name: a mailbox of a couple, or of an office. Of the
// ledger and, where there is a campaign, of its roster.
Result<std::vector<Subject>> find_sharing(const Campaign* campaign, std::span<const Subject> subjects,
                                          const track::Ledger& ledger);

// All others of this campaign, as roster and ledger know them.
struct OtherCandidates {
  std::set<std::string> ids{};
  std::set<std::string> names{};  // in small letters; also of rows that cannot be read
};
Result<OtherCandidates> other_candidates(const Campaign& campaign, const Subject& subject, const track::Ledger& ledger);

// What the roster has of somebody now, by id, address or name.
struct RowsAbout {
  int rows = 0;        // theirs, or such as cannot be read, by id or address
  int of_address = 0;  // of others who have the same address
  int of_name = 0;     // that cannot be read, by name alone
};
RowsAbout rows_about(const Campaign& campaign, const Subject& subject);

// The roster's rows that can be told apart, also those that get no video as a cell is missing.
Roster rows_of(const Campaign& campaign);

}  // namespace candid::campaign
