#include "campaign/replies/reply_worker.h"

#include <algorithm>

#include <fmt/format.h>

#include "core/files.h"
#include "core/log.h"

namespace candid::campaign {
namespace {

// Hours in all. What hangs without using the processor must not be tried for ever.
constexpr int kMostTries = 5;

Result<void> move_into(const std::filesystem::path& from, const std::filesystem::path& folder) {
  std::error_code code;
  std::filesystem::rename(from, folder / from.filename(), code);
  if (code) return tl::unexpected(system_error(code.value(), "cannot keep a reply's video"));
  return {};
}

// In this order: the result is there only beside the whole video, and the recording until the result is.
Result<void> keep(const std::filesystem::path& folder, const ReplyJob& job, const track::ReplyResult& result) {
  TRY_VOID(sync_file(job.video));
  TRY_VOID(sync_file(job.poster));
  TRY_VOID(move_into(job.video, folder));
  TRY_VOID(move_into(job.poster, folder));
  TRY_VOID(sync_folder(folder));
  TRY_VOID(write_file(folder / track::kReplyResult, to_json(result) + "\n", FileMode::Private));
  return remove_file(folder / track::kReplyRaw);
}

void clear_away(const std::filesystem::path& folder) {
  std::error_code code;
  std::filesystem::remove_all(folder, code);
  if (code) log::warning("campaign", system_error(code.value(), "cannot remove what a transcoding left").describe());
}

}  // namespace

std::unique_ptr<ReplyWorker> ReplyWorker::start(track::ReplyUploads& uploads, TranscodeReply transcode) {
  return start(uploads, std::move(transcode), Pace{});
}

std::unique_ptr<ReplyWorker> ReplyWorker::start(track::ReplyUploads& uploads, TranscodeReply transcode,
                                                const Pace& pace, const Clock& clock) {
  std::unique_ptr<ReplyWorker> worker(new ReplyWorker(uploads, std::move(transcode), pace, clock));
  ReplyWorker* running = worker.get();  // its destructor joins the thread, and takes the call away first
  uploads.on_arrival([running] {
    {
      std::lock_guard lock(running->mutex_);
      running->has_news_ = true;
    }
    running->news_.notify_one();
  });
  worker->thread_ = std::jthread([running](const std::stop_token& stop) { running->run(stop); });
  return worker;
}

ReplyWorker::~ReplyWorker() {
  uploads_.on_arrival({});
  thread_.request_stop();
}

void ReplyWorker::run(const std::stop_token& stop) {
  std::optional<FileLock> mine;
  while (!stop.stop_requested()) {
    if (!mine) {
      auto lock = FileLock::try_acquire(uploads_.folder() / "transcoder.lock");
      if (lock) mine.emplace(std::move(*lock));
      if (!lock && lock.error().kind() != ErrorKind::Exists) log::warning("campaign", lock.error().describe());
      auto tidied = mine ? tidy_up() : Result<void>();
      if (!tidied) log::warning("campaign", tidied.error().describe());
    }
    if (mine) work_off(stop);
    wait(stop);
  }
}

// What a server that was killed left: half-made videos, and recordings whose video had just been made.
Result<void> ReplyWorker::tidy_up() const {
  clear_away(uploads_.folder() / track::kReplyWork);
  for (const std::filesystem::path& of_message : TRY(track::folders_in(uploads_.folder() / track::kReplyVideos))) {
    for (const std::filesystem::path& folder : TRY(track::folders_in(of_message))) {
      auto text = read_text_file(folder / track::kReplyResult);
      // One that is damaged says nothing of a video: the recording is all there may be.
      if (text && track::parse_reply_result(*text)) TRY_VOID(remove_file(folder / track::kReplyRaw));
    }
  }
  return {};
}

void ReplyWorker::work_off(const std::stop_token& stop) {
  if (auto removed = uploads_.remove_abandoned(); !removed) log::warning("campaign", removed.error().describe());
  auto waiting = videos_.waiting();
  if (!waiting) log::warning("campaign", waiting.error().describe());
  if (!waiting) return;
  std::erase_if(postponed_, [&](const auto& postponed) {
    return std::none_of(waiting->begin(), waiting->end(),
                        [&](const auto& reply) { return reply.id == postponed.first; });
  });
  for (const track::ReplyVideo& reply : *waiting) {
    if (stop.stop_requested()) return;
    auto postponed = postponed_.find(reply.id);
    if (postponed != postponed_.end() && postponed->second.until > std::chrono::steady_clock::now()) continue;
    take_up(reply, stop);
  }
}

void ReplyWorker::take_up(const track::ReplyVideo& reply, const std::stop_token& stop) {
  auto made = make(reply, stop);
  if (made) postponed_.erase(reply.id);
  if (!made && made.error().kind() != ErrorKind::Cancelled) settle(reply, made.error());
  // Last: who watches this folder (ReplyVideos::change_mark()) then finds what came of it.
  clear_away(uploads_.folder() / track::kReplyWork / reply.id);
}

// What failed is noted beside it where it is at fault, or was tried often enough; else its turn comes again.
void ReplyWorker::settle(const track::ReplyVideo& reply, const Error& error) {
  const std::filesystem::path folder = videos_.folder_of(reply.message_id, reply.id);
  std::error_code code;
  if (!std::filesystem::exists(folder, code)) return;  // erased meanwhile
  Postponed& postponed = postponed_[reply.id];
  const bool had_no_time = error.kind() == ErrorKind::OutOfReach;
  if (had_no_time) ++postponed.out_of_time;
  std::string why = error.describe();
  if (error.kind() == ErrorKind::Corrupt || postponed.out_of_time >= kMostTries) {
    auto noted = track::write_reply_failure(folder, why, clock_.now());
    log::warning("campaign",
                 fmt::format("reply {} could not be made playable; {} says why", reply.id, track::kReplyFailure));
    if (noted) return;
    why = noted.error().describe();
  }
  log::warning("campaign", fmt::format("reply {} has to wait: {}", reply.id, why));
  const int doubled = had_no_time ? postponed.out_of_time - 1 : 0;
  postponed.until = std::chrono::steady_clock::now() + pace_.again * (1 << std::min(doubled, kMostTries));
}

Result<void> ReplyWorker::make(const track::ReplyVideo& reply, const std::stop_token& stop) const {
  const std::filesystem::path folder = videos_.folder_of(reply.message_id, reply.id);
  const std::filesystem::path work = uploads_.folder() / track::kReplyWork / reply.id;
  TRY_VOID(make_folder(work));
  const ReplyJob job{folder / track::kReplyRaw, work / track::kReplyVideo, work / track::kReplyPoster};
  track::ReplyResult result = TRY(transcode_(job, stop));
  return keep(folder, job, result);
}

void ReplyWorker::wait(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  auto longest = postponed_.empty() ? pace_.look : std::min(pace_.look, pace_.again);
  news_.wait_for(lock, stop, longest, [&] { return has_news_; });
  has_news_ = false;
}

}  // namespace candid::campaign
