#pragma once
// The campaign that the window works on, read anew after each change, beside the window.

#include <atomic>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "campaign/decisions.h"
#include "campaign/job.h"
#include "core/error.h"
#include "core/finding.h"
#include "gui/task.h"

namespace candid::gui {

// As it was read last. Never changed afterwards, so that work on other threads may share it.
struct LoadedCampaign {
  campaign::Campaign campaign;
  campaign::Roster roster;
  Findings findings;                   // of campaign.toml, look, roster as a whole, and take
  std::vector<Findings> of_rows;       // preflight's, a candidate each
  campaign::Decisions decisions;       // as saved
  std::optional<campaign::Job> job{};  // nothing: the take is still to be recorded, or a finding above is an error
  std::vector<campaign::Standing> standings{};  // a candidate each, where there is a job
  bool has_take = false;
  std::optional<size_t> layer_without_words{};  // campaign/take_captions.h
};

// The window's thread.
class OpenCampaign {
 public:
  explicit OpenCampaign(Waker waker) : waker_(std::move(waker)) {}

  void open(const std::filesystem::path& folder);
  void close();
  // After something in the folder was changed. What was read before stays until then.
  void reload();
  // Says that work beside the window has changed something in the folder. On any thread, even once another campaign is
  // open or the window is gone.
  std::function<void()> change_teller() const;
  // Takes over what was read; true when there is something new.
  bool update();

  bool is_open() const { return !folder_.empty(); }
  bool is_reading() const { return reading_ != nullptr; }
  const std::filesystem::path& folder() const { return folder_; }
  // As it was read last: where there is a problem, too, as older. Null: it was not read yet, or never could be.
  const std::shared_ptr<const LoadedCampaign>& loaded() const { return loaded_; }
  // Why it could not be read the last time.
  const std::optional<Error>& problem() const { return problem_; }
  // Grows with each reading: what was made of an older one is out of date.
  uint64_t edition() const { return edition_; }

 private:
  using Reading = Task<std::shared_ptr<const LoadedCampaign>>;
  Waker waker_;
  std::filesystem::path folder_;
  std::unique_ptr<Reading> reading_;
  bool is_outdated_ = false;  // changed again while it was read
  std::shared_ptr<std::atomic<bool>> is_told_changed_ = std::make_shared<std::atomic<bool>>(false);
  std::shared_ptr<const LoadedCampaign> loaded_;
  std::optional<Error> problem_;
  uint64_t edition_ = 0;
};

}  // namespace candid::gui
