#include "track/replies/reply_uploads.h"

#include <csignal>

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/files.h"
#include "tests/support/results.h"
#include "tests/track/fixtures.h"
#include "track/replies/piece_file.h"
#include "track/replies/reply_videos.h"

namespace candid::track::test {
namespace {

using candid::test::must;
using Bytes = std::vector<uint8_t>;

constexpr const char* kMessage = "backend/ana";
constexpr int64_t kLink = 7;

// Begins as a WebM does; the rest is nobody's business here.
Bytes recording(size_t size) {
  Bytes bytes = {0x1a, 0x45, 0xdf, 0xa3};
  for (size_t i = bytes.size(); i < size; ++i) bytes.push_back(static_cast<uint8_t>(i * 7 + i / 251));
  return bytes;
}

ErrorKind kind_of(const Error& error) {
  return error.kind();
}

class ReplyUploadsTest : public testing::Test {
 protected:
  std::unique_ptr<ReplyUploads> open() { return must(ReplyUploads::open(root(), limits_, clock_)); }
  std::filesystem::path root() const { return folder_.path() / "replies"; }
  ReplyVideos videos() const { return ReplyVideos(root()); }

  static ReplyUploads::Place place(std::string_view id, int64_t link = kLink, std::string_view message = kMessage) {
    return {message, link, id};
  }
  std::string begin(size_t size, int64_t link = kLink, std::string_view message = kMessage) {
    return must(uploads_->begin(message, link, "video/webm;codecs=vp8,opus", size));
  }
  void send(ReplyUploads& to, const ReplyUploads::Place& where, std::span<const uint8_t> bytes, size_t piece = 1000) {
    for (uint64_t at = must(to.received(where)); at < bytes.size();)
      at = must(to.append(where, at, bytes.subspan(at, std::min(piece, bytes.size() - at))));
  }
  std::string send_whole(size_t size = 2500, int64_t link = kLink, std::string_view message = kMessage) {
    std::string id = begin(size, link, message);
    send(*uploads_, place(id, link, message), recording(size));
    must(uploads_->finish(place(id, link, message)));
    return id;
  }
  size_t files() const { return must(files_below(root())).size(); }
  std::filesystem::path upload_folder(std::string_view id) const {
    return root() / kReplyUploads / reply_folder_name(kMessage) / id;
  }

