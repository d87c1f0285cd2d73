#pragma once
// What was done in the open campaign, in its order: edits of campaign.toml, and what was decided about candidates. The
// same keys undo both.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "campaign/decisions.h"
#include "core/error.h"
#include "gui/campaign_edits.h"
#include "gui/open_campaign.h"

namespace candid::gui {

// The window's thread. Whatever fails changes nothing, and moves nothing in the list. What cannot be undone because
// somebody else has changed the same since leaves the list: what was done before it can be undone still.
class EditHistory {
 public:
  // Both borrowed. Edits of campaign.toml are made there, and found by themselves.
  EditHistory(OpenCampaign& campaign, CampaignEdits& edits) : campaign_(campaign), edits_(edits) {}

  // Writes what was decided about a candidate to decisions.csv, as that is now: what was decided a moment ago, here or
  // elsewhere, may not have been read yet. The campaign is read anew afterwards.
  Result<void> decide(const std::string& id, const campaign::Decided& decided);

  // What the next undo() takes back, and redo() does again; nothing where there is none.
  std::optional<std::string> undo_words();
  std::optional<std::string> redo_words();
  // Exists, where somebody else has decided about the same candidate, or changed campaign.toml, since: that step is out
  // of the list then, and the campaign is read anew.
  Result<void> undo();
  Result<void> redo();
  // Once, after edits have left the list because another program has written campaign.toml: words that say so.
  std::optional<std::string> take_notice();
  // Another campaign is open from now on.
  void forget();

 private:
  struct DecisionStep {
    std::string id;
    campaign::Decided before;  // without a decision: there was none
    campaign::Decided after;
  };
  struct Step {
    std::optional<DecisionStep> decision;  // nothing: one of campaign.toml, which its editor knows
    std::string words{};                   // of a decision
  };
  void find_edits();
  void drop_edits();
  void add(Step step);
  void drop_refused(size_t at, const Error& why);
  Result<void> edited(bool is_done) const;
  Result<void> replace(const std::string& id, const campaign::Decided& there, const campaign::Decided& decided);
  Result<campaign::Decisions> decisions_now() const;

  OpenCampaign& campaign_;
  CampaignEdits& edits_;
  std::vector<Step> steps_;
  size_t done_ = 0;           // so many of them; those after it can be done again
  uint64_t known_edits_ = 0;  // CampaignEditor::steps_made() that are among them
  uint64_t edits_over_ = 0;   // CampaignEditor::steps_over() that are not any more
  bool has_dropped_ = false;  // edits, and nobody was told
};

}  // namespace candid::gui
