#include <set>

#include <sys/stat.h>

#include "campaign/serving/store_library.h"
#include "campaign/status.h"
#include "core/csv.h"
#include "tests/campaign/publish_bench.h"

namespace candid::campaign {
namespace {

using test::must;

class PublishTest : public testing::Test {
 protected:
  PublishReport run() { return bench.publish(); }
  std::string links() const { return bench.links(); }

  test::PublishBench bench;
};

TEST_F(PublishTest, GivesEveryCandidateALinkOfTheirOwn) {
  bench.render();
  PublishReport report = run();
  ASSERT_EQ(report.links.size(), 2u);
  std::set<std::string> urls;
  for (const PublishedLink& link : report.links) {
    EXPECT_TRUE(link.url.starts_with("http://127.0.0.1:8080/v/"));
    EXPECT_TRUE(link.is_new);
    urls.insert(link.url);
  }
  EXPECT_EQ(urls.size(), 2u);
  struct stat facts {};
  ASSERT_EQ(::stat((bench.out() / "links.csv").c_str(), &facts), 0);
  EXPECT_EQ(facts.st_mode & 0777, 0600u);
}

TEST_F(PublishTest, AHeldCandidateGetsNoLinkUntilReleased) {
  bench.render();
  bench.write("decisions.csv", "id,decision,seen,name\n2,Hold,,x\n");
  PublishReport report = run();
  ASSERT_EQ(report.links.size(), 1u);
  ASSERT_EQ(report.held.size(), 1u);
  EXPECT_EQ(report.held[0].candidate, 1u);
  EXPECT_THAT(links(), testing::Not(testing::HasSubstr("王小明")));
  bench.write("decisions.csv", "id,decision,seen,name\n");
  EXPECT_EQ(run().links.size(), 2u);
  EXPECT_THAT(links(), testing::HasSubstr("王小明"));
}

TEST_F(PublishTest, AHoldTakesALinkOutOfTheListAndAReleaseBringsTheSameOneBack) {
  bench.render();
  std::string given = run().links[1].url;
  bench.write("decisions.csv", "id,decision\n2,hold\n");
  run();
  EXPECT_THAT(links(), testing::Not(testing::HasSubstr(given)));
  struct stat facts {};
  ASSERT_EQ(::stat((bench.out() / "links-held.csv").c_str(), &facts), 0);
  EXPECT_EQ(facts.st_mode & 0777, 0600u);
  run();  // held twice, lost never
  std::filesystem::remove(bench.folder() / "decisions.csv");
  PublishReport report = run();
  EXPECT_EQ(report.links[1].url, given);
  EXPECT_FALSE(report.links[1].is_new);
  EXPECT_FALSE(std::filesystem::exists(bench.out() / "links-held.csv"));
}

TEST_F(PublishTest, AHeldLinkStaysOutOfTheListWhenItsRowIsGone) {
  bench.render();
  std::string given = run().links[1].url;
  bench.write("decisions.csv", "id,decision\n2,hold\n");
  run();
  bench.write("candidates.csv", "id,name,role,email\n1,Jane Sample,Engineer,jane@example.com\n");
  bench.render();
  run();
  EXPECT_THAT(links(), testing::Not(testing::HasSubstr(given)));
  EXPECT_THAT(must(read_text_file(bench.out() / "links-held.csv")), testing::HasSubstr(given));
}

TEST_F(PublishTest, KeepsTheLinksItGaveOut) {
  bench.render();
  PublishReport first = run();
  PublishReport second = run();
  for (size_t i = 0; i < first.links.size(); ++i) {
    EXPECT_EQ(second.links[i].url, first.links[i].url);
    EXPECT_FALSE(second.links[i].is_new);
  }
  EXPECT_EQ(second.bytes_sent, 0u) << "what is in the store is not sent again";
}

TEST_F(PublishTest, ALinkOfAnotherMessageIsNotReused) {
  bench.render();
  PublishReport first = run();
  // Someone sorted one column of links.csv: tokens now stand beside the wrong messages.
  auto table = must(read_csv(bench.out() / "links.csv"));
  std::swap(table.rows[0].cells[3], table.rows[1].cells[3]);
  std::string csv = csv_row(table.header.cells);
  for (const CsvRow& row : table.rows) csv += csv_row(row.cells);
  bench.write("out/links.csv", csv);
  PublishReport unmoved = run();
  EXPECT_EQ(unmoved.links[0].url, first.links[0].url) << "the journal knows better";
  // And without it, the ledger does.
  bench.write("out/links.csv", csv);
  std::filesystem::remove(bench.journal());
  PublishReport second = run();
  EXPECT_NE(second.links[0].url, first.links[1].url) << "one candidate's link must never reach the other";
  EXPECT_TRUE(second.links[0].is_new);
}

TEST_F(PublishTest, RefusesAVideoThatIsAnotherCandidates) {
  bench.render();
  std::filesystem::copy_file(bench.video("1"), bench.video("2"), std::filesystem::copy_options::overwrite_existing);
  PublishReport report = run();
  EXPECT_FALSE(report.links[0].error);
  ASSERT_TRUE(report.links[1].error);
  EXPECT_THAT(report.links[1].error->message(), testing::HasSubstr("not the video of this candidate"));
  EXPECT_TRUE(report.links[1].url.empty());
}

TEST_F(PublishTest, RefusesARenderingThatIsOutOfDate) {
  bench.render();
  bench.write("candidates.csv",
              "id,name,role,email\n1,New Name,Engineer,jane@example.com\n2,王小明,Designer,xm@example.com\n");
  PublishReport report = run();
  ASSERT_TRUE(report.links[0].error);
  EXPECT_FALSE(report.links[1].error);
}

TEST_F(PublishTest, RefusesWhatWasNeverRendered) {
  PublishReport report = run();
  for (const PublishedLink& link : report.links) EXPECT_TRUE(link.error);
}

TEST_F(PublishTest, TheLibraryServesTheFileByteForByte) {
  bench.render();
  PublishReport report = run();
  auto store = bench.store();
  FolderFiles files(*store);
  StoreLibrary library(files);
  for (size_t i = 0; i < 2; ++i) {
    track::MediaFile file = must(library.find(report.links[i].video_ref));
    std::vector<uint8_t> served;
    for (const track::Extent& extent : file.extents) {
      auto bytes = must(read_file(extent.file));
      served.insert(served.end(), bytes.begin() + static_cast<ptrdiff_t>(extent.offset),
                    bytes.begin() + static_cast<ptrdiff_t>(extent.offset + extent.length));
    }
    EXPECT_EQ(served.size(), file.size);
    EXPECT_EQ(served, must(read_file(bench.video(i == 0 ? "1" : "2"))));
  }
  for (const char* ref : {"", "recipe:", "recipe:../../x", "part:x.jpg", "part:../../etc/passwd", "file:/etc/passwd"}) {
    EXPECT_FALSE(library.find(ref)) << ref;
  }
}

TEST_F(PublishTest, ThePublishedRecipeTellsNoName) {
  bench.render();
  run();
  for (const auto& entry : std::filesystem::directory_iterator(bench.data().store() / "recipes")) {
    EXPECT_THAT(must(read_text_file(entry.path())), testing::Not(testing::HasSubstr("jane")));
  }
}

TEST_F(PublishTest, StatusBeginsWithSent) {
  bench.render();
  run();
  auto ledger = bench.ledger();
  auto all = must(read_status(*ledger, "test_campaign"));
  ASSERT_EQ(all.size(), 1u);
  ASSERT_EQ(all[0].messages.size(), 2u);
  for (const MessageStatus& message : all[0].messages) EXPECT_EQ(message.view.state, track::ViewState::Sent);
  EXPECT_EQ(all[0].messages[1].message.candidate_name, "王小明");
  auto unknown = read_status(*ledger, "nothing");
  ASSERT_FALSE(unknown);
  EXPECT_THAT(unknown.error().hint(), testing::HasSubstr("test_campaign"));
}

TEST_F(PublishTest, ALinkThatWasGivenToSomeoneShowsNobodyElse) {
  bench.render();
  PublishReport first = run();
  // The rows were sorted, and the ids numbered anew.
  bench.write("candidates.csv",
              "id,name,role,email\n1,王小明,Designer,xm@example.com\n2,Jane Sample,Engineer,jane@example.com\n");
  bench.render();
  PublishReport second = run();
  for (const PublishedLink& link : second.links) {
    ASSERT_TRUE(link.error);
    EXPECT_THAT(link.error->message(), testing::HasSubstr("was given to"));
  }
  auto ledger = bench.ledger();
  EXPECT_EQ(must(ledger->find_message(first.links[0].message_id))->candidate_name, "Jane Sample");
}

TEST_F(PublishTest, ACorrectedNameKeepsItsLink) {
  bench.render();
  PublishReport first = run();
  bench.write("candidates.csv",
              "id,name,role,email\n1,Jane Corrected,Engineer,jane@example.com\n2,王小明,Designer,xm@example.com\n");
  bench.render();
  PublishReport second = run();
  EXPECT_FALSE(second.links[0].error);
  EXPECT_EQ(second.links[0].url, first.links[0].url);
}

TEST_F(PublishTest, ARowThatIsBrieflyWrongKeepsItsLinkAndItsVideo) {
  bench.render();
  PublishReport first = run();
  auto video = bench.video("1");
  bench.write("candidates.csv",
              "id,name,role,email\n1,Jane Sample,Engineer,no mail\n2,王小明,Designer,xm@example.com\n");
  bench.render();
  run();
  EXPECT_TRUE(std::filesystem::exists(video));
  bench.write("candidates.csv", test::kRoster);
  EXPECT_EQ(bench.render()["1"], RenderState::Unchanged);
  EXPECT_EQ(run().links[0].url, first.links[0].url);
}

TEST_F(PublishTest, APartThatFailedOnceIsTriedAgain) {
  bench.render();
  auto store = bench.store();
  test::WatchedStore reluctant(*store);
  std::set<std::string, std::less<>> refused;
  reluctant.before_put = [&](std::string_view name, int) -> Result<void> {
    if (!name.starts_with("parts/") || !refused.empty()) return {};
    refused.emplace(name);
    return fail(ErrorKind::Corrupt, "not now");
  };
  PublishReport report = must(bench.publish_to(reluctant, {.parallel = 1}));
  ASSERT_EQ(refused.size(), 1u);
  FolderFiles files(*store);
  StoreLibrary library(files);
  for (const PublishedLink& link : report.links) {
    EXPECT_FALSE(link.error);
    EXPECT_TRUE(library.find(link.video_ref)) << "every part is there";
  }
}

TEST_F(PublishTest, APartThatCannotBeStoredFailsItsOwnRowAlone) {
  bench.render();
  // The head of the second candidate's video is theirs alone.
  std::string head;
  {
    auto workspace = must(Workspace::open(bench.folder()));
    Plan plan = must(make_plan(bench.job()));
    head = upload::part_object(workspace.find_recipe(plan.messages[1].id)->ranges.front().part);
  }
  auto store = bench.store();
  test::WatchedStore picky(*store);
  picky.before_put = [&](std::string_view name, int) -> Result<void> {
    return name == head ? Result<void>(fail(ErrorKind::Corrupt, "never")) : Result<void>();
  };
  PublishReport report = must(bench.publish_to(picky));
  EXPECT_FALSE(report.links[0].error);
  ASSERT_TRUE(report.links[1].error);
  EXPECT_TRUE(report.links[1].url.empty());
  EXPECT_EQ(must(bench.ledger()->messages("test_campaign")).size(), 1u) << "nothing of it is in the ledger";
  EXPECT_THAT(links(), testing::Not(testing::HasSubstr("王小明")));
}

TEST_F(PublishTest, AVideoWithAMissingPartIsNotServed) {
  bench.render();
  PublishReport report = run();
  auto store = bench.store();
  std::filesystem::remove_all(bench.data().store() / "parts");
  FolderFiles files(*store);
  EXPECT_FALSE(StoreLibrary(files).find(report.links[0].video_ref));
}

TEST_F(PublishTest, LinksFileIsSafeInASpreadsheet) {
  bench.write("candidates.csv", "id,name,role\n1,=1+1,Engineer\n2,@cmd,Engineer\n");
  bench.render();
  run();
  auto table = must(read_csv(bench.out() / "links.csv"));
  for (const CsvRow& row : table.rows) EXPECT_EQ(row.cells[1].front(), '\'') << row.cells[1];
}

}  // namespace
}  // namespace candid::campaign
