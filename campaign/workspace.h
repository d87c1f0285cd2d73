#pragma once
// Where a campaign's results lie: CAMPAIGN/out.
//   NAME.mp4            the messages, one a candidate
//   links.csv           who gets which link (private: mode 0600)
//   proof/              the proof sheet
//   work/parts, recipes what the messages are made of

#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "core/error.h"
#include "core/files.h"
#include "encode/recipe.h"
#include "upload/folder_store.h"

namespace candid::campaign {

class Workspace {
 public:
  // Makes the folders. Fails with Exists while another candid works in the same campaign.
  static Result<Workspace> open(const std::filesystem::path& campaign_folder);

  const std::filesystem::path& folder() const { return out_; }
  std::filesystem::path links_file() const { return out_ / "links.csv"; }
  std::filesystem::path proof_folder() const { return out_ / "proof"; }

  // Adds a part and returns its name. Thread-safe, as are all functions here.
  Result<std::string> add_part(std::span<const uint8_t> bytes) const;
  Result<std::filesystem::path> part_path(const std::string& part) const;
  // Whether every part of the recipe is there in full length.
  bool has_parts(const encode::Recipe& recipe) const;

  Result<void> save_recipe(const encode::Recipe& recipe) const;
  // Nothing when there is none, or none that can be read.
  std::optional<encode::Recipe> find_recipe(const std::string& message_id) const;

  // Removes the messages that are not in `message_ids` (recipe and MP4), and parts that no recipe names any more.
  Result<void> prune(const std::vector<std::string>& message_ids) const;

 private:
  Workspace(std::filesystem::path out, std::unique_ptr<upload::FolderStore> store, FileLock lock)
      : out_(std::move(out)), store_(std::move(store)), lock_(std::move(lock)) {}
  std::filesystem::path out_;
  std::unique_ptr<upload::FolderStore> store_;
  FileLock lock_;
};

// The object name of a message's recipe, here and in every store.
std::string recipe_object(const std::string& message_id);

// Writes the whole MP4 that a recipe describes.
Result<void> write_mp4(const Workspace& workspace, const encode::Recipe& recipe, const std::filesystem::path& file);

}  // namespace candid::campaign
