#include "campaign/publishing/upload_meter.h"

#include <algorithm>
#include <utility>

namespace candid::campaign {
namespace {

constexpr auto kInterval = std::chrono::milliseconds(200);

bool counts_messages(PublishStep step) {
  return step == PublishStep::Composing || step == PublishStep::Registering;
}

}  // namespace

void UploadMeter::begin(PublishStep step, size_t items, uint64_t bytes) {
  std::unique_lock lock(mutex_);
  progress_ = {};
  progress_.step = step;
  progress_.items_total = items;
  progress_.bytes_total = bytes;
  if (counts_messages(step)) progress_.items_done = messages_done_;
  bytes_finished_ = bytes_found_ = 0;
  began_ = Clock::now();
  tell(std::move(lock), true);
}

void UploadMeter::item_done() {
  std::unique_lock lock(mutex_);
  ++progress_.items_done;
  tell(std::move(lock), progress_.items_done == progress_.items_total);
}

void UploadMeter::message_done(size_t candidate) {
  std::unique_lock lock(mutex_);
  ++messages_done_;
  live_.push_back(candidate);
  bool is_last = false;
  if (counts_messages(progress_.step)) {
    progress_.items_done = messages_done_;
    is_last = progress_.items_done == progress_.items_total;
  }
  tell(std::move(lock), is_last);
}

void UploadMeter::found(uint64_t bytes) {
  std::unique_lock lock(mutex_);
  bytes_found_ += bytes;
  tell(std::move(lock), false);
}

UploadMeter::File::File(UploadMeter& meter, std::string label, uint64_t size) : meter_(meter) {
  std::lock_guard lock(meter_.mutex_);
  place_ = meter_.files_.insert(meter_.files_.end(), {std::move(label), 0, size});
}

UploadMeter::File::~File() {
  std::unique_lock lock(meter_.mutex_);
  if (is_finished_) meter_.bytes_finished_ += place_->size;
  meter_.files_.erase(place_);
  meter_.tell(std::move(lock), false);
}

void UploadMeter::File::sent(uint64_t bytes) {
  std::unique_lock lock(meter_.mutex_);
  place_->sent = std::min(bytes, place_->size);
  meter_.tell(std::move(lock), false);
}

void UploadMeter::File::finish() {
  std::lock_guard lock(meter_.mutex_);
  is_finished_ = true;
}

void UploadMeter::tell(std::unique_lock<std::mutex> lock, bool always) {
  auto now = Clock::now();
  if (!report_ || (!always && now - told_ < kInterval)) return;
  told_ = now;
  PublishProgress progress = progress_;
  uint64_t under_way = 0;
  for (const FileUnderWay& file : files_) {
    under_way += file.sent;
    progress.files.push_back(file);
  }
  progress.live = std::exchange(live_, {});
  double seconds = std::chrono::duration<double>(now - began_).count();
  uint64_t sent = bytes_finished_ + under_way;
  progress.bytes_done = std::min(progress.bytes_total, sent + bytes_found_);
  if (seconds > 0) progress.bytes_per_second = static_cast<double>(sent) / seconds;
  // Whoever draws may be slow; the uploads are not made to wait for it, but for those who draw too.
  lock.unlock();
  std::lock_guard one_at_a_time(telling_);
  report_(progress);
}

}  // namespace candid::campaign