  TemporaryFolder folder_ = must(TemporaryFolder::create());
  FakeClock clock_;
  ReplyLimits limits_;
  std::unique_ptr<ReplyUploads> uploads_ = open();
};

TEST_F(ReplyUploadsTest, ArriveWholeUnderTheirMessage) {
  std::string id = send_whole(2500);
  ReplyVideo reply = must(videos().look(kMessage, id));
  EXPECT_EQ(reply.link_id, kLink);
  EXPECT_EQ(reply.message_id, kMessage);
  EXPECT_EQ(reply.sent_bytes, 2500u);
  EXPECT_EQ(reply.received_at, clock_.now());
  EXPECT_EQ(reply.state, ReplyVideoState::Waiting);
  EXPECT_EQ(must(read_file(videos().folder_of(kMessage, id) / kReplyRaw)), recording(2500));
  EXPECT_EQ(must(videos().of_message(kMessage)).size(), 1u);
  EXPECT_EQ(must(videos().of_message("backend/ben")).size(), 0u);
}

TEST_F(ReplyUploadsTest, AreForTheirOwnerAlone) {
  std::string id = begin(100);
  send(*uploads_, place(id), recording(50));
  struct stat facts {};
  ASSERT_EQ(::stat(root().c_str(), &facts), 0);
  EXPECT_EQ(facts.st_mode & 0777, 0700u);
  for (const auto& file : must(files_below(root()))) {
    ASSERT_EQ(::stat(file.c_str(), &facts), 0);
    EXPECT_EQ(facts.st_mode & 0777, 0600u) << file;
  }
}

TEST_F(ReplyUploadsTest, GoOnWhereTheyBrokeOff) {
  Bytes bytes = recording(5000);
  std::string id = begin(bytes.size());
  must(uploads_->append(place(id), 0, std::span(bytes).first(1800)));
  uploads_.reset();  // the server is started anew
  uploads_ = open();
  EXPECT_EQ(must(uploads_->received(place(id))), 1800u);
  send(*uploads_, place(id), bytes);
  must(uploads_->finish(place(id)));
  EXPECT_EQ(must(read_file(videos().folder_of(kMessage, id) / kReplyRaw)), bytes);
}

TEST_F(ReplyUploadsTest, GoOnAfterTheServerWasKilledBetweenPieces) {
  Bytes bytes = recording(9000);
  std::string id = begin(bytes.size());
  pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    auto added = uploads_->append(place(id), 0, std::span(bytes).first(3000));
    ::kill(::getpid(), added ? SIGKILL : SIGABRT);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  ASSERT_EQ(WTERMSIG(status), SIGKILL);
  EXPECT_EQ(must(uploads_->received(place(id))), 3000u);
  send(*uploads_, place(id), bytes);
  must(uploads_->finish(place(id)));
  EXPECT_EQ(must(read_file(videos().folder_of(kMessage, id) / kReplyRaw)), bytes);
}

TEST_F(ReplyUploadsTest, TakePiecesInOrderAlone) {
  Bytes bytes = recording(3000);
  std::string id = begin(bytes.size());
  must(uploads_->append(place(id), 0, std::span(bytes).first(1000)));
  for (uint64_t elsewhere : {uint64_t{0}, uint64_t{999}, uint64_t{1001}, uint64_t{2999}, UINT64_MAX}) {
    auto added = uploads_->append(place(id), elsewhere, std::span(bytes).first(10));
    ASSERT_FALSE(added);
    EXPECT_EQ(kind_of(added.error()), ErrorKind::Exists) << elsewhere;
  }
  EXPECT_EQ(must(uploads_->received(place(id))), 1000u);
  auto too_early = uploads_->finish(place(id));
  ASSERT_FALSE(too_early);
  EXPECT_EQ(kind_of(too_early.error()), ErrorKind::Exists);
}

TEST_F(ReplyUploadsTest, TakeNoMoreThanWasAnnounced) {
  Bytes bytes = recording(1001);
  std::string id = begin(1000);
  auto added = uploads_->append(place(id), 0, bytes);
  ASSERT_FALSE(added);
  EXPECT_EQ(kind_of(added.error()), ErrorKind::InvalidInput);
  must(uploads_->append(place(id), 0, std::span(bytes).first(1000)));
  EXPECT_FALSE(uploads_->append(place(id), 1000, std::span(bytes).first(1)));
  EXPECT_EQ(must(uploads_->received(place(id))), 1000u);
}

TEST_F(ReplyUploadsTest, OfATooLargeOrUnknownKindDoNotBegin) {
  EXPECT_FALSE(uploads_->begin(kMessage, kLink, "video/webm", 0));
  EXPECT_FALSE(uploads_->begin(kMessage, kLink, "video/webm", limits_.video_bytes + 1));
  EXPECT_FALSE(uploads_->begin(kMessage, kLink, "video/webm", UINT64_MAX));
  for (const char* type : {"", "text/html", "video/x-msvideo", "video/webmx", "application/x-mpegurl"}) {
    auto begun = uploads_->begin(kMessage, kLink, type, 1000);
    ASSERT_FALSE(begun) << type;
    EXPECT_EQ(kind_of(begun.error()), ErrorKind::InvalidInput);
  }
  EXPECT_TRUE(uploads_->begin(kMessage, kLink, " VIDEO/MP4 ; codecs=\"avc1\"", limits_.video_bytes));
}

TEST_F(ReplyUploadsTest, ThatAreNoSuchVideoAreThrownAway) {
  Bytes html(500, '<');
  std::string id = begin(html.size());
  send(*uploads_, place(id), html);
  auto finished = uploads_->finish(place(id));
  ASSERT_FALSE(finished);
  EXPECT_EQ(kind_of(finished.error()), ErrorKind::InvalidInput);
  EXPECT_EQ(files(), 0u);
  // A WebM that was announced as an MP4.
  std::string other = must(uploads_->begin(kMessage, kLink, "video/mp4", 500));
  send(*uploads_, place(other), recording(500));
  EXPECT_FALSE(uploads_->finish(place(other)));
  EXPECT_EQ(files(), 0u);
}

TEST_F(ReplyUploadsTest, OfALinkAreAsManyAsItMayHave) {
  for (int i = 0; i < limits_.replies_of_link; ++i) send_whole();
  auto begun = uploads_->begin(kMessage, kLink, "video/webm", 10);
  ASSERT_FALSE(begun);
  EXPECT_EQ(kind_of(begun.error()), ErrorKind::OutOfReach);
  send_whole(100, kLink + 1);  // another link of the same message
}

TEST_F(ReplyUploadsTest, ThatWereBegunInTimeDoNotExceedThatEither) {
  std::string one = begin(100);
  std::string two = begin(100);
  limits_.replies_of_link = 1;
  uploads_ = open();
  for (const std::string& id : {one, two}) send(*uploads_, place(id), recording(100));
  must(uploads_->finish(place(one)));
  auto finished = uploads_->finish(place(two));
  ASSERT_FALSE(finished);
  EXPECT_EQ(kind_of(finished.error()), ErrorKind::OutOfReach);
}

TEST_F(ReplyUploadsTest, UnderWayGiveWayToNewOnesOfTheirLink) {
  std::string first = begin(100);
  std::string others = begin(100, kLink + 1);
  clock_.advance(std::chrono::seconds(1));
  begin(100);
  clock_.advance(std::chrono::seconds(1));
  std::string last = begin(100);
  EXPECT_FALSE(uploads_->received(place(first)));
  EXPECT_TRUE(uploads_->received(place(last)));
  EXPECT_TRUE(uploads_->received(place(others, kLink + 1)));
}

TEST_F(ReplyUploadsTest, ThatTakeAnOldersPlaceCountNothingAnew) {
  limits_.room = 10'000;
  uploads_ = open();
  begin(4000);
  begin(4000);
  // What another program put there is found once a minute, and not by each begin that makes room for itself.
  must(make_folder(root() / kReplyVideos / "of-another-program"));
  must(write_file(root() / kReplyVideos / "of-another-program" / "file", std::string(9000, 'x')));
  begin(4000);  // the first is gone, and what it was promised is free again
  EXPECT_FALSE(uploads_->begin(kMessage, kLink + 1, "video/webm", 2001));
  EXPECT_TRUE(uploads_->begin(kMessage, kLink + 1, "video/webm", 2000));
}

TEST_F(ReplyUploadsTest, HaveABoundedRoomTogether) {
  limits_.room = 10'000;
  uploads_ = open();
  send_whole(4000, 1);
  begin(5000, 2);  // promised, so it counts
  auto begun = uploads_->begin(kMessage, 3, "video/webm", 2000);
  ASSERT_FALSE(begun);
  EXPECT_EQ(kind_of(begun.error()), ErrorKind::NoSpace);
  uploads_ = open();  // also for another program, which counts what there is
  EXPECT_FALSE(uploads_->begin(kMessage, 3, "video/webm", 2000));
  must(videos().erase(kMessage));
  clock_.advance(std::chrono::minutes(2));
  EXPECT_TRUE(uploads_->begin(kMessage, 3, "video/webm", 2000));
}

TEST_F(ReplyUploadsTest, LeaveTheReserveOfTheDiskAlone) {
  std::string id = begin(1000);
  limits_.reserve = [](uint64_t disk_bytes) { return disk_bytes; };
  uploads_ = open();
  auto begun = uploads_->begin(kMessage, kLink, "video/webm", 1000);
  ASSERT_FALSE(begun);
  EXPECT_EQ(kind_of(begun.error()), ErrorKind::NoSpace);
  auto added = uploads_->append(place(id), 0, recording(100));
  ASSERT_FALSE(added);
  EXPECT_EQ(kind_of(added.error()), ErrorKind::NoSpace);
}

TEST_F(ReplyUploadsTest, AreFoundUnderTheirOwnLinkMessageAndIdAlone) {
  std::string id = begin(1000);
  EXPECT_FALSE(uploads_->received(place(id, kLink + 1)));
  EXPECT_FALSE(uploads_->received(place(id, kLink, "backend/ben")));
  EXPECT_FALSE(uploads_->append(place(id, kLink + 1), 0, recording(10)));
  EXPECT_FALSE(uploads_->finish(place(id, kLink + 1)));
  must(write_file(root() / "note.json", "{}"));
  std::string upper = id;
  std::transform(upper.begin(), upper.end(), upper.begin(), ::toupper);
  for (std::string trick : {std::string(), std::string("."), std::string(".."), std::string("../../note.json"),
                            std::string(32, '.'), std::string(31, '/') + "a", id + "/../" + id, id + "/", upper + "G",
                            std::string("/etc/passwd"), std::string(32, '\0'), std::string(4000, 'a')}) {
    auto received = uploads_->received(place(trick));
    ASSERT_FALSE(received) << trick;
    EXPECT_EQ(kind_of(received.error()), ErrorKind::NotFound) << trick;
    EXPECT_FALSE(uploads_->append(place(trick), 0, recording(10))) << trick;
    EXPECT_FALSE(uploads_->finish(place(trick))) << trick;
    EXPECT_FALSE(videos().look(kMessage, trick)) << trick;
    EXPECT_FALSE(videos().find(kMessage, trick)) << trick;
  }
}

TEST_F(ReplyUploadsTest, OfAMessageWithAnyIdStayInTheFolder) {
  for (const char* message : {"../../../etc", "/etc/passwd", "a/b\\c", ""}) {
    std::string id = must(uploads_->begin(message, kLink, "video/mp4", 12));
    EXPECT_TRUE(uploads_->received(place(id, kLink, message)));
  }
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder_.path()), {}), 1);
}

