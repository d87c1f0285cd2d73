#include "campaign/publishing/object_sender.h"

#include <atomic>
#include <mutex>
#include <optional>
#include <vector>

#include <fmt/format.h>

#include "campaign/parallel.h"

namespace candid::campaign {
namespace {

// Larger uploads say how fast the line is.
constexpr uint64_t kTellingBytes = 1'000'000;

Error stopped() {
  return Error(ErrorKind::Cancelled, "stopped; what was sent stays sent", "the same command goes on from here");
}

// One run over a list of objects.
class Sending {
 public:
  Sending(upload::Store& store, PublishJournal& journal, int parallel, UploadMeter& meter, size_t files,
          SendReport& report)
      : store_(store), journal_(journal), parallel_(parallel), meter_(meter), files_left_(files), report_(report) {}

  Result<void> send(const OutgoingObject& object, const std::stop_token& stop) {
    auto sent = try_to_send(object, stop);
    --files_left_;
    if (sent) return {};
    if (concerns_all(sent.error()) || stop.stop_requested()) return sent;
    std::lock_guard lock(mutex_);
    report_.failed.insert_or_assign(object.name, sent.error());
    return {};
  }

 private:
  Result<void> try_to_send(const OutgoingObject& object, const std::stop_token& stop) {
    std::optional<uint64_t> there = TRY(store_.size_of(object.name));
    if (there == object.size) {
      meter_.found(object.size);
      std::lock_guard lock(mutex_);
      report_.bytes_there += object.size;
    } else {
      UploadMeter::File file(meter_, object.label, object.size);
      upload::PutOptions options;
      options.stop = stop;
      options.progress = [&](uint64_t bytes) { file.sent(bytes); };
      options.parallel = parts_at_once();
      TRY_VOID(store_.put_file(object.name, object.file, options));
      file.finish();
      std::lock_guard lock(mutex_);
      report_.bytes_sent += object.size;
    }
    meter_.item_done();
    return journal_.add_object(object.name, fmt::format("{}", object.size));
  }

  // Whole files first: a run that dies then sends at most one part of each again.
  int parts_at_once() const {
    int left = std::max(1, static_cast<int>(std::min<size_t>(files_left_, static_cast<size_t>(parallel_))));
    return (parallel_ + left - 1) / left;
  }

  upload::Store& store_;
  PublishJournal& journal_;
  const int parallel_;
  UploadMeter& meter_;
  std::atomic<size_t> files_left_;
  std::mutex mutex_;
  SendReport& report_;
};

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

Result<SendReport> send_objects(std::span<const OutgoingObject> objects, upload::Store& store, PublishJournal& journal,
                                int parallel, UploadMeter& meter, const std::stop_token& stop) {
  SendReport report;
  auto began = std::chrono::steady_clock::now();
  auto send_all = [&](std::span<const OutgoingObject> some) {
    Sending sending(store, journal, parallel, meter, some.size(), report);
    return all_or_first_error(some.size(), parallel, stop, [&](size_t i, const std::stop_token& stop_all) {
      return sending.send(some[i], stop_all);
    });
  };
  auto done = send_all(objects);
  if (done && !report.failed.empty()) {
    std::vector<OutgoingObject> again;
    for (const OutgoingObject& object : objects) {
      if (report.failed.contains(object.name)) again.push_back(object);
    }
    report.failed.clear();
    done = send_all(again);
  }
  double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
  if (report.bytes_sent >= kTellingBytes && seconds > 0)
    (void)journal.set_upload_rate(static_cast<double>(report.bytes_sent) / seconds);  // only a help for estimates
  auto synced = journal.sync();
  if (!done) return tl::unexpected(done.error());
  if (!synced) return tl::unexpected(synced.error());
  return report;
}

}  // namespace candid::campaign
