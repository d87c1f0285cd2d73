#include "net/file_sink.h"

#include <gtest/gtest.h>

#include "core/encoding.h"
#include "tests/support/results.h"

namespace candid::net {
namespace {

using candid::test::must;

HttpResponse of_length(std::string length) {
  return {200, {{"content-length", std::move(length)}}, {}};
}

class FileSinkTest : public testing::Test {
 protected:
  TemporaryFolder folder_ = must(TemporaryFolder::create());
  const std::filesystem::path file_ = folder_.path() / "file";
};

TEST_F(FileSinkTest, TheFileHoldsTheLastAttemptAndAppearsWhole) {
  FileSink sink(file_, FileMode::Private);
  EXPECT_TRUE(sink.take(bytes_of("half an ans")));
  sink.restart();
  EXPECT_TRUE(sink.take(bytes_of("an ")));
  EXPECT_TRUE(sink.take(bytes_of("answer")));
  EXPECT_EQ(sink.size(), 9U);
  EXPECT_EQ(must(read_text_file(sink.temporary_path())), "an answer");
  EXPECT_FALSE(std::filesystem::exists(file_));
  must(sink.commit());
  EXPECT_EQ(must(read_text_file(file_)), "an answer");
  EXPECT_EQ(std::filesystem::status(file_).permissions(),
            std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
}

TEST_F(FileSinkTest, WithoutACommitNothingStays) {
  {
    FileSink sink(file_);
    EXPECT_TRUE(sink.take(bytes_of("an answer")));
  }
  EXPECT_TRUE(must(files_below(folder_.path())).empty());
}

TEST_F(FileSinkTest, WhatDoesNotFitTheDiskOrDoesNotSayIsNotTaken) {
  EXPECT_TRUE(FileSink(file_).has_room(of_length("1000")));
  for (std::string length : {"", "-1", "1 MB", "9000000000000000000", "99999999999999999999999"}) {
    FileSink sink(file_);
    EXPECT_FALSE(sink.has_room(of_length(length))) << length;
    ASSERT_TRUE(sink.failure()) << length;
    EXPECT_EQ(sink.failure()->kind(), length.size() == 19 ? ErrorKind::NoSpace : ErrorKind::Network);
    EXPECT_FALSE(sink.take(bytes_of("an answer")));
    EXPECT_FALSE(sink.commit());
  }
  EXPECT_TRUE(must(files_below(folder_.path())).empty());
}

TEST_F(FileSinkTest, AFileThatCannotBeWrittenIsTold) {
  FileSink sink("/no/such/folder/file");
  ASSERT_TRUE(sink.failure());
  EXPECT_EQ(sink.failure()->kind(), ErrorKind::NotFound);
  sink.restart();
  EXPECT_FALSE(sink.take(bytes_of("an answer")));
  EXPECT_FALSE(sink.commit());
}

}  // namespace
}  // namespace candid::net
