// candid backup: what exists nowhere else is in it.

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include "core/files.h"
#include "tests/cli/publish_program.h"
#include "track/replies/reply_uploads.h"
#include "track/replies/reply_videos.h"

namespace candid::test {
namespace {

using testing::HasSubstr;
using testing::Not;

class BackupProgram : public PublishProgram {
 protected:
  void SetUp() override {
    must(make_folder(data()));
    must(track::open_sqlite_ledger(data() / "ledger.db"));
  }
  std::string reply() {
    auto uploads = must(track::ReplyUploads::open(data() / "replies", track::ReplyLimits()));
    const std::string bytes = "\x1a\x45\xdf\xa3 a recording";
    std::string id = must(uploads->begin("m-1", 1, "video/webm", bytes.size()));
    const track::ReplyUploads::Place place{"m-1", 1, id};
    must(uploads->append(place, 0, {reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size()}));
    must(uploads->finish(place));
    return id;
  }
  std::filesystem::path file() const { return bench.folder().parent_path() / "backup.db"; }
  std::filesystem::path replies() const { return bench.folder().parent_path() / "backup.db.replies"; }
  Ended back_up(const std::string& more = "") const { return candid("backup " + quoted(file()) + " " + more); }
};

TEST_F(BackupProgram, HoldsTheCandidatesVideoReplies) {
  const std::string id = reply();
  const Ended ended = back_up();
  ASSERT_EQ(ended.code, 0) << ended.err;
  EXPECT_THAT(ended.out, HasSubstr("1 video reply is in " + replies().string()));
  EXPECT_TRUE(must(track::open_sqlite_ledger(file())));
  EXPECT_EQ(must(track::ReplyVideos(replies()).look("m-1", id)).message_id, "m-1");
}

TEST_F(BackupProgram, TellsItAsJson) {
  reply();
  const Ended ended = back_up("--json");
  ASSERT_EQ(ended.code, 0) << ended.err;
  const auto facts = nlohmann::json::parse(ended.out);
  EXPECT_EQ(facts.at("replies").at("count"), 1);
  EXPECT_EQ(facts.at("replies").at("folder"), replies().string());
}

TEST_F(BackupProgram, SaysThatThereAreNoneOrThatTheyAreNotInIt) {
  Ended ended = back_up();
  ASSERT_EQ(ended.code, 0) << ended.err;
  EXPECT_THAT(ended.out, HasSubstr("no video replies"));
  EXPECT_FALSE(std::filesystem::exists(replies()));
  std::filesystem::remove(file());
  reply();
  ended = back_up("--without-replies");
  ASSERT_EQ(ended.code, 0) << ended.err;
  EXPECT_THAT(ended.out + ended.err, HasSubstr("copy that folder, too"));
  EXPECT_THAT(ended.out + ended.err, HasSubstr((data() / "replies").string()));
  EXPECT_FALSE(std::filesystem::exists(replies()));
}

TEST_F(BackupProgram, ReplacesNoFolderAndThenWritesNoLedgerEither) {
  reply();
  std::filesystem::create_directory(replies());
  const Ended ended = back_up();
  EXPECT_EQ(ended.code, 1);
  EXPECT_THAT(ended.err, HasSubstr("is there already"));
  EXPECT_FALSE(std::filesystem::exists(file()));
  EXPECT_THAT(ended.out, Not(HasSubstr("The ledger is in")));
}

}  // namespace
}  // namespace candid::test
