#pragma once
// Whose data is meant: a candidate of a campaign as its roster, its ledger, or both know them.

#include <optional>
#include <set>
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
  std::vector<int> lines_of_the_same_name{};     // of the roster, that cannot be read as anybody's
  bool is_of_folder = false;                     // of the campaign that was asked about
  std::vector<std::string> identities() const;   // track/ledger/erasure.h
};

// Who a word means in this campaign: an id, else a mail address in any case, else a name that only one has.
// InvalidInput for nobody, and for several of a name, whose ids it tells.
Result<Subject> find_subject(const Campaign& campaign, std::string_view word, const track::Ledger& ledger);

// Everybody of the ledger with one of these addresses, whatever their campaign, but for the message `known`.
Result<std::vector<Subject>> find_elsewhere(const std::vector<std::string>& addresses, std::string_view known,
                                            const track::Ledger& ledger);

// The ids of all others of this campaign, as roster and ledger know them.
Result<std::set<std::string>> other_candidates(const Campaign& campaign, const Subject& subject,
                                               const track::Ledger& ledger);

// The roster's rows that can be told apart, also those that get no video as a cell is missing.
Roster rows_of(const Campaign& campaign);

}  // namespace candid::campaign