TEST_F(ReplyUploadsTest, AreFinishedAsOftenAsThePageAsks) {
  std::string id = send_whole(100);
  must(uploads_->finish(place(id)));
  EXPECT_EQ(must(uploads_->received(place(id))), 100u);
  EXPECT_FALSE(uploads_->finish(place(id, kLink + 1)));
  auto late = uploads_->append(place(id), 0, recording(10));
  ASSERT_FALSE(late);
  EXPECT_EQ(kind_of(late.error()), ErrorKind::Exists);
}

TEST_F(ReplyUploadsTest, OfWhichTwoPiecesComeAtOnceTakeOne) {
  std::string id = begin(100);
  auto held = must(PieceFile::open(upload_folder(id) / kReplyRaw));
  ASSERT_TRUE(held);
  auto added = uploads_->append(place(id), 0, recording(50));
  ASSERT_FALSE(added);
  EXPECT_TRUE(added.error().retryable());
  held.reset();
  EXPECT_TRUE(uploads_->append(place(id), 0, recording(50)));
}

TEST_F(ReplyUploadsTest, ToWhichNothingIsAddedForADayAreRemoved) {
  std::string abandoned = begin(1000);
  send(*uploads_, place(abandoned), recording(100));
  std::string arrived = send_whole();
  EXPECT_EQ(must(uploads_->remove_abandoned()), 0);
  // File times are the system's, which may be ahead of this clock.
  clock_.advance(std::chrono::hours(24 * 365 * 100));
  {
    auto held = must(PieceFile::open(upload_folder(abandoned) / kReplyRaw));
    EXPECT_EQ(must(uploads_->remove_abandoned()), 0) << "somebody is adding to it";
  }
  EXPECT_EQ(must(uploads_->remove_abandoned()), 1);
  EXPECT_FALSE(uploads_->received(place(abandoned)));
  EXPECT_TRUE(videos().look(kMessage, arrived));
}

