#include "upload/s3/s3_multipart.h"

#include <algorithm>
#include <atomic>
#include <mutex>
#include <thread>

#include <fmt/format.h>

#include "core/log.h"

namespace candid::upload {
namespace {

constexpr int kMostThreads = 32;

// How much of the object has left, over parts that leave at the same time.
class Progress {
 public:
  Progress(const std::function<void(uint64_t)>& tell, size_t parts) : tell_(tell), sent_(parts) {}

  // Of one part at a time from one thread.
  void set(size_t part, uint64_t bytes) {
    uint64_t before = sent_[part].exchange(bytes);
    uint64_t total = total_ += bytes - before;
    if (tell_) tell_(total);
  }

 private:
  const std::function<void(uint64_t)>& tell_;
  std::vector<std::atomic<uint64_t>> sent_;
  std::atomic<uint64_t> total_ = 0;
};

class MultipartRun {
 public:
  MultipartRun(S3Client& client, UploadNotes* notes, const S3MultipartJob& job, S3PartSource& source,
               const PutOptions& options)
      : client_(client),
        notes_(notes),
        job_(job),
        source_(source),
        options_(options),
        note_(job.note),
        parts_(source.count()),
        progress_(options.progress, source.count()) {}

  Result<std::optional<S3Tag>> run() {
    auto finished = work();
    if (!finished) {
      clean_up_after(finished.error());
      return finished;
    }
    // Of an upload that went away nothing is left to know, either.
    if (note_.has_strays) abandon_strays();
    TRY_VOID(drop_note());
    return finished;
  }

 private:
  Result<std::optional<S3Tag>> work() {
    if (!TRY(resume())) TRY_VOID(begin());
    if (!TRY(send_missing())) return std::optional<S3Tag>();
    std::vector<S3Part> parts;
    for (const auto& part : parts_) parts.push_back(*part);
    return client_.complete(job_.name, note_.id, parts, options_.stop);
  }

  // Finds the upload of an earlier run. False when there is none that fits; what does not fit is given up.
  Result<bool> resume() {
    if (notes_ == nullptr) return false;
    auto text = notes_->find(job_.name);
    auto note = text ? parse_s3_upload_note(*text) : std::nullopt;
    if (!note || note->store != job_.note.store) return false;
    note_.has_strays = note->has_strays || note->id.empty();
    S3UploadNote wanted = job_.note;
    wanted.id = note->id;
    wanted.has_strays = note->has_strays;
    if (note->id.empty()) return false;
    if (*note != wanted) {
      TRY_VOID(client_.abort(job_.name, note->id, options_.stop));
      return false;
    }
    auto there = TRY(client_.parts(job_.name, note->id, options_.stop));
    if (!there) return false;
    note_.id = note->id;
    return take_over(*there);
  }

  Result<bool> take_over(const std::vector<S3Part>& there) {
    for (const S3Part& part : there) {
      auto index = static_cast<size_t>(part.number - 1);
      if (index >= source_.count() || part.size != source_.size_of(index)) continue;
      if (options_.stop.stop_requested()) return cancelled();
      if (!TRY(source_.is_same(index, part))) continue;
      parts_[index] = part;
      progress_.set(index, part.size);
    }
    return true;
  }

  // The note stands before the upload does: a crash in between leaves an upload that is known to be possible.
  Result<void> begin() {
    note_.id.clear();
    TRY_VOID(keep_note());
    S3CreatedUpload upload = TRY(client_.create_upload(job_.name, job_.properties, options_.stop));
    note_.id = std::move(upload.id);
    note_.has_strays |= upload.was_repeated;
    return keep_note();
  }

