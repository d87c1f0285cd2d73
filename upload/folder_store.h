#pragma once
// A store in a folder of this machine: an object is a file.

#include "upload/store.h"

namespace candid::upload {

class FolderStore final : public Store {
 public:
  // Makes the folder when it is missing.
  static Result<std::unique_ptr<FolderStore>> open(std::filesystem::path root);

  Result<std::optional<uint64_t>> size_of(std::string_view name) override;
  Result<void> put(std::string_view name, std::span<const uint8_t> bytes) override;
  Result<void> put_file(std::string_view name, const std::filesystem::path& file,
                        const PutOptions& options = {}) override;
  Result<std::vector<uint8_t>> get(std::string_view name) override;
  Result<void> get_file(std::string_view name, const std::filesystem::path& file) override;
  Result<void> remove(std::string_view name) override;
  std::string describe() const override;

  // Where an object lies, whether or not it is there: what is local can be read in place.
  Result<std::filesystem::path> path_of(std::string_view name) const;

 private:
  explicit FolderStore(std::filesystem::path root) : root_(std::move(root)) {}
  std::filesystem::path root_;
};

}  // namespace candid::upload
