#pragma once
// Objects into a store, several at once. Internal to campaign.

#include <filesystem>
#include <map>
#include <span>
#include <stop_token>
#include <string>

#include "campaign/publishing/publish_journal.h"
#include "campaign/publishing/upload_meter.h"
#include "core/error.h"
#include "upload/store.h"

namespace candid::campaign {

struct OutgoingObject {
  std::string name{};
  std::filesystem::path file{};
  uint64_t size = 0;
  std::string label{};  // for people
};

struct SendReport {
  uint64_t bytes_sent = 0;
  uint64_t bytes_there = 0;
  std::map<std::string, Error> failed{};  // by object name
};

// Whether it is no use to go on with other files: who we are, where we send, no room, no network.
bool concerns_all(const Error& error);

// Sends what the store does not have: `parallel` files at once, and where fewer are left, several parts of one. What
// failed alone is tried once more at the end. Every object that is there is in the journal then. An Error concerns all
// and stops the others at once; Cancelled when stopped.
Result<SendReport> send_objects(std::span<const OutgoingObject> objects, upload::Store& store, PublishJournal& journal,
                                int parallel, UploadMeter& meter, const std::stop_token& stop);

// Calls work(i, stop) for each i below `count` on `parallel` threads until one returns an Error, which stops the
// others.
Result<void> all_or_first_error(size_t count, int parallel, const std::stop_token& stop,
                                const std::function<Result<void>(size_t, const std::stop_token&)>& work);

}  // namespace candid::campaign
