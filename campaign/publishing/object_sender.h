#pragma once
// Objects into a store, several at once. Internal to campaign.

#include <atomic>
#include <condition_variable>
#include <filesystem>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "campaign/publishing/publish.h"
#include "campaign/publishing/publish_journal.h"
#include "campaign/publishing/upload_meter.h"
#include "core/error.h"
#include "upload/store.h"

namespace candid::campaign {

struct OutgoingObject {
  std::string name{};
  std::filesystem::path file{};
  uint64_t size = 0;
  std::string label{};       // for people
  size_t first_message = 0;  // index of the first message that shows it
};

// Whether it is no use to go on with other files: who we are, where we send, no room, no network.
bool concerns_all(const Error& error);

// One run over a list of objects, in its order. While one thread sends, another may wait for what it needs.
class ObjectSender {
 public:
  // Everything borrowed outlives it.
  ObjectSender(std::span<const OutgoingObject> objects, upload::Store& store, PublishJournal& journal,
               const PublishOptions& options, UploadMeter& meter)
      : objects_(objects),
        store_(store),
        journal_(journal),
        parallel_(options.parallel),
        checks_content_(options.verify),
        meter_(meter),
        files_left_(objects.size()),
        is_settled_(objects.size()) {}

  // Sends what the store does not have: `parallel` files at once, and where fewer are left, several parts of one. What
  // fails alone is tried once more. Every object that is there is in the journal then. An Error concerns all and stops
  // the others at once; Cancelled when stopped. Call it once.
  Result<void> send_all(const std::stop_token& stop);
  // Until each of the first `count` objects is there or failed alone. False when the sending ended before.
  bool wait_for(size_t count);
  // Why it failed alone.
  std::optional<Error> failure(const std::string& name) const;

  uint64_t bytes_sent() const { return bytes_sent_; }
  uint64_t bytes_there() const { return bytes_there_; }

 private:
  Result<void> send(size_t index, const std::stop_token& stop);
  Result<void> try_to_send(const OutgoingObject& object, const std::stop_token& stop);
  void settle(size_t index, const Result<void>& sent);
  int parts_at_once() const;

  const std::span<const OutgoingObject> objects_;
  upload::Store& store_;
  PublishJournal& journal_;
  const int parallel_;
  const bool checks_content_;
  UploadMeter& meter_;
  std::atomic<size_t> files_left_;
  std::atomic<uint64_t> bytes_sent_ = 0;
  std::atomic<uint64_t> bytes_there_ = 0;
  mutable std::mutex mutex_;
  std::condition_variable settled_;
  std::vector<bool> is_settled_;  // by index
  size_t settled_in_a_row_ = 0;   // from the first on
  bool is_over_ = false;
  std::map<std::string, Error> failed_{};  // by object name
};

// Calls work(i, stop) for each i below `count` on `parallel` threads until one returns an Error, which stops the
// others.
Result<void> all_or_first_error(size_t count, int parallel, const std::stop_token& stop,
                                const std::function<Result<void>(size_t, const std::stop_token&)>& work);

}  // namespace candid::campaign
