#include "campaign/publishing/publish_journal.h"

#include <cerrno>
#include <csignal>
#include <fstream>

#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "core/files.h"
#include "tests/support/results.h"

namespace {
bool disk_fails = false;
}

// In place of libc's: a disk that tells of a failure once, as Linux does.
extern "C" int fdatasync(int file) {
  if (disk_fails) {
    disk_fails = false;
    errno = EIO;
    return -1;
  }
  return static_cast<int>(::syscall(SYS_fdatasync, file));
}

namespace candid::campaign {
namespace {

using test::must;

class PublishJournalTest : public testing::Test {
 protected:
  std::unique_ptr<PublishJournal> open() { return must(PublishJournal::open(file)); }
  std::string text() const { return must(read_text_file(file)); }

  TemporaryFolder folder = must(TemporaryFolder::create());
  std::filesystem::path file = folder.path() / "publish.jsonl";
};

JournalLink sample_link() {
  JournalLink link;
  link.token = "0123456789abcdefghijklmnopq";
  link.made_at = UtcTime(std::chrono::milliseconds(1'700'000'000'123));
  link.passcode = "abcd2345";
  link.terms = {link.made_at + std::chrono::days(30), 5, "$argon2id$sample", true};
  link.is_given = true;
  link.is_restored = true;
  return link;
}

TEST_F(PublishJournalTest, KeepsEverythingAcrossRuns) {
  {
    auto journal = open();
    must(journal->bind_to_store("store-1"));
    must(journal->add_object("parts/ab/x", "7"));
    must(journal->put_link("m1", sample_link()));
    must(journal->set_upload_rate(1234.5));
    must(journal->sync());
  }
  auto journal = open();
  EXPECT_TRUE(journal->has_object("parts/ab/x", "7"));
  EXPECT_FALSE(journal->has_object("parts/ab/x", "8")) << "another version of it";
  EXPECT_EQ(journal->upload_rate(), 1234.5);
  auto link = journal->link("m1");
  ASSERT_TRUE(link);
  EXPECT_EQ(link->token, sample_link().token);
  EXPECT_EQ(link->made_at, sample_link().made_at);
  EXPECT_EQ(link->passcode, sample_link().passcode);
  EXPECT_EQ(link->terms, sample_link().terms);
  EXPECT_TRUE(link->is_given);
  EXPECT_TRUE(link->is_restored);
}

TEST_F(PublishJournalTest, AnotherStoreIsTakenForEmptyButLinksStay) {
  auto journal = open();
  must(journal->bind_to_store("store-1"));
  must(journal->add_object("parts/ab/x", "7"));
  must(journal->put_link("m1", sample_link()));
  must(journal->bind_to_store("store-1"));
  EXPECT_TRUE(journal->has_object("parts/ab/x", "7"));
  must(journal->bind_to_store("store-2"));
  EXPECT_FALSE(journal->has_object("parts/ab/x", "7"));
  EXPECT_TRUE(journal->link("m1"));
  must(journal->sync());
  journal.reset();
  EXPECT_FALSE(open()->has_object("parts/ab/x", "7")) << "after a restart, too";
}

TEST_F(PublishJournalTest, IsForItsOwnerAlone) {
  auto mode = [&] {
    struct stat facts {};
    return ::stat(file.c_str(), &facts) == 0 ? facts.st_mode & 0777 : 0;
  };
  open();
  EXPECT_EQ(mode(), 0600u);
  ::chmod(file.c_str(), 0644);
  open();
  EXPECT_EQ(mode(), 0600u);
}

TEST_F(PublishJournalTest, ALineThatWasBrokenOffIsIgnoredAndSpoilsNoOther) {
  {
    auto journal = open();
    must(journal->put_link("m1", sample_link()));
    must(journal->sync());
  }
  std::string whole = text();
  for (size_t cut = 1; cut < 40; ++cut) {
    must(write_file(file,
                    whole + std::string(R"({"link":"m2","is":{"token":"abcdefgh","made_at":17}})").substr(0, cut)));
    auto journal = open();
    EXPECT_TRUE(journal->link("m1")) << cut;
    EXPECT_FALSE(journal->link("m2")) << cut;
    must(journal->put_link("m3", sample_link()));
    must(journal->sync());
    journal.reset();
    EXPECT_TRUE(open()->link("m3")) << cut;
  }
}

TEST_F(PublishJournalTest, IsRewrittenWhenMostOfItIsOutOfDate) {
  {
    auto journal = open();
    for (int i = 0; i < 5000; ++i) must(journal->add_object("recipes/m1.json", std::to_string(i)));
    must(journal->sync());
  }
  auto before = std::filesystem::file_size(file);
  auto journal = open();
  EXPECT_LT(std::filesystem::file_size(file), before / 100);
  EXPECT_TRUE(journal->has_object("recipes/m1.json", "4999"));
}

TEST_F(PublishJournalTest, LookingWritesNothing) {
  auto journal = must(PublishJournal::read(file));
  must(journal->bind_to_store("store-1"));
  must(journal->add_object("parts/ab/x", "7"));
  must(journal->sync());
  EXPECT_TRUE(journal->has_object("parts/ab/x", "7"));
  EXPECT_FALSE(std::filesystem::exists(file));
}

TEST_F(PublishJournalTest, ANewerProgramsIsRefused) {
  must(write_file(file, "{\"version\":2}\n"));
  auto journal = PublishJournal::open(file);
  ASSERT_FALSE(journal);
  EXPECT_EQ(journal.error().kind(), ErrorKind::Unsupported);
  EXPECT_EQ(text(), "{\"version\":2}\n");
}

TEST_F(PublishJournalTest, WhatIsNoLineOfOursIsAskedAgainRatherThanBelieved) {
  must(write_file(
      file,
      "[1]\n{\"object\":5}\n{\"link\":\"m1\",\"is\":{}}\n{\"rate\":\"fast\"}\n\n{\"object\":\"a\",\"is\":\"1\"}\n"));
  auto journal = open();
  EXPECT_FALSE(journal->link("m1"));
  EXPECT_TRUE(journal->has_object("a", "1"));
}

TEST_F(PublishJournalTest, AFailureOfTheDiskIsNotForgotten) {
  auto journal = open();
  must(journal->put_link("m1", sample_link()));
  disk_fails = true;
  auto failed = journal->sync();
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().kind(), ErrorKind::Io);
  EXPECT_FALSE(journal->sync()) << "the kernel tells it once, and nobody knows what is on the disk";
  EXPECT_FALSE(journal->put_link("m2", sample_link()));
}

// No file may grow while it lives.
class FullDisk {
 public:
  explicit FullDisk(uint64_t size) : handler_(std::signal(SIGXFSZ, SIG_IGN)) {
    ::getrlimit(RLIMIT_FSIZE, &before_);
    rlimit full = before_;
    full.rlim_cur = size;
    ::setrlimit(RLIMIT_FSIZE, &full);
  }
  ~FullDisk() {
    ::setrlimit(RLIMIT_FSIZE, &before_);
    std::signal(SIGXFSZ, handler_);
  }
  FullDisk(const FullDisk&) = delete;
  FullDisk& operator=(const FullDisk&) = delete;

