#pragma once
// One candidate's picture at a moment of the video, drawn beside the window: the newest wish alone counts.

#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>

#include "campaign/preview.h"
#include "gui/open_campaign.h"
#include "gui/waker.h"
#include "gui/worker.h"

namespace candid::gui {

// All calls from the window's thread.
class MessagePicture {
 public:
  explicit MessagePicture(Waker waker);

  // Returns at once. The campaign is shared with the thread that draws.
  void want(std::shared_ptr<const LoadedCampaign> campaign, size_t candidate, Microseconds moment);
  struct Drawn {
    size_t candidate = 0;
    Result<campaign::PreviewPicture> picture;
  };
  // What was drawn last, once.
  std::optional<Drawn> take();
  // Whether a picture is on its way.
  bool is_drawing() const;

 private:
  struct Wish {
    std::shared_ptr<const LoadedCampaign> campaign;
    size_t candidate = 0;
    Microseconds moment{0};
    bool operator==(const Wish&) const = default;
  };
  struct Shared {
    mutable std::mutex mutex;
    std::condition_variable_any changed;
    std::optional<Wish> wish;
    bool is_drawing = false;
    std::optional<Drawn> drawn;
  };
  static void work(const std::shared_ptr<Shared>& shared, const Waker& waker, const std::stop_token& stop);

  std::shared_ptr<Shared> shared_ = std::make_shared<Shared>();
  Wish last_;
  Worker worker_;
};

}  // namespace candid::gui
