#pragma once
// Everybody's greeting as a table: whose is ready, and whose is to be looked at.

#include <memory>
#include <optional>

#include "campaign/greetings/greeting_folder.h"
#include "gui/screen.h"
#include "gui/task.h"

namespace candid::gui {

// The window's thread; the folder is read beside it.
class GreetList {
 public:
  // Reads what lies in the folder, where that may have changed, and takes over what was read.
  void refresh(const Ui& ui);
  void read_again() { is_old_ = true; }
  void forget();

  // Nothing can be said of it before it was read once.
  bool was_read() const { return list_ != nullptr; }
  bool could_be_read() const { return !problem_; }
  const campaign::GreetingFolder& folder() const { return list_->folder; }
  size_t count() const { return list_ ? list_->overview.standing.size() : 0; }
  size_t ready() const;
  // Null: nobody is in the roster, or it was not read yet. Until the next refresh().
  const campaign::GreetingStanding* chosen() const;

  void draw(Ui& ui);
  // Why it could not be read, and the lines to be mended.
  void draw_problem(const Theme& theme) const;

 private:
  // Owns the roster that the overview points into.
  struct Read {
    campaign::GreetingFolder folder;
    campaign::GreetingOverview overview;
  };
  using SharedRead = std::shared_ptr<const Read>;
  struct Outcome {
    Findings findings{};  // of campaign.toml and roster
    Result<SharedRead> read;
  };
  static Result<SharedRead> read(const std::filesystem::path& campaign, Findings& findings);
  void draw_row(Ui& ui, size_t row);

  std::unique_ptr<Task<Outcome>> reading_;
  SharedRead list_;
  std::optional<Error> problem_;
  Findings findings_;
  uint64_t edition_ = 0;  // of the campaign when it was read
  bool is_old_ = true;
  size_t chosen_ = 0;
};

}  // namespace candid::gui