  // False when the upload is gone.
  Result<bool> send_missing() {
    std::vector<size_t> missing;
    for (size_t i = 0; i < parts_.size(); ++i) {
      if (!parts_[i]) missing.push_back(i);
    }
    std::stop_source end;
    std::stop_callback passed_on(options_.stop, [&] { end.request_stop(); });
    std::atomic<size_t> next = 0;
    auto work_on = [&] {
      for (size_t i = next++; i < missing.size() && !end.stop_requested(); i = next++) {
        if (!send_part(missing[i], end.get_token())) end.request_stop();
      }
    };
    {
      auto threads = std::min<size_t>(missing.size(), std::clamp(options_.parallel, 1, kMostThreads));
      std::vector<std::jthread> workers;
      for (size_t i = 1; i < threads; ++i) workers.emplace_back(work_on);
      work_on();
    }
    if (failure_) return tl::unexpected(*failure_);
    if (options_.stop.stop_requested()) return cancelled();
    return !is_gone_;
  }

  bool send_part(size_t index, const std::stop_token& stop) {
    auto part = source_.send(
        index, note_.id, [&](uint64_t sent) { progress_.set(index, sent); }, stop);
    std::lock_guard lock(mutex_);
    if (part && *part) {
      parts_[index] = std::move(**part);
      progress_.set(index, source_.size_of(index));
      return true;
    }
    // The first failure stops the others, which then fail with Cancelled.
    if (!part && !failure_ && !is_gone_) failure_ = part.error();
    if (part) is_gone_ = true;
    return false;
  }

  tl::unexpected<Error> cancelled() const {
    return fail(ErrorKind::Cancelled, fmt::format("storing {} was stopped", job_.name),
                "run the same command again: it resumes");
  }

  Result<void> keep_note() { return notes_ == nullptr ? Result<void>() : notes_->keep(job_.name, to_text(note_)); }
  Result<void> drop_note() { return notes_ == nullptr ? Result<void>() : notes_->drop(job_.name); }

  void clean_up_after(const Error& error) {
    if (error.kind() == ErrorKind::Cancelled || error.retryable()) return;
    // Without the caller's stop token: what was begun must not stay.
    Result<void> gone = note_.id.empty() ? Result<void>() : client_.abort(job_.name, note_.id, {});
    if (gone && !note_.has_strays) gone = drop_note();
    if (!gone) log::warning("upload", gone.error().describe());  // the note stays for abandon_unfinished()
  }

  void abandon_strays() {
    auto count = abandon_uploads_of(client_, job_.name, note_.id, options_.stop);
    if (!count) log::warning("upload", count.error().describe());
  }

  S3Client& client_;
  UploadNotes* notes_;
  const S3MultipartJob& job_;
  S3PartSource& source_;
  const PutOptions& options_;
  S3UploadNote note_;
  std::vector<std::optional<S3Part>> parts_;
  Progress progress_;
  std::mutex mutex_;  // guards parts_, failure_ and is_gone_ while several threads send
  std::optional<Error> failure_;
  bool is_gone_ = false;
};

}  // namespace

Result<std::optional<S3Tag>> run_multipart(S3Client& client, UploadNotes* notes, const S3MultipartJob& job,
                                           S3PartSource& source, const PutOptions& options) {
  return MultipartRun(client, notes, job, source, options).run();
}

Result<int> forget_upload(S3Client& client, UploadNotes* notes, const std::string& name, const std::stop_token& stop) {
  auto text = notes == nullptr ? std::nullopt : notes->find(name);
  auto note = text ? parse_s3_upload_note(*text) : std::nullopt;
  if (!note || note->store != client.identity()) return 0;
  int count = 0;
  if (!note->id.empty()) {
    TRY_VOID(client.abort(name, note->id, stop));
    ++count;
  }
  if (note->id.empty() || note->has_strays) count += TRY(abandon_uploads_of(client, name, "", stop));
  TRY_VOID(notes->drop(name));
  return count;
}

Result<int> abandon_uploads_of(S3Client& client, const std::string& name, std::string_view kept,
                               const std::stop_token& stop) {
  int count = 0;
  std::vector<S3Upload> uploads = TRY(client.uploads(name, stop));
  for (const S3Upload& upload : uploads) {
    if (upload.key != name || upload.id == kept) continue;
    TRY_VOID(client.abort(name, upload.id, stop));
    ++count;
  }
  return count;
}

}  // namespace candid::upload
