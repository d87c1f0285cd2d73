#pragma once
// Notes about uploads in one file (mode 0600): a journal of JSON lines, fsynced line by line, rewritten when most of it
// is out of date. A line that a power cut broke off is ignored.

#include <filesystem>
#include <map>
#include <memory>
#include <mutex>

#include "upload/store.h"

namespace candid::upload {

class FileNotes final : public UploadNotes {
 public:
  // Makes the file where it is missing. One process at a time: Exists while another has it open.
  static Result<std::unique_ptr<FileNotes>> open(const std::filesystem::path& file);
  ~FileNotes() override;

  std::optional<std::string> find(std::string_view name) const override;
  Result<void> keep(std::string_view name, std::string_view note) override;
  Result<void> drop(std::string_view name) override;
  std::vector<std::string> names() const override;

 private:
  struct State;
  explicit FileNotes(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

// What the file says, for a program that only looks on: without its lock, whoever has it open. Nothing in a missing
// one.
Result<std::map<std::string, std::string, std::less<>>> read_file_notes(const std::filesystem::path& file);

}  // namespace candid::upload
