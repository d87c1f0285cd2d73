#include "campaign/serving/notes_snapshot.h"

#include "upload/file_notes.h"

namespace candid::campaign {

std::optional<std::string> NotesSnapshot::find(std::string_view name) const {
  std::lock_guard lock(mutex_);
  if (auto kept = kept_.find(name); kept != kept_.end()) return kept->second;
  // Also for what is known: the other program may have put it elsewhere since.
  refresh();
  auto found = read_.find(name);
  return found == read_.end() ? std::nullopt : std::optional(found->second);
}

std::vector<std::string> NotesSnapshot::names() const {
  std::lock_guard lock(mutex_);
  refresh();
  std::vector<std::string> names;
  for (const auto& [name, note] : read_) {
    if (!kept_.contains(name)) names.push_back(name);
  }
  for (const auto& [name, note] : kept_) {
    if (note) names.push_back(name);
  }
  return names;
}

Result<void> NotesSnapshot::keep(std::string_view name, std::string_view note) {
  std::lock_guard lock(mutex_);
  kept_.insert_or_assign(std::string(name), std::string(note));
  return {};
}

Result<void> NotesSnapshot::drop(std::string_view name) {
  std::lock_guard lock(mutex_);
  kept_.insert_or_assign(std::string(name), std::nullopt);
  return {};
}

void NotesSnapshot::refresh() const {
  auto identity = identity_of(file_);
  if (!identity || *identity == identity_) return;
  auto notes = upload::read_file_notes(file_);
  if (!notes) return;
  identity_ = *identity;
  read_ = std::move(*notes);
}

}  // namespace candid::campaign
