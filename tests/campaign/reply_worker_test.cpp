#include "campaign/replies/reply_worker.h"

#include <condition_variable>
#include <deque>
#include <future>
#include <mutex>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "core/files.h"
#include "tests/support/results.h"

namespace candid::campaign {
namespace {

using candid::test::must;

constexpr const char* kMessage = "backend/ana";
constexpr auto kLongTime = std::chrono::seconds(60);  // nothing here takes as long

// What the queue asks for, answered by the test's own rule.
class Transcoder {
 public:
  using Rule = std::function<Result<track::ReplyResult>(const ReplyJob&, const std::stop_token&)>;
  explicit Transcoder(Rule rule) : rule_(std::move(rule)) {}

  TranscodeReply call() {
    return [this](const ReplyJob& job, const std::stop_token& stop) {
      {
        std::lock_guard lock(mutex_);
        asked_.push_back(job.raw.parent_path().filename().string());
      }
      changed_.notify_all();
      return rule_(job, stop);
    };
  }
  // The ids in the order in which they were asked for, once there are so many.
  std::vector<std::string> wait_for(size_t count) {
    std::unique_lock lock(mutex_);
    EXPECT_TRUE(changed_.wait_for(lock, kLongTime, [&] { return asked_.size() >= count; }));
    return {asked_.begin(), asked_.end()};
  }

 private:
  Rule rule_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::string> asked_;
};

Result<track::ReplyResult> make_small(const ReplyJob& job, const std::stop_token&) {
  std::string raw = TRY(read_text_file(job.raw));
  TRY_VOID(write_file(job.video, "mp4 of " + raw.substr(4)));
  TRY_VOID(write_file(job.poster, "jpeg"));
  return track::ReplyResult{std::chrono::seconds(2), 320, 180};
}

class ReplyWorkerTest : public testing::Test {
 protected:
  std::string arrive(const std::string& words, std::string_view message = kMessage) {
    std::string bytes = "\x1a\x45\xdf\xa3" + words;
    std::string id = must(uploads_->begin(message, 1, "video/webm", bytes.size()));
    track::ReplyUploads::Place place{message, 1, id};
    must(uploads_->append(place, 0, {reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size()}));
    must(uploads_->finish(place));
    return id;
  }
  std::unique_ptr<ReplyWorker> start(Transcoder& transcoder) {
    ReplyWorker::Pace pace;
    pace.again = std::chrono::milliseconds(10);
    return ReplyWorker::start(*uploads_, transcoder.call(), pace);
  }
  // Until the reply is in this state: the folder is looked at again and again, as nothing tells.
  track::ReplyVideo wait_for(const std::string& id, track::ReplyVideoState state) {
    auto end = std::chrono::steady_clock::now() + kLongTime;
    auto reply = must(videos_.look(kMessage, id));
    while (reply.state != state && std::chrono::steady_clock::now() < end) {
      std::this_thread::yield();
      reply = must(videos_.look(kMessage, id));
    }
    EXPECT_EQ(reply.state, state);
    return reply;
  }
  // Until what is written now has a later time than what was written before: they go by the kernel's ticks.
  void wait_for_file_times() const {
    const std::filesystem::path file = folder_.path() / "time";
    must(write_file(file, "before"));
    const auto before = std::filesystem::last_write_time(file);
    do must(write_file(file, "now"));
    while (std::filesystem::last_write_time(file) == before);
  }
  std::filesystem::path folder_of(const std::string& id) const { return videos_.folder_of(kMessage, id); }
  bool is_there(const std::string& id, const char* name) const { return std::filesystem::exists(folder_of(id) / name); }