TEST_F(ReplyUploadsTest, TellOfEachArrival) {
  int told = 0;
  uploads_->on_arrival([&] { ++told; });
  send_whole();
  EXPECT_EQ(told, 1);
  uploads_->on_arrival({});
  send_whole();
  EXPECT_EQ(told, 1);
}

TEST_F(ReplyUploadsTest, AreErasedWithTheirMessage) {
  std::string id = send_whole();
  send_whole(100, kLink + 1);
  std::string others = send_whole(100, kLink, "backend/ben");
  std::string under_way = begin(100);
  must(make_folder(root() / kReplyWork / id));
  must(write_file(root() / kReplyWork / id / kReplyVideo, "half of a video"));
  EXPECT_EQ(must(videos().erase(kMessage)), 3);
  EXPECT_EQ(must(videos().erase(kMessage)), 0);
  EXPECT_FALSE(uploads_->received(place(under_way)));
  EXPECT_TRUE(videos().look("backend/ben", others));
  EXPECT_EQ(must(files_below(videos().folder_of("backend/ben"))).size(), files());
}

TEST_F(ReplyUploadsTest, AreErasedWithTheirLinkAlone) {
  send_whole();
  std::string others = send_whole(100, kLink + 1);
  begin(100);
  EXPECT_EQ(must(videos().erase(kMessage, kLink)), 2);
  auto left = must(videos().of_message(kMessage));
  ASSERT_EQ(left.size(), 1u);
  EXPECT_EQ(left[0].id, others);
}

TEST_F(ReplyUploadsTest, WhoseErasingWasInterruptedAreGoneAfterTheNext) {
  std::string id = send_whole();
  must(make_folder(root() / kReplyErased));
  std::filesystem::rename(videos().folder_of(kMessage, id), root() / kReplyErased / id);
  EXPECT_EQ(must(videos().erase(kMessage)), 0);
  EXPECT_EQ(files(), 0u);
}

