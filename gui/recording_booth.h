#pragma once
// A recording that goes on beside the window: devices, the desk that directs it, and the newest picture.

#include <deque>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "capture/desk/recording_desk.h"
#include "capture/recording.h"
#include "gui/waker.h"
#include "gui/worker.h"
#include "media/frame.h"

namespace candid::gui {

struct BoothPlan {
  capture::SourceSettings source;
  capture::RecordSettings record;
  int countdown = 3;  // seconds
  // Called, on another thread, when the booth was given up and takes in the folder have other names now.
  std::function<void()> takes_changed{};
};

// What the window sees of it.
struct BoothView {
  enum class State {
    Opening,  // devices are being opened
    Running,  // somebody looks, or it records: see desk
    Ended,    // the devices are closed
  };
  State state = State::Opening;
  capture::DeskView desk;
  bool has_sound = false;
  std::optional<std::filesystem::path> take{};  // that was recorded, in Ended
  std::optional<Error> problem{};               // why it ended; what was recorded before is in `take`
  std::string note{};                           // about the take, for the person; may be empty
  capture::EndedBy ended_by = capture::EndedBy::Finished;
  std::vector<std::filesystem::path> put_aside{};  // earlier takes, by the names under which they are kept
};

// All calls from the window's thread. Whatever ends it, what was recorded is in the take's file. An earlier take in its
// place is put aside, and has its name again where nothing was recorded. Destroyed, it is given up (worker.h): a
// recording that goes on ends, and its take is kept. Another booth waits until the devices of this one are closed.
class RecordingBooth {
 public:
  RecordingBooth(Waker waker, BoothPlan plan);

  void press(capture::DeskCommand command);
  void set_pace(double pace);  // of the prompter
  BoothView look() const;
  // Whether something would be lost to a person who closes the window now.
  bool is_recording() const;
  // The newest picture, once; nothing where it was taken already.
  std::optional<media::Frame> take_picture();

 private:
  struct Shared {
    mutable std::mutex mutex;
    std::deque<capture::DeskCommand> pressed;
    BoothView view;
    double pace = 1;
    std::optional<media::Frame> picture;
    std::optional<Microseconds> captured_at;  // Moment::captured_at of the picture
    int64_t pictures = 0;                     // that the camera gave
    std::vector<Microseconds> ages;           // of those that the window took, when it did
  };
  static void work(const std::shared_ptr<Shared>& shared, const Waker& waker, const BoothPlan& plan,
                   const std::stop_token& stop);
  static void record(const std::shared_ptr<Shared>& shared, const Waker& waker, const BoothPlan& plan,
                     const std::stop_token& stop);

  std::shared_ptr<Shared> shared_ = std::make_shared<Shared>();
  Worker worker_;
};

}  // namespace candid::gui
