#include "campaign/publishing/link_book.h"

#include <sys/stat.h>

#include "core/csv.h"
#include "core/files.h"
#include "tests/support/results.h"

namespace candid::campaign {
namespace {

using test::must;

class LinkBookTest : public testing::Test {
 protected:
  TemporaryFolder folder = must(TemporaryFolder::create());
  LinkFiles files{folder.path() / "links.csv", folder.path() / "links-held.csv"};
};

BookedLink sample(const std::string& id) {
  return {id, "Sample " + id, id + "@example.com", "https://v.example.com/v/token-" + id, "m" + id, id + ".mp4", "",
          "", false};
}

TEST_F(LinkBookTest, CellsThatASpreadsheetWouldRunComeBackAsTheyWere) {
  for (const char* evil : {"=1+1", "+1", "-1", "@cmd", "\t=1", "\r=1", "a,b;\"c\"\nd"}) {
    BookedLink link = sample("1");
    link.name = link.passcode = link.candidate_id = evil;
    must(write_links(files, {link}));
    auto table = must(read_csv(files.open));
    if (evil[0] != 'a') {
      for (size_t column : {size_t{0}, size_t{1}, size_t{7}})
        EXPECT_EQ(table.rows[0].cells[column].front(), '\'') << evil;
    }
    BookedLink back = read_links(files).at("m1");
    EXPECT_EQ(back.name, evil);
    EXPECT_EQ(back.passcode, evil);
  }
}

TEST_F(LinkBookTest, ColumnsAreFoundByNameInAnyOrder) {
  must(write_file(files.open, "passcode,message,more,link,id\nabcd,m1,x,https://v.example.com/v/tok-1,7\n"));
  auto links = read_links(files);
  ASSERT_EQ(links.size(), 1u);
  EXPECT_EQ(links.at("m1").candidate_id, "7");
  EXPECT_EQ(links.at("m1").passcode, "abcd");
  EXPECT_EQ(links.at("m1").token(), "tok-1");
}

TEST_F(LinkBookTest, AFileOfAnEarlierVersionIsUnderstood) {
  must(write_file(files.open,
                  "id,name,email,link,message,file\r\n1,Jane Sample,j@example.com,http://x/v/abc,m1,jane.mp4\r\n"));
  BookedLink link = read_links(files).at("m1");
  EXPECT_EQ(link.name, "Jane Sample");
  EXPECT_EQ(link.file, "jane.mp4");
  EXPECT_EQ(link.expires, "");
}

TEST_F(LinkBookTest, HeldLinksLieInAFileOfTheirOwn) {
  BookedLink held = sample("2");
  held.is_held = true;
  must(write_links(files, {sample("1"), held}));
  EXPECT_THAT(must(read_text_file(files.open)), testing::Not(testing::HasSubstr("token-2")));
  EXPECT_TRUE(read_links(files).at("m2").is_held);
  for (const auto& file : {files.open, files.held}) {
    struct stat facts {};
    ASSERT_EQ(::stat(file.c_str(), &facts), 0);
    EXPECT_EQ(facts.st_mode & 0777, 0600u);
  }
  must(write_links(files, {sample("1")}));
  EXPECT_FALSE(std::filesystem::exists(files.held));
}

TEST_F(LinkBookTest, WhatIsNoLinkOfOursHasNoToken) {
  EXPECT_EQ(token_of("https://v.example.com/v/abc_-9"), "abc_-9");
  for (const char* url : {"", "https://v.example.com/", "https://v.example.com/v/", "https://v.example.com/v/a/b",
                          "https://v.example.com/?to=/v/a", "https://v.example.com/v/?a", "abc"}) {
    EXPECT_EQ(token_of(url), "") << url;
  }
}

TEST_F(LinkBookTest, ALinkIsKnownWithWhatMailersAddToIt) {
  for (const char* added : {"/", "?utm_source=mail&x=/v/other", "#top", "/?utm=1", " "})
    EXPECT_EQ(token_of(std::string("https://v.example.com/v/abc_-9") + added), "abc_-9") << added;
}

}  // namespace
}  // namespace candid::campaign