 private:
  void (*handler_)(int);
  rlimit before_{};
};

TEST_F(PublishJournalTest, AfterALineThatDidNotFitNothingMoreIsWritten) {
  auto journal = open();
  must(journal->put_link("m1", sample_link()));
  must(journal->sync());
  auto size = std::filesystem::file_size(file);
  must(journal->put_link("m2", sample_link()));
  {
    FullDisk full(size + 10);
    ASSERT_FALSE(journal->sync());
  }
  EXPECT_FALSE(journal->put_link("m3", sample_link())) << "also where there is room again";
  EXPECT_FALSE(journal->sync());
  EXPECT_EQ(std::filesystem::file_size(file), size + 10);
  journal.reset();
  auto again = open();
  EXPECT_TRUE(again->link("m1"));
  EXPECT_FALSE(again->link("m2"));
  must(again->put_link("m3", sample_link()));
  must(again->sync());
  again.reset();
  EXPECT_TRUE(open()->link("m3"));
}

TEST_F(PublishJournalTest, WhichLinksWereDroppedIsKnownUntilThereAreOthers) {
  {
    auto journal = open();
    must(journal->put_link("m1", sample_link()));
    must(journal->drop_link("m1"));
    must(journal->drop_link("m2"));  // links.csv alone had it
    must(journal->put_link("m2", sample_link()));
    must(journal->bind_to_ledger({"ledger-1", "the ledger"}));
    for (int i = 0; i < 5000; ++i) must(journal->add_object("recipes/m1.json", std::to_string(i)));
    must(journal->sync());
  }
  open();  // rewritten
  auto journal = open();
  EXPECT_TRUE(journal->has_dropped("m1"));
  EXPECT_FALSE(journal->link("m1"));
  EXPECT_FALSE(journal->has_dropped("m2"));
  EXPECT_TRUE(journal->link("m2"));
  EXPECT_EQ(journal->ledger().id, "ledger-1");
  EXPECT_EQ(journal->ledger().name, "the ledger");
}

}  // namespace
}  // namespace candid::campaign
