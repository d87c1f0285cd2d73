#include "upload/file_notes.h"

#include <fstream>
#include <thread>

#include <sys/stat.h>

#include "core/files.h"
#include "tests/support/results.h"
#include "tests/support/small_disk.h"

namespace candid::upload {
namespace {

using candid::test::must;
using testing::ElementsAre;

class FileNotesTest : public testing::Test {
 protected:
  std::filesystem::path file() const { return folder_.path() / "a" / "uploads.jsonl"; }
  std::unique_ptr<FileNotes> open() { return must(FileNotes::open(file())); }
  TemporaryFolder folder_ = must(TemporaryFolder::create());
};

TEST_F(FileNotesTest, AreThereAfterwards) {
  const std::string odd = "line\nbreak \"quote\" \\ é \x01";
  {
    auto notes = open();
    must(notes->keep("parts/a", "one"));
    must(notes->keep("parts/b", odd));
    must(notes->keep("parts/a", "two"));
    must(notes->keep("parts/c", "three"));
    must(notes->drop("parts/c"));
    must(notes->drop("parts/never"));
    EXPECT_EQ(notes->find("parts/a"), "two");
  }
  auto notes = open();
  EXPECT_EQ(notes->find("parts/a"), "two");
  EXPECT_EQ(notes->find("parts/b"), odd);
  EXPECT_EQ(notes->find("parts/c"), std::nullopt);
  EXPECT_THAT(notes->names(), ElementsAre("parts/a", "parts/b"));
}

TEST_F(FileNotesTest, OnlyTheirOwnerReadsThem) {
  auto notes = open();
  must(notes->keep("a", "b"));
  struct stat facts {};
  ASSERT_EQ(::stat(file().c_str(), &facts), 0);
  EXPECT_EQ(facts.st_mode & 0777, 0600U);
}

TEST_F(FileNotesTest, ALineThatAPowerCutBrokeOffIsIgnoredWhereverItBroke) {
  {
    auto notes = open();
    must(notes->keep("a", "1"));
    must(notes->keep("b", "2"));
  }
  std::string whole = must(read_text_file(file()));
  size_t first = whole.find('\n') + 1;
  for (size_t length = first; length < whole.size(); ++length) {
    must(write_file(file(), std::string_view(whole).substr(0, length)));
    {
      auto notes = open();
      EXPECT_EQ(notes->find("a"), "1");
      EXPECT_EQ(notes->find("b"), std::nullopt);
      must(notes->keep("c", "3"));
    }
    EXPECT_THAT(open()->names(), ElementsAre("a", "c")) << length;
  }
}

TEST_F(FileNotesTest, LinesThatAreNotOursSayNothing) {
  must(make_folder(file().parent_path()));
  must(write_file(file(), std::string_view("\n[]\nnull\n{\"name\":1}\n{\"name\":\"x\"}\n{\"name\":\"y\",\"note\":5}\n"
                                           "{\"name\":\"a\",\"note\":\"1\"}\n\xFF\xFE\n")));
  EXPECT_THAT(open()->names(), ElementsAre("a"));
}

TEST_F(FileNotesTest, TheFileDoesNotGrowWithWhatIsOutOfDate) {
  auto notes = open();
  for (int i = 0; i < 600; ++i) must(notes->keep("a", std::to_string(i)));
  EXPECT_LT(std::filesystem::file_size(file()), 20'000U);
  EXPECT_EQ(notes->find("a"), "599");
  notes.reset();
  EXPECT_EQ(open()->find("a"), "599");
}

TEST_F(FileNotesTest, OneProcessAtATimeHasThem) {
  auto notes = open();
  auto second = FileNotes::open(file());
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().kind(), ErrorKind::Exists);
  notes.reset();
  EXPECT_TRUE(FileNotes::open(file()));
}

TEST_F(FileNotesTest, ManyThreadsMayKeepAndDrop) {
  auto notes = open();
  {
    std::vector<std::jthread> threads;
    for (int thread = 0; thread < 4; ++thread) {
      threads.emplace_back([&, thread] {
        for (int i = 0; i < 100; ++i) {
          std::string name = std::to_string(thread) + "/" + std::to_string(i);
          must(notes->keep(name, "x"));
          if (i % 2 == 0) must(notes->drop(name));
        }
      });
    }
  }
  EXPECT_EQ(notes->names().size(), 200U);
  notes.reset();
  EXPECT_EQ(open()->names().size(), 200U);
}

TEST_F(FileNotesTest, AFullDiskFailsAndLosesNothingThatWasKept) {
  must(make_folder(file().parent_path()));
  auto disk = candid::test::SmallDisk::mount(file().parent_path(), 64);
  if (!disk) GTEST_SKIP() << candid::test::kNoSmallDisk;
  std::vector<std::string> kept;
  {
    auto notes = open();
    Result<void> result;
    for (int i = 0; result && i < 1000; ++i) {
      std::string name = std::to_string(i);
      result = notes->keep(name, std::string(1000, 'x'));
      if (result) kept.push_back(name);
    }
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().kind(), ErrorKind::NoSpace);
    EXPECT_EQ(notes->names().size(), kept.size());
  }
  std::string text = must(read_text_file(file()));
  EXPECT_TRUE(text.ends_with("\n"));
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), static_cast<ptrdiff_t>(kept.size()));
}

}  // namespace
}  // namespace candid::upload