TEST_F(ReplyUploadsTest, AreServedOnceTheyAreReadyAndReadToTheirEndEvenIfErased) {
  std::string id = send_whole();
  EXPECT_EQ(kind_of(videos().find(kMessage, id).error()), ErrorKind::NotFound);
  std::filesystem::path folder = videos().folder_of(kMessage, id);
  must(write_file(folder / kReplyVideo, "an mp4"));
  must(write_file(folder / kReplyPoster, "a jpeg"));
  EXPECT_FALSE(videos().find(kMessage, id)) << "its result comes last";
  must(write_file(folder / kReplyResult, to_json(ReplyResult{std::chrono::seconds(2), 640, 360})));
  ReplyVideo reply = must(videos().look(kMessage, id));
  EXPECT_EQ(reply.state, ReplyVideoState::Ready);
  EXPECT_EQ(reply.duration, std::chrono::seconds(2));
  EXPECT_EQ(reply.width, 640);
  MediaFile video = must(videos().find(kMessage, id));
  EXPECT_EQ(video.content_type, "video/mp4");
  EXPECT_EQ(video.size, 6u);
  EXPECT_EQ(must(videos().find_poster(kMessage, id)).content_type, "image/jpeg");
  must(videos().erase(kMessage));
  EXPECT_EQ(must(read_text_file(video.extents.at(0).file)), "an mp4");
  EXPECT_FALSE(videos().find(kMessage, id));
}

TEST_F(ReplyUploadsTest, ThatFailedSaySo) {
  std::string id = send_whole();
  must(write_reply_failure(videos().folder_of(kMessage, id), "no \xff video", clock_.now()));
  EXPECT_EQ(must(videos().look(kMessage, id)).state, ReplyVideoState::Failed);
  EXPECT_TRUE(must(videos().waiting()).empty());
}

TEST_F(ReplyUploadsTest, WhoseNoteIsDamagedHideNoOthersAndAreErasedWithThem) {
  std::string damaged = send_whole();
  std::string good = send_whole();
  for (const char* note : {"", "{", "[]", R"({"message": 7})", R"({"message":"m","link":"x"})"}) {
    must(write_file(videos().folder_of(kMessage, damaged) / kReplyNote, note));
    auto waiting = must(videos().waiting());
    ASSERT_EQ(waiting.size(), 1u) << note;
    EXPECT_EQ(waiting[0].id, good);
    auto all = must(videos().of_message(kMessage));
    ASSERT_EQ(all.size(), 2u) << note;
    ReplyVideo reply = must(videos().look(kMessage, damaged));
    EXPECT_EQ(reply.state, ReplyVideoState::Failed);
    EXPECT_EQ(reply.message_id, kMessage);
    EXPECT_EQ(kind_of(videos().find(kMessage, damaged).error()), ErrorKind::NotFound);
  }
  EXPECT_EQ(must(videos().erase(kMessage)), 2);
  EXPECT_EQ(files(), 0u);
}

TEST_F(ReplyUploadsTest, WhoseResultIsDamagedAreMadeAnewWhereTheRecordingIsThere) {
  std::string id = send_whole();
  const std::filesystem::path folder = videos().folder_of(kMessage, id);
  must(write_file(folder / kReplyResult, "{\"duration_us\": "));
  EXPECT_EQ(must(videos().waiting()).size(), 1u);
  EXPECT_EQ(must(videos().of_message(kMessage)).at(0).state, ReplyVideoState::Waiting);
  must(remove_file(folder / kReplyRaw));
  EXPECT_TRUE(must(videos().waiting()).empty());
  EXPECT_EQ(must(videos().look(kMessage, id)).state, ReplyVideoState::Failed);
}

TEST_F(ReplyUploadsTest, WaitInTheOrderInWhichTheyArrived) {
  std::string first = send_whole(100, 1, "z");
  clock_.advance(std::chrono::seconds(1));
  std::string second = send_whole(100, 1, "a");
  begin(100);
  auto waiting = must(videos().waiting());
  ASSERT_EQ(waiting.size(), 2u);
  EXPECT_EQ(waiting[0].id, first);
  EXPECT_EQ(waiting[1].id, second);
}

TEST(ReplyVideoId, IsReadOfAReplyThatNamesOne) {
  Event event;
  event.kind = EventKind::Reply;
  const std::string id = "0123456789abcdef0123456789abcdef";
  event.body = fmt::format(R"({{"video":"{}"}})", id);
  EXPECT_EQ(reply_video_id(event), id);
  for (const char* body : {"", "{}", "[]", R"({"text":"video"})", R"({"video":7})", R"({"video":"../x"})",
                           R"({"video":"0123456789ABCDEF0123456789ABCDEF"})"}) {
    event.body = body;
    EXPECT_FALSE(reply_video_id(event)) << body;
  }
  event.kind = EventKind::Reaction;
  event.body = fmt::format(R"({{"video":"{}"}})", id);
  EXPECT_FALSE(reply_video_id(event));
}

}  // namespace
}  // namespace candid::track::test
