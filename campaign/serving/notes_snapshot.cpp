#include "campaign/serving/notes_snapshot.h"

#include "upload/file_notes.h"

namespace candid::campaign {

std::optional<std::string> NotesSnapshot::find(std::string_view name) const {
  std::lock_guard lock(mutex_);
  auto found = notes_.find(name);
  if (found == notes_.end()) {
    refresh();
    found = notes_.find(name);
  }
  return found == notes_.end() ? std::nullopt : std::optional(found->second);
}

std::vector<std::string> NotesSnapshot::names() const {
  std::lock_guard lock(mutex_);
  refresh();
  std::vector<std::string> names;
  for (const auto& [name, note] : notes_) names.push_back(name);
  return names;
}

Result<void> NotesSnapshot::keep(std::string_view name, std::string_view note) {
  std::lock_guard lock(mutex_);
  notes_.insert_or_assign(std::string(name), std::string(note));
  return {};
}

Result<void> NotesSnapshot::drop(std::string_view name) {
  std::lock_guard lock(mutex_);
  notes_.erase(std::string(name));
  return {};
}

void NotesSnapshot::refresh() const {
  std::error_code code;
  auto written = std::filesystem::last_write_time(file_, code);
  if (code || written == read_at_) return;
  // Opened for a moment only: whoever publishes needs them for themselves.
  auto notes = upload::FileNotes::open(file_);
  if (!notes) return;
  read_at_ = written;
  for (const std::string& name : (*notes)->names()) {
    if (auto note = (*notes)->find(name)) notes_.insert_or_assign(name, std::move(*note));
  }
}

}  // namespace candid::campaign
