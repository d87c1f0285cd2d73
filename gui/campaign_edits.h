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
  // Edits, writes, and has the campaign read anew. On failure nothing is changed, no step is moved, and problem() says
  // why. Refused while the campaign cannot be read: what is seen is older then.
  bool edit(const std::function<Result<void>(campaign::CampaignEditor&)>& change);
  bool undo();
  bool redo();
  void forget();
  const std::optional<Error>& problem() const { return problem_; }

 private:
  // Saves; where that fails, the editor is as it was before.
  bool write_or(const campaign::CampaignEditor& before);
  bool is_refused();

  OpenCampaign& campaign_;
  std::filesystem::path folder_;  // of the editor
  uint64_t edition_ = 0;          // OpenCampaign::edition() when its file was looked at last
  std::optional<campaign::CampaignEditor> editor_;
  std::optional<Error> problem_;
};

}  // namespace candid::gui
