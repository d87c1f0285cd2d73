#include "campaign/publishing/object_sender.h"

#include <algorithm>
#include <chrono>

#include <fmt/format.h>

#include "campaign/parallel.h"

namespace candid::campaign {
namespace {

// Larger uploads say how fast the line is.
constexpr uint64_t kTellingBytes = 1'000'000;

Error stopped() {
  return Error(ErrorKind::Cancelled, "stopped; what was sent stays sent", "the same command goes on from here");
}

}  // namespace

bool concerns_all(const Error& error) {
  switch (error.kind()) {
    case ErrorKind::NotFound:
    case ErrorKind::PermissionDenied:
    case ErrorKind::NoSpace:
    case ErrorKind::Network:
    case ErrorKind::Unsupported:
    case ErrorKind::Cancelled:
      return true;
    default:
      return false;
  }
}

Result<void> all_or_first_error(size_t count, int parallel, const std::stop_token& stop,
                                const std::function<Result<void>(size_t, const std::stop_token&)>& work) {
  std::stop_source inner;
  std::stop_callback passed_on(stop, [&] { inner.request_stop(); });
  std::mutex mutex;
  std::optional<Error> first;
  run_in_parallel(count, parallel, [&](size_t i) {
    if (inner.stop_requested()) return;
    auto done = work(i, inner.get_token());
    if (done) return;
    std::lock_guard lock(mutex);
    if (!first) first = done.error();
    inner.request_stop();
  });
  if (stop.stop_requested()) return tl::unexpected(stopped());
  if (first) return tl::unexpected(*first);
  return {};
}

Result<void> ObjectSender::send_all(const std::stop_token& stop) {
  auto began = std::chrono::steady_clock::now();
  auto done = all_or_first_error(objects_.size(), parallel_, stop,
                                 [&](size_t i, const std::stop_token& stop_all) { return send(i, stop_all); });
  double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
  if (bytes_sent_ >= kTellingBytes && seconds > 0)
    (void)journal_.set_upload_rate(static_cast<double>(bytes_sent_) / seconds);  // only a help for estimates
  auto synced = journal_.sync();
  std::lock_guard lock(mutex_);
  is_over_ = true;
  settled_.notify_all();
  return done ? synced : done;
}

Result<void> ObjectSender::send(size_t index, const std::stop_token& stop) {
  const OutgoingObject& object = objects_[index];
  auto is_hopeless = [&](const Result<void>& sent) {
    return !sent && (concerns_all(sent.error()) || stop.stop_requested());
  };
  auto sent = try_to_send(object, stop);
  if (!sent && !is_hopeless(sent)) sent = try_to_send(object, stop);
  --files_left_;
  if (is_hopeless(sent)) return sent;
  settle(index, sent);
  return {};
}

Result<void> ObjectSender::try_to_send(const OutgoingObject& object, const std::stop_token& stop) {
  {
    UploadMeter::File file(meter_, object.label, object.size);
    // Of an object that is there already a store sends nothing, and tells of no progress.
    std::atomic<bool> has_left = false;
    upload::PutOptions options;
    options.stop = stop;
    options.progress = [&](uint64_t bytes) {
      has_left = true;
      file.sent(bytes);
    };
    options.parallel = parts_at_once();
    options.check_content = checks_content_;
    TRY_VOID(store_.put_file(object.name, object.file, options));
    if (has_left) file.finish();
    (has_left ? bytes_sent_ : bytes_there_) += object.size;
    if (!has_left) meter_.found(object.size);
  }
  meter_.item_done();
  return journal_.add_object(object.name, fmt::format("{}", object.size));
}

void ObjectSender::settle(size_t index, const Result<void>& sent) {
  std::lock_guard lock(mutex_);
  if (!sent) failed_.insert_or_assign(objects_[index].name, sent.error());
  is_settled_[index] = true;
  while (settled_in_a_row_ < is_settled_.size() && is_settled_[settled_in_a_row_]) ++settled_in_a_row_;
  settled_.notify_all();
}

bool ObjectSender::wait_for(size_t count) {
  std::unique_lock lock(mutex_);
  settled_.wait(lock, [&] { return settled_in_a_row_ >= count || is_over_; });
  return settled_in_a_row_ >= count;
}

std::optional<Error> ObjectSender::failure(const std::string& name) const {
  std::lock_guard lock(mutex_);
  auto found = failed_.find(name);
  return found == failed_.end() ? std::nullopt : std::optional(found->second);
}

// Whole files first: a run that dies then sends at most one part of each again; to S3, on a fast line, a file of up to
// 64 MiB is one part.
int ObjectSender::parts_at_once() const {
  int left = std::max(1, static_cast<int>(std::min<size_t>(files_left_, static_cast<size_t>(parallel_))));
  return (parallel_ + left - 1) / left;
}

}  // namespace candid::campaign
