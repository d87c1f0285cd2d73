#pragma once
// Makes the replies that arrive playable, one after the other, in a thread of its own. The queue is what lies in the
// folder, so a server that was killed goes on where it was; of several servers with one folder one does the work.

#include <chrono>
#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "campaign/replies/reply_child.h"
#include "core/time.h"
#include "track/replies/reply_uploads.h"
#include "track/replies/reply_videos.h"

namespace candid::campaign {

class ReplyWorker {
 public:
  struct Pace {
    std::chrono::milliseconds look = std::chrono::minutes(5);  // for what other servers took in
    // After a failure that may pass; where there was no time, twice as long with each try.
    std::chrono::milliseconds again = std::chrono::minutes(10);
  };
  // `uploads` outlives it; what arrives there is taken up at once.
  static std::unique_ptr<ReplyWorker> start(track::ReplyUploads& uploads, TranscodeReply transcode);
  static std::unique_ptr<ReplyWorker> start(track::ReplyUploads& uploads, TranscodeReply transcode, const Pace& pace,
                                            const Clock& clock = Clock::system());
  // Stops what is under way, which begins anew at the next start.
  ~ReplyWorker();
  ReplyWorker(const ReplyWorker&) = delete;
  ReplyWorker& operator=(const ReplyWorker&) = delete;

 private:
  ReplyWorker(track::ReplyUploads& uploads, TranscodeReply transcode, const Pace& pace, const Clock& clock)
      : uploads_(uploads), videos_(uploads.folder()), transcode_(std::move(transcode)), pace_(pace), clock_(clock) {}
  void run(const std::stop_token& stop);
  void work_off(const std::stop_token& stop);
  Result<void> tidy_up() const;
  void take_up(const track::ReplyVideo& reply, const std::stop_token& stop);
  void settle(const track::ReplyVideo& reply, const Error& error);
  Result<void> make(const track::ReplyVideo& reply, const std::stop_token& stop) const;
  void wait(const std::stop_token& stop);

  track::ReplyUploads& uploads_;
  const track::ReplyVideos videos_;
  const TranscodeReply transcode_;
  const Pace pace_;
  const Clock& clock_;
  struct Postponed {
    std::chrono::steady_clock::time_point until{};
    int out_of_time = 0;  // how often there was no time for it
  };
  std::map<std::string, Postponed> postponed_;  // by id; the worker's alone
  std::mutex mutex_;
  std::condition_variable_any news_;
  bool has_news_ = false;
  std::jthread thread_;  // last: it uses all the others
};

}  // namespace candid::campaign
