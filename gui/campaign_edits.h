#pragma once
// What screens change in campaign.toml: written at once, with undo, and read anew afterwards.

#include <filesystem>
#include <functional>
#include <optional>
#include <string>

#include "campaign/campaign_editor.h"
#include "core/error.h"
#include "gui/open_campaign.h"

namespace candid::gui {

// The window's thread.
class CampaignEdits {
 public:
  // Borrowed.
  explicit CampaignEdits(OpenCampaign& campaign) : campaign_(campaign) {}

  // Of the campaign that is open; null where its file cannot be edited: problem() says why.
  campaign::CampaignEditor* editor();
  using Change = std::function<Result<void>(campaign::CampaignEditor&)>;
  // Edits, writes, and has the campaign read anew. On failure nothing is changed, no step is moved, and problem() says
  // why. Refused while the campaign cannot be read: what is seen is older then. What another program wrote to the file
  // meanwhile is taken over first: `change` finds its place by keys.
  bool edit(const Change& change);
  // The same of a layer, whose place is a number. `seen`: numbering() as of when somebody saw that layer there. Where
  // it is another one by now the edit is refused (Exists), and the campaign read anew.
  bool edit_layer(uint64_t seen, const Change& change);
  // Another one once layers may have other numbers by something else than an edit: what another program wrote was taken
  // over, or an edit was undone or done again.
  uint64_t numbering() const { return numbering_; }
  // Exists, where another program has written the file: that is taken over, and no edit before it can be undone.
  bool undo();
  bool redo();
  void forget();
  const std::optional<Error>& problem() const { return problem_; }

 private:
  // The editor, with what is in the file by now; null where nothing may be edited.
  campaign::CampaignEditor* editor_of_now();
  // Takes over what another program wrote; false where that is no TOML.
  bool take_over();
  bool change_and_write(const Change& change);
  // Saves; where that fails, the editor is as it was before.
  bool write_or(const campaign::CampaignEditor& before);
  // Whether there is a step with such words.
  bool is_known(const std::optional<std::string>& words);
  bool move(void (campaign::CampaignEditor::*step)());
  bool is_refused();

  OpenCampaign& campaign_;
  std::filesystem::path folder_;  // of the editor
  uint64_t edition_ = 0;          // OpenCampaign::edition() when its file was looked at last
  std::optional<campaign::CampaignEditor> editor_;
  uint64_t numbering_ = 0;
  std::optional<Error> problem_;
};

}  // namespace candid::gui
