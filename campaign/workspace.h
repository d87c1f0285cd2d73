#pragma once
// Where a campaign's results lie: CAMPAIGN/out.
//   NAME.mp4         the messages, one a candidate
//   manifest.json    what the last run left: which file is whose, and of which segments
//   links.csv        who gets which link (private: mode 0600); links-held.csv: those of messages that were held since
//   proof/           the proof sheet
//   work/parts       what the messages are made of, by SHA-256
//   work/recipes     a message each
//   work/segments    a record of each finished segment, by its key
//   work/statistics  what first passes learned
//   work/faces       where faces are in the take
//   work/*.jsonl     what publishing has done so far (private)

#include <filesystem>
#include <memory>
#include <optional>
#include <set>
#include <string>

#include "core/error.h"
#include "core/files.h"
#include "encode/rate_control.h"
#include "encode/recipe.h"
#include "encode/segment_record.h"
#include "upload/folder_store.h"

namespace candid::campaign {

class Workspace {
 public:
  // Makes the folders. Fails with Exists while another candid works in the same campaign, and with InvalidInput where
  // one of the folders below out/ is a link: what is not needed any more is removed there.
  static Result<Workspace> open(const std::filesystem::path& campaign_folder);

  const std::filesystem::path& folder() const { return out_; }
  std::filesystem::path links_file() const { return out_ / "links.csv"; }
  std::filesystem::path held_links_file() const { return out_ / "links-held.csv"; }
  // What publishing has done so far, and what is under way there.
  std::filesystem::path journal_file() const { return out_ / "work" / "publish.jsonl"; }
  std::filesystem::path uploads_file() const { return out_ / "work" / "uploads.jsonl"; }
  std::filesystem::path proof_folder() const { return out_ / "proof"; }

  // Adds a part and returns its name. Thread-safe, as are all functions here.
  Result<std::string> add_part(std::span<const uint8_t> bytes) const;
  Result<std::string> add_part_file(const std::filesystem::path& file) const;
  Result<std::filesystem::path> part_path(const std::string& part) const;
  // Whether every part of the recipe is there in full length.
  bool has_parts(const encode::Recipe& recipe) const;

  Result<void> save_recipe(const encode::Recipe& recipe) const;
  // Nothing when there is none, or none that can be read.
  std::optional<encode::Recipe> find_recipe(const std::string& message_id) const;

  // Adds the segment's bytes as a part, and then the record that names it.
  Result<void> save_segment(const std::string& key, const encode::Segment& segment) const;
  // Nothing when it is not there in full.
  std::optional<encode::SegmentRecord> find_segment(const std::string& key) const;

  // Where the first pass of this key takes its notes. Once they are complete, keep_statistics() makes them last.
  std::filesystem::path statistics_path(const std::string& key) const;
  Result<void> keep_statistics(const std::string& key, double bitrate) const;
  // The second pass that follows them; nothing when they are not there in full.
  std::optional<encode::SecondPass> find_statistics(const std::string& key) const;

  // Where the faces of a take are remembered; its folder need not be there.
  std::filesystem::path faces_file(const std::string& key) const { return out_ / "work" / "faces" / (key + ".json"); }

  // Removes a message's MP4 from out/, and the captions and previews beside it.
  Result<void> remove_files(const std::string& file_name) const;
  Result<void> remove_previews(const std::string& file_name) const;

  // For files without a name: on the disk that holds the results.
  std::filesystem::path scratch_folder() const { return out_ / "work"; }

  // What a plan still needs; ids and keys.
  struct Kept {
    std::set<std::string> messages;
    std::set<std::string> segments;
    std::set<std::string> statistics;
  };
  // Removes all else that is named as ours are: messages (recipe and MP4), records, notes, and parts that nothing names
  // any more.
  Result<void> prune(const Kept& kept) const;

 private:
  Workspace(std::filesystem::path out, std::unique_ptr<upload::FolderStore> store, FileLock lock)
      : out_(std::move(out)), store_(std::move(store)), lock_(std::move(lock)) {}
  std::filesystem::path out_;
  std::unique_ptr<upload::FolderStore> store_;
  FileLock lock_;
};

// The object name of a recipe: of a message here, of an edition (edition.h) in a store.
std::string recipe_object(const std::string& name);

// Writes the whole MP4 that a recipe describes.
Result<void> write_mp4(const Workspace& workspace, const encode::Recipe& recipe, const std::filesystem::path& file);

}  // namespace candid::campaign
