#pragma once
// Counts what leaves over all threads and passes the count on, not too often. Internal to campaign.

#include <chrono>
#include <functional>
#include <list>
#include <mutex>
#include <string>
#include <vector>

#include "campaign/publishing/publish.h"

namespace candid::campaign {

class UploadMeter {
 public:
  using Report = std::function<void(const PublishProgress&)>;
  explicit UploadMeter(const Report& report) : report_(report) {}

  // The next step of publishing: `items` things to be done, and so many bytes.
  void begin(PublishStep step, size_t items, uint64_t bytes);
  void item_done();
  // One message more is done, this candidate's. These are the items of the steps after the sending, but they may be
  // done before.
  void message_done(size_t candidate);
  // Bytes that need not leave.
  void found(uint64_t bytes);

  // One file under way; on one thread, but for sent().
  class File {
   public:
    File(UploadMeter& meter, std::string label, uint64_t size);
    ~File();
    File(const File&) = delete;
    File& operator=(const File&) = delete;
    // So many bytes have left; less again where a part is repeated.
    void sent(uint64_t bytes);
    // Counts as a whole from now on, rather than not at all.
    void finish();

   private:
    UploadMeter& meter_;
    std::list<FileUnderWay>::iterator place_;
    bool is_finished_ = false;
  };

 private:
  void tell(std::unique_lock<std::mutex> lock, bool always);

  using Clock = std::chrono::steady_clock;
  const Report& report_;
  std::mutex mutex_;
  std::mutex telling_;
  PublishProgress progress_;
  std::list<FileUnderWay> files_;
  uint64_t bytes_finished_ = 0;
  uint64_t bytes_found_ = 0;
  size_t messages_done_ = 0;
  std::vector<size_t> live_;  // not told yet
  Clock::time_point began_{};
  Clock::time_point told_{};
};

}  // namespace candid::campaign
