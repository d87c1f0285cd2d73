#include "gui/campaign_edits.h"

#include <utility>

#include "gui/words.h"

namespace candid::gui {

campaign::CampaignEditor* CampaignEdits::editor() {
  if (editor_ && folder_ == campaign_.folder()) {
    // Another program may have written the file since.
    if (std::exchange(edition_, campaign_.edition()) != campaign_.edition()) {
      problem_ = campaign_.problem();
      take_over();
    }
    return &*editor_;
  }
  editor_.reset();
  folder_ = campaign_.folder();
  edition_ = campaign_.edition();
  if (folder_.empty()) return nullptr;
  auto opened = campaign::CampaignEditor::open(folder_);
  if (!opened) {
    problem_ = opened.error();
    return nullptr;
  }
  editor_.emplace(std::move(*opened));
  ++numbering_;
  return &*editor_;
}

bool CampaignEdits::take_over() {
  const auto changed = editor_->is_changed_by_another();
  // One that cannot be read is told when it is to be written.
  if (!changed || !*changed) return true;
  if (auto read = editor_->reread(); !read) {
    problem_ = read.error();
    return false;
  }
  ++numbering_;
  return true;
}

campaign::CampaignEditor* CampaignEdits::editor_of_now() {
  campaign::CampaignEditor* open = editor();
  return open == nullptr || is_refused() || !take_over() ? nullptr : open;
}

bool CampaignEdits::edit(const Change& change) {
  return editor_of_now() != nullptr && change_and_write(change);
}

bool CampaignEdits::edit_layer(uint64_t seen, const Change& change) {
  if (editor_of_now() == nullptr) return false;
  if (seen == numbering_) return change_and_write(change);
  problem_ = Error(ErrorKind::Exists, tr("campaign.toml was changed meanwhile"),
                   tr("look at what it says now, and do it again"));
  campaign_.reload();
  return false;
}

bool CampaignEdits::change_and_write(const Change& change) {
  const campaign::CampaignEditor before = *editor_;
  if (auto changed = change(*editor_); !changed) {
    problem_ = changed.error();
    return false;
  }
  return write_or(before);
}

// What is seen is older than the file, which cannot be read.
bool CampaignEdits::is_refused() {
  if (campaign_.problem()) problem_ = campaign_.problem();
  return campaign_.problem().has_value();
}

bool CampaignEdits::write_or(const campaign::CampaignEditor& before) {
  // What changes nothing is not written.
  if (editor_->is_saved()) {
    problem_.reset();
    return true;
  }
  if (auto saved = editor_->save(); !saved) {
    problem_ = saved.error();
    *editor_ = before;
    return false;
  }
  problem_.reset();
  campaign_.reload();
  return true;
}

bool CampaignEdits::undo() {
  return editor_of_now() != nullptr && is_known(editor_->undo_words()) && move(&campaign::CampaignEditor::undo);
}

bool CampaignEdits::redo() {
  return editor_of_now() != nullptr && is_known(editor_->redo_words()) && move(&campaign::CampaignEditor::redo);
}

bool CampaignEdits::is_known(const std::optional<std::string>& words) {
  if (words) return true;
  problem_ = Error(ErrorKind::Exists, tr("campaign.toml was changed elsewhere since"),
                   tr("look at what it says now; what was edited here before cannot be undone any more"));
  campaign_.reload();
  return false;
}

bool CampaignEdits::move(void (campaign::CampaignEditor::*step)()) {
  ++numbering_;
  return change_and_write([step](campaign::CampaignEditor& editor) {
    (editor.*step)();
    return Result<void>();
  });
}

void CampaignEdits::forget() {
  editor_.reset();
  problem_.reset();
  folder_.clear();
}

}  // namespace candid::gui
