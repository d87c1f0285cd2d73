#pragma once
// Captions that a look shows and a take has no words for: without them nothing can be made. Either they are made of the
// campaign's script, by the pauses in the sound, or they are left away.

#include <filesystem>
#include <memory>
#include <optional>

#include "gui/screen.h"
#include "gui/task.h"

namespace candid::gui {

// The window's thread. Nothing is drawn where all captions have words.
class MissingCaptions {
 public:
  void draw(Ui& ui);

 private:
  void make(Ui& ui);
  void use(Ui& ui, size_t layer, const std::filesystem::path& file);

  std::unique_ptr<Task<std::filesystem::path>> making_;
  std::optional<Error> problem_;
  uint64_t edition_ = 0;    // of the campaign that says which layer it is
  uint64_t numbering_ = 0;  // CampaignEdits::numbering() then
};

}  // namespace candid::gui
