#include "campaign/replies/reply_copies.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "core/files.h"
#include "tests/support/results.h"
#include "track/replies/reply_uploads.h"
#include "track/replies/reply_videos.h"

namespace candid::campaign {
namespace {

using candid::test::must;

class ReplyCopiesTest : public testing::Test {
 protected:
  std::string arrive(std::string_view message) {
    const std::string bytes = fmt::format("\x1a\x45\xdf\xa3 of {}", message);
    std::string id = must(uploads_->begin(message, 1, "video/webm", bytes.size()));
    const track::ReplyUploads::Place place{message, 1, id};
    must(uploads_->append(place, 0, {reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size()}));
    must(uploads_->finish(place));
    return id;
  }
  // As the worker leaves it.
  std::string make_ready(std::string_view message) {
    std::string id = arrive(message);
    const std::filesystem::path folder = videos_.folder_of(message, id);
    must(write_file(folder / track::kReplyVideo, "an mp4"));
    must(write_file(folder / track::kReplyPoster, "a jpeg"));
    must(write_file(folder / track::kReplyResult, to_json(track::ReplyResult{std::chrono::seconds(2), 640, 360})));
    must(remove_file(folder / track::kReplyRaw));
    return id;
  }
  Result<ReplyCopies> copy(const std::stop_token& stop = {}) const {
    return copy_replies(videos_.folder(), target(), stop);
  }
  std::filesystem::path target() const { return backups_.path() / "ledger.db.replies"; }

  TemporaryFolder folder_ = must(TemporaryFolder::create());
  TemporaryFolder backups_ = must(TemporaryFolder::create());
  std::unique_ptr<track::ReplyUploads> uploads_ =
      must(track::ReplyUploads::open(folder_.path() / "replies", track::ReplyLimits()));
  track::ReplyVideos videos_{folder_.path() / "replies"};
};

TEST_F(ReplyCopiesTest, AreRepliesAgainWhereAServerLooksForThem) {
  const std::string ready = make_ready("m-1");
  const std::string waiting = arrive("m-1");
  const std::string failed = arrive("m-2");
  must(track::write_reply_failure(videos_.folder_of("m-2", failed), "no video", Clock::system().now()));
  must(uploads_->begin("m-3", 1, "video/webm", 100));  // under way: the page sends it anew
  must(make_folder(videos_.folder() / track::kReplyWork / waiting));
  const ReplyCopies copies = must(copy());
  EXPECT_EQ(copies.replies, 3);

  const auto restored = must(track::ReplyUploads::open(target(), track::ReplyLimits()));
  const track::ReplyVideos there(target());
  EXPECT_EQ(must(there.look("m-1", ready)).state, track::ReplyVideoState::Ready);
  EXPECT_EQ(must(read_text_file(must(there.find("m-1", ready)).extents.at(0).file)), "an mp4");
  EXPECT_EQ(must(read_text_file(must(there.find_poster("m-1", ready)).extents.at(0).file)), "a jpeg");
  EXPECT_EQ(must(there.look("m-2", failed)).state, track::ReplyVideoState::Failed);
  const auto queue = must(there.waiting());
  ASSERT_EQ(queue.size(), 1u);
  EXPECT_EQ(queue[0].id, waiting);
  EXPECT_EQ(must(read_file(there.folder_of("m-1", waiting) / track::kReplyRaw)),
            must(read_file(videos_.folder_of("m-1", waiting) / track::kReplyRaw)));
  EXPECT_TRUE(must(files_below(target() / track::kReplyUploads)).empty());
}

TEST_F(ReplyCopiesTest, AreForTheirOwnerAlone) {
  make_ready("m-1");
  must(copy());
  struct stat facts {};
  ASSERT_EQ(::stat(target().c_str(), &facts), 0);
  EXPECT_EQ(facts.st_mode & 0777, 0700u);
  for (const auto& file : must(files_below(target()))) {
    ASSERT_EQ(::stat(file.c_str(), &facts), 0);
    EXPECT_EQ(facts.st_mode & 0777, 0600u) << file;
  }
}

TEST_F(ReplyCopiesTest, OfNoneAreNoFolder) {
  EXPECT_EQ(must(copy()).replies, 0);
  arrive("m-1");
  must(videos_.erase("m-1"));
  EXPECT_EQ(must(copy()).replies, 0);
  EXPECT_EQ(must(copy_replies(folder_.path() / "nowhere", target(), {})).replies, 0);
  EXPECT_TRUE(std::filesystem::is_empty(backups_.path()));
}

TEST_F(ReplyCopiesTest, ReplaceNothing) {
  arrive("m-1");
  must(copy());
  auto again = copy();
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().kind(), ErrorKind::Exists);
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(backups_.path()), {}), 1);
}

TEST_F(ReplyCopiesTest, ThatAreStoppedOrFailLeaveNothing) {
  const std::string id = arrive("m-1");
  std::stop_source source;
  source.request_stop();
  auto stopped = copy(source.get_token());
  ASSERT_FALSE(stopped);
  EXPECT_EQ(stopped.error().kind(), ErrorKind::Cancelled);
  EXPECT_TRUE(std::filesystem::is_empty(backups_.path()));
  // A recording that cannot be read must not be missing without a word.
  const std::filesystem::path raw = videos_.folder_of("m-1", id) / track::kReplyRaw;
  must(remove_file(raw));
  std::filesystem::create_directory(raw);
  EXPECT_FALSE(copy());
  EXPECT_TRUE(std::filesystem::is_empty(backups_.path()));
}

}  // namespace
}  // namespace candid::campaign
