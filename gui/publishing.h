#pragma once
// Rendering and publishing beside the window, from the campaign's folder to links; and what it would be.

#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "campaign/publishing/publish.h"
#include "campaign/render.h"
#include "core/error.h"
#include "core/files.h"
#include "gui/task.h"

namespace candid::gui {

enum class PublishStage { Preparing, Rendering, Sending };

// How far one candidate's video is. Made: it waits to be sent. Live: its link opens.
enum class VideoState : uint8_t { Waiting, Made, Live, Held, Failed };

// How far it is. A value of its own.
struct PublishingView {
  PublishStage stage = PublishStage::Preparing;
  campaign::RenderProgress rendering{};
  campaign::PublishProgress sending{};
  std::vector<std::string> notes{};  // lines for the person, in their order
  // Of each candidate, in the roster's order; none while it prepares.
  std::shared_ptr<const std::vector<std::string>> names{};
  std::vector<VideoState> videos{};
};

// A row of the roster for which something is to be told.
struct RowProblem {
  int line = 0;
  std::string name;
  std::string words;
  std::string hint{};
};

struct PublishedResult {
  size_t published = 0;  // links that open
  size_t new_links = 0;
  size_t held = 0;
  uint64_t bytes_sent = 0;
  uint64_t bytes_there = 0;
  std::filesystem::path links_file{};
  std::vector<RowProblem> problems{};  // rows without a video, and held ones with the reason
  std::optional<Error> server{};       // the links' server does not answer yet
};

struct PublishingPlan {
  campaign::PublishPreview preview{};
  size_t unrendered = 0;               // videos that are to be made first, which the figures leave out
  std::vector<RowProblem> problems{};  // rows that would not go out, and why
};

// All calls from the window's thread. Stopped or destroyed on the way: what was made and sent stays, and the next run
// goes on from there.
class Publishing {
 public:
  Publishing(const Waker& waker, const std::filesystem::path& folder,
             const std::filesystem::path& data = default_data_folder());

  PublishingView look() const;
  void stop() { task_.stop(); }
  bool is_stopping() const { return task_.is_stopping(); }
  // Once it is over.
  std::optional<Result<PublishedResult>> take() { return task_.take(); }

 private:
  struct Shared {
    mutable std::mutex mutex;
    PublishingView view;
  };
  std::shared_ptr<Shared> shared_ = std::make_shared<Shared>();
  Task<PublishedResult> task_;
};

// Writes nothing. What publishing would send and make, of videos that are rendered.
Result<PublishingPlan> plan_publishing(const std::filesystem::path& folder, const std::filesystem::path& data,
                                       const std::stop_token& stop);

}  // namespace candid::gui
