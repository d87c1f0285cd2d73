#include "gui/campaign_edits.h"

#include <utility>

namespace candid::gui {

campaign::CampaignEditor* CampaignEdits::editor() {
  if (editor_ && folder_ == campaign_.folder()) {
    // Another program may have written the file since.
    if (std::exchange(edition_, campaign_.edition()) != campaign_.edition()) {
      problem_ = campaign_.problem();
      if (auto changed = editor_->is_changed_by_another(); changed && *changed) {
        if (auto read = editor_->reread(); !read) problem_ = read.error();
      }
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
  return &*editor_;
}

bool CampaignEdits::edit(const std::function<Result<void>(campaign::CampaignEditor&)>& change) {
  campaign::CampaignEditor* open = editor();
  if (open == nullptr || is_refused()) return false;
  const campaign::CampaignEditor before = *open;
  // Somebody's editor may have the file open as well: what that wrote counts, and ours comes after it.
  if (auto changed = open->is_changed_by_another(); changed && *changed) {
    if (auto read = open->reread(); !read) {
      problem_ = read.error();
      return false;
    }
  }
  if (auto changed = change(*open); !changed) {
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
  auto saved = editor_->save();
  if (!saved) {
    problem_ = saved.error();
    *editor_ = before;
    return false;
  }
  problem_.reset();
  campaign_.reload();
  return true;
}

bool CampaignEdits::undo() {
  if (editor() == nullptr || is_refused() || !editor_->undo_words()) return false;
  const campaign::CampaignEditor before = *editor_;
  editor_->undo();
  return write_or(before);
}

bool CampaignEdits::redo() {
  if (editor() == nullptr || is_refused() || !editor_->redo_words()) return false;
  const campaign::CampaignEditor before = *editor_;
  editor_->redo();
  return write_or(before);
}

void CampaignEdits::forget() {
  editor_.reset();
  problem_.reset();
  folder_.clear();
}

}  // namespace candid::gui