  TemporaryFolder folder_ = must(TemporaryFolder::create());
  std::unique_ptr<track::ReplyUploads> uploads_ =
      must(track::ReplyUploads::open(folder_.path() / "replies", track::ReplyLimits()));
  track::ReplyVideos videos_{folder_.path() / "replies"};
};

TEST_F(ReplyWorkerTest, MakesWhatArrivesPlayableAndDropsTheRecording) {
  Transcoder transcoder(make_small);
  auto worker = start(transcoder);
  std::string id = arrive("hello");
  auto reply = wait_for(id, track::ReplyVideoState::Ready);
  EXPECT_EQ(reply.width, 320);
  worker.reset();
  EXPECT_EQ(must(read_text_file(folder_of(id) / track::kReplyVideo)), "mp4 of hello");
  EXPECT_TRUE(is_there(id, track::kReplyPoster));
  EXPECT_FALSE(is_there(id, track::kReplyRaw));
  EXPECT_TRUE(must(files_below(videos_.folder() / track::kReplyWork)).empty());
}

TEST_F(ReplyWorkerTest, GoesOnWithTheQueueAtTheNextStart) {
  std::string first = arrive("one");
  std::string second = arrive("two", "backend/ben");
  Transcoder transcoder(make_small);
  auto worker = start(transcoder);
  EXPECT_EQ(transcoder.wait_for(2), (std::vector{first, second}));
  wait_for(first, track::ReplyVideoState::Ready);
}

TEST_F(ReplyWorkerTest, BeginsAnewWhatWasUnderWayWhenItEnded) {
  Transcoder endless([](const ReplyJob& job, const std::stop_token& stop) -> Result<track::ReplyResult> {
    TRY_VOID(write_file(job.video, "half"));
    std::mutex mutex;
    std::condition_variable_any stopped;
    std::unique_lock lock(mutex);
    stopped.wait(lock, stop, [] { return false; });
    return fail(ErrorKind::Cancelled, "stopped");
  });
  std::string id = arrive("hello");
  auto worker = start(endless);
  endless.wait_for(1);
  worker.reset();
  EXPECT_EQ(must(videos_.look(kMessage, id)).state, track::ReplyVideoState::Waiting);
  // As one leaves it that was killed.
  must(make_folder(videos_.folder() / track::kReplyWork / id));
  must(write_file(videos_.folder() / track::kReplyWork / id / "video.mp4", "half"));
  Transcoder transcoder(make_small);
  worker = start(transcoder);
  wait_for(id, track::ReplyVideoState::Ready);
  EXPECT_EQ(must(read_text_file(folder_of(id) / track::kReplyVideo)), "mp4 of hello");
}

TEST_F(ReplyWorkerTest, DropsTheRecordingOfOneThatWasReadyWhenTheServerWasKilled) {
  std::string id = arrive("hello");
  std::string bytes = to_json(track::ReplyResult{std::chrono::seconds(1), 2, 2});
  must(write_file(folder_of(id) / track::kReplyResult, bytes));
  Transcoder transcoder(make_small);
  auto worker = start(transcoder);
  std::string next = arrive("next");
  wait_for(next, track::ReplyVideoState::Ready);
  EXPECT_FALSE(is_there(id, track::kReplyRaw));
  EXPECT_EQ(transcoder.wait_for(1), std::vector{next});
}

TEST_F(ReplyWorkerTest, RecordsThatARecordingCannotBeReadAndGoesOn) {
  Transcoder transcoder([](const ReplyJob& job, const std::stop_token& stop) -> Result<track::ReplyResult> {
    if (must(read_text_file(job.raw)).ends_with("bad")) return fail(ErrorKind::Corrupt, "no video");
    return make_small(job, stop);
  });
  auto worker = start(transcoder);
  std::string bad = arrive("bad");
  std::string good = arrive("good");
  wait_for(good, track::ReplyVideoState::Ready);
  wait_for(bad, track::ReplyVideoState::Failed);
  EXPECT_TRUE(is_there(bad, track::kReplyRaw)) << "another program may read it";
  EXPECT_EQ(transcoder.wait_for(2).size(), 2u);
}

TEST_F(ReplyWorkerTest, TriesAgainWhatMayPass) {
  std::atomic<int> tries = 0;
  Transcoder transcoder([&](const ReplyJob& job, const std::stop_token& stop) -> Result<track::ReplyResult> {
    if (++tries < 3) return fail(ErrorKind::NoSpace, "the disk is full");
    return make_small(job, stop);
  });
  auto worker = start(transcoder);
  wait_for(arrive("hello"), track::ReplyVideoState::Ready);
  EXPECT_EQ(tries, 3);
}

TEST_F(ReplyWorkerTest, TriesAgainWhatHadNoTimeAndInTheEndGivesUp) {
  std::atomic<int> tries = 0;
  Transcoder transcoder([&](const ReplyJob& job, const std::stop_token& stop) -> Result<track::ReplyResult> {
    if (must(read_text_file(job.raw)).ends_with("hangs")) return fail(ErrorKind::OutOfReach, "no time");
    if (++tries < 3) return fail(ErrorKind::OutOfReach, "no time");
    return make_small(job, stop);
  });
  auto worker = start(transcoder);
  std::string good = arrive("good");
  wait_for(good, track::ReplyVideoState::Ready);
  EXPECT_EQ(tries, 3);
  std::string bad = arrive("hangs");
  wait_for(bad, track::ReplyVideoState::Failed);
  EXPECT_EQ(transcoder.wait_for(8).size(), 8u) << "five tries of it";
  EXPECT_TRUE(is_there(bad, track::kReplyRaw));
}

TEST_F(ReplyWorkerTest, GoesOnBesideAReplyWhoseNoteIsDamaged) {
  std::string damaged = arrive("damaged", "backend/ben");
  std::string good = arrive("good");
  must(write_file(videos_.folder_of("backend/ben", damaged) / track::kReplyNote, "{\"message\": "));
  Transcoder transcoder(make_small);
  auto worker = start(transcoder);
  wait_for(good, track::ReplyVideoState::Ready);
  EXPECT_EQ(transcoder.wait_for(1), std::vector{good});
}

TEST_F(ReplyWorkerTest, MakesAnewWhatHasAResultThatIsDamaged) {
  std::string id = arrive("hello");
  must(write_file(folder_of(id) / track::kReplyResult, "\x01\x02"));
  Transcoder transcoder(make_small);
  auto worker = start(transcoder);
  wait_for(id, track::ReplyVideoState::Ready);
  EXPECT_EQ(must(read_text_file(folder_of(id) / track::kReplyVideo)), "mp4 of hello");
}

TEST_F(ReplyWorkerTest, ShowsByTheFoldersMarkThatAReplyBecamePlayableOrFailed) {
  Transcoder transcoder([](const ReplyJob& job, const std::stop_token& stop) -> Result<track::ReplyResult> {
    if (must(read_text_file(job.raw)).ends_with("bad")) return fail(ErrorKind::Corrupt, "no video");
    return make_small(job, stop);
  });
  for (const char* words : {"good", "bad"}) {
    std::string id = arrive(words);
    const std::string arrived = videos_.change_mark();
    EXPECT_EQ(videos_.change_mark(), arrived);
    wait_for_file_times();
    auto worker = start(transcoder);
    wait_for(id, words == std::string("good") ? track::ReplyVideoState::Ready : track::ReplyVideoState::Failed);
    worker.reset();
    EXPECT_NE(videos_.change_mark(), arrived) << words;
  }
}

TEST_F(ReplyWorkerTest, LeavesNothingOfAReplyThatIsErasedMeanwhile) {
  std::atomic<bool> is_second = false;
  std::promise<void> erased;
  Transcoder transcoder([&](const ReplyJob& job, const std::stop_token& stop) -> Result<track::ReplyResult> {
    auto made = make_small(job, stop);
    if (!is_second.exchange(true)) {
      must(videos_.erase(kMessage));
      erased.set_value();
    }
    return made;
  });
  auto worker = start(transcoder);
  std::string gone = arrive("gone");
  ASSERT_EQ(erased.get_future().wait_for(kLongTime), std::future_status::ready);
  std::string next = arrive("next");
  wait_for(next, track::ReplyVideoState::Ready);
  worker.reset();
  EXPECT_FALSE(videos_.look(kMessage, gone));
  for (const auto& file : must(files_below(videos_.folder())))
    EXPECT_EQ(file.string().find(gone), std::string::npos) << file;
}

TEST_F(ReplyWorkerTest, WorksForOneOfSeveralServersAlone) {
  Transcoder first(make_small);
  auto worker = start(first);
  std::string id = arrive("one");
  wait_for(id, track::ReplyVideoState::Ready);
  auto other_uploads = must(track::ReplyUploads::open(videos_.folder(), track::ReplyLimits()));
  Transcoder second(make_small);
  auto other = ReplyWorker::start(*other_uploads, second.call());
  wait_for(arrive("two"), track::ReplyVideoState::Ready);
  other.reset();
  EXPECT_TRUE(second.wait_for(0).empty());
}

}  // namespace
}  // namespace candid::campaign
