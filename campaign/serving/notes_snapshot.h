#pragma once
// Another program's upload notes, looked at: read anew whenever the file has changed. Neither the file nor its lock is
// touched. Internal to campaign.

#include <filesystem>
#include <map>
#include <mutex>
#include <optional>

#include "campaign/serving/open_file.h"
#include "upload/store.h"

namespace candid::campaign {

class NotesSnapshot final : public upload::UploadNotes {
 public:
  explicit NotesSnapshot(std::filesystem::path file) : file_(std::move(file)) {}

  std::optional<std::string> find(std::string_view name) const override;
  std::vector<std::string> names() const override;
  // For as long as this lives, and not written down; of one name it counts more than the file.
  Result<void> keep(std::string_view name, std::string_view note) override;
  Result<void> drop(std::string_view name) override;

 private:
  void refresh() const;

  const std::filesystem::path file_;
  mutable std::mutex mutex_;
  mutable FileIdentity identity_;  // of the file when it was read
  mutable std::map<std::string, std::string, std::less<>> read_;
  std::map<std::string, std::optional<std::string>, std::less<>> kept_;  // nothing: dropped
};

}  // namespace candid::campaign
