#pragma once
// Why there is no picture and no take, and the ways on. A state of the Record screen.

#include "core/error.h"
#include "gui/device_choice.h"
#include "gui/screen.h"

namespace candid::gui {

// The window's thread.
class RecordProblem {
 public:
  explicit RecordProblem(Error problem) : problem_(std::move(problem)) {}

  enum class Next { Stay, TryAgain };
  Next draw(Ui& ui, DeviceChoice& devices);

 private:
  Error problem_;
};

}  // namespace candid::gui
