// Rows of rosters that go, and rows that come back.

#include <fmt/format.h>
#include <gmock/gmock.h>

#include "campaign/plan.h"
#include "campaign/privacy/erased_rows.h"
#include "campaign/privacy/greeting_traces.h"
#include "campaign/privacy/roster_row.h"
#include "core/csv.h"
#include "tests/campaign/privacy_bench.h"
#include "tests/campaign/relayed_ledger.h"

namespace candid::campaign {
namespace {

using test::must;
using test::Reached;
using testing::ElementsAre;
using testing::HasSubstr;

class RosterRowTest : public testing::Test {
 protected:
  // What is left of the file without the row that begins in this line.
  std::string without(const std::string& text, int line) {
    must(write_file(file_, text));
    EXPECT_TRUE(must(remove_row(file_, must(find_row(file_, line)))));
    auto bytes = must(read_file(file_));
    return {bytes.begin(), bytes.end()};
  }

  static std::string utf16(std::string_view ascii, bool is_big) {
    std::string text = is_big ? "\xFE\xFF" : "\xFF\xFE";
    for (char letter : ascii) text += is_big ? std::string{'\0', letter} : std::string{letter, '\0'};
    return text;
  }

  TemporaryFolder folder_ = must(TemporaryFolder::create());
  std::filesystem::path file_ = folder_.path() / "roster.csv";
};

TEST_F(RosterRowTest, OtherRowsKeepEveryByte) {
  EXPECT_EQ(without("id;name\r\n1;\"Müller, A\"\r\n2;B \r\n\r\n3;C\r\n", 3), "id;name\r\n1;\"Müller, A\"\r\n3;C\r\n");
  EXPECT_EQ(without("\xEF\xBB\xBFid,name\n1,A\n2,B", 3), "\xEF\xBB\xBFid,name\n1,A\n");
  EXPECT_EQ(without("id,name\n1,A\n2,B", 2), "id,name\n2,B");
  EXPECT_EQ(without("id\tname\r1\tA\r2\tB\r", 2), "id\tname\r2\tB\r");
  EXPECT_EQ(without("sep=;\nid;name\n1;M\xFCller\n2;B\n", 4), "sep=;\nid;name\n1;M\xFCller\n");
}

TEST_F(RosterRowTest, ACellWithLineEndsBelongsToItsRow) {
  EXPECT_EQ(without("id,note\n1,\"two\nlines, \"\"quoted\"\"\"\n2,B\n", 2), "id,note\n2,B\n");
  EXPECT_EQ(without("id,note\n1,\"two\r\n2,lines\"\r\n2,B\r\n", 4), "id,note\n1,\"two\r\n2,lines\"\r\n");
}

TEST_F(RosterRowTest, SpreadsheetsMayWriteUtf16) {
  for (bool is_big : {false, true}) {
    std::string left = without(utf16("id,name\r\n1,A\r\n2,B\r\n", is_big), 2);
    EXPECT_EQ(left, utf16("id,name\r\n2,B\r\n", is_big));
  }
}

TEST_F(RosterRowTest, AFileThatChangedMeanwhileLosesNoOtherRow) {
  must(write_file(file_, "id,name\n1,A\n2,B\n"));
  RosterRow row = must(find_row(file_, 2));
  must(write_file(file_, "id,name\n9,Z\n1,A corrected\n2,B\n"));
  EXPECT_FALSE(must(remove_row(file_, row))) << "it says something else now";
  EXPECT_EQ(must(read_text_file(file_)), "id,name\n9,Z\n1,A corrected\n2,B\n");
  must(write_file(file_, "id,name\n"));
  EXPECT_FALSE(must(remove_row(file_, row)));
  must(remove_file(file_));
  EXPECT_FALSE(must(remove_row(file_, row)));
  EXPECT_EQ(find_row(file_, 2).error().kind(), ErrorKind::NotFound);
}

TEST_F(RosterRowTest, ARowIsFoundInWhateverLineItStandsMeanwhile) {
  must(write_file(file_, "id,name\n1,A\n2,B"));
  RosterRow first = must(find_row(file_, 2));
  RosterRow last = must(find_row(file_, 3));
  must(write_file(file_, "id,name\n9,Z\n1,A\n2,B\n3,C\n"));
  EXPECT_TRUE(must(remove_row(file_, first)));
  EXPECT_TRUE(must(remove_row(file_, last))) << "it had no line end, and has one now";
  EXPECT_EQ(must(read_text_file(file_)), "id,name\n9,Z\n3,C\n");
}

TEST_F(RosterRowTest, TheFileStaysAsOpenToOthersAsItWas) {
  must(write_file(file_, "id\n1\n2\n", FileMode::Private));
  must(remove_row(file_, must(find_row(file_, 2))));
  EXPECT_EQ(std::filesystem::status(file_).permissions() & std::filesystem::perms::all,
            std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
}

class ErasedRowsTest : public test::PrivacyTest {
 protected:
  // The roster as it was exported again, with these rows in place of its own.
  Job reimported(const std::string& rows) {
    bench.write("candidates.csv", "id,name,role,email\n" + rows);
    Job job = bench.job();
    held = must(hold_erased(job, *bench.ledger()));
    return job;
  }
  static std::vector<std::string> ids_of(const Job& job) {
    std::vector<std::string> ids;
    for (const Candidate& candidate : job.roster.candidates) ids.push_back(candidate.id);
    return ids;
  }
  size_t held = 0;
};

TEST_F(ErasedRowsTest, AReimportedRowIsRejectedWithTheReceiptAndTheRemedy) {
  publish();
  std::string receipt = Reached(bench).forget({.who = "1"}).receipt.receipt;
  Job job = reimported("1,Jane Sample,Engineer,jane@example.com\n2,王小明,Designer,xm@example.com\n");
  EXPECT_EQ(held, 1U);
  EXPECT_THAT(ids_of(job), ElementsAre("2"));
  ASSERT_EQ(job.roster.rejected.size(), 1U);
  const Finding& finding = job.roster.rejected[0].findings.at(0);
  EXPECT_EQ(finding.line, 2);
  EXPECT_THAT(finding.message, HasSubstr(receipt));
  EXPECT_THAT(finding.hint, HasSubstr("--again"));
}

TEST_F(ErasedRowsTest, AnotherIdOrAnotherAddressHidesNobody) {
  publish();
  Reached(bench).forget({.who = "1"});
  EXPECT_THAT(ids_of(reimported("7,J. Sample,Lead,JANE@Example.com\n8,Other Sample,Lead,other@example.com\n")),
              ElementsAre("8"));
  EXPECT_THAT(ids_of(reimported("1,Jane Sample,Engineer,\n8,Other Sample,Lead,\n")), ElementsAre("8"));
}

TEST_F(ErasedRowsTest, WhoIsLetInAgainGetsAVideoAndMayBeErasedAgain) {
  publish();
  Reached(bench).forget({.who = "1"});
  bench.write("candidates.csv", test::kRoster);
  EXPECT_EQ(must(readmit(test::campaign_of(bench.folder()), "1", *bench.ledger())), 2);
  EXPECT_THAT(ids_of(reimported("1,Jane Sample,Engineer,jane@example.com\n2,王小明,Designer,xm@example.com\n")),
              ElementsAre("1", "2"));
  bench.render();
  auto report = bench.publish();
  EXPECT_TRUE(plays(report.links[0].url));
  Reached(bench).forget({.who = "1"});
  EXPECT_THAT(ids_of(reimported("1,Jane Sample,Engineer,jane@example.com\n2,王小明,Designer,xm@example.com\n")),
              ElementsAre("2"));
}

// Erases somebody when the first messages are about to be stored: after the roster was asked about.
class ErasingLedger final : public test::RelayedLedger {
 public:
  ErasingLedger(track::Ledger& inner, track::ErasureOrder order) : RelayedLedger(inner), order_(std::move(order)) {}
  using RelayedLedger::find_link;

  Result<void> upsert_messages(const std::vector<track::MessageRecord>& messages) override {
    if (!is_done_) must(RelayedLedger::erase(order_));
    is_done_ = true;
    return RelayedLedger::upsert_messages(messages);
  }

 private:
  track::ErasureOrder order_;
  bool is_done_ = false;
};

TEST_F(ErasedRowsTest, WhoIsErasedWhileAPublishRunsIsNotPublishedByIt) {
  bench.render();
  auto inner = bench.ledger();
  auto store = bench.store();
  track::ErasureOrder order{.receipt = track::make_receipt(), .identities = {"mail:jane@example.com"}};
  ErasingLedger ledger(*inner, order);
  auto report = must(bench.publish_to(*store, ledger));
  ASSERT_EQ(report.links.size(), 2U);
  ASSERT_TRUE(report.links[0].error) << "the run goes on, and tells the row";
  EXPECT_THAT(report.links[0].error->message(), HasSubstr(order.receipt));
  EXPECT_FALSE(report.links[1].error);
  EXPECT_EQ(must(inner->messages("test_campaign")).size(), 1U);
  EXPECT_EQ(bench.booked().size(), 1U) << "there is no link of theirs to mail";
}

TEST_F(ErasedRowsTest, NobodyIsReadmittedWhoWasNeverErased) {
  publish();
  EXPECT_EQ(must(readmit(test::campaign_of(bench.folder()), "1", *bench.ledger())), 0);
  auto unknown = readmit(test::campaign_of(bench.folder()), "nobody", *bench.ledger());
  ASSERT_FALSE(unknown);
  EXPECT_EQ(unknown.error().kind(), ErrorKind::InvalidInput);
}

TEST_F(ErasedRowsTest, GreetingsStayWithTheirCandidates) {
  Job job = bench.job();
  job.greetings[1].file = "2.mkv";
  must(bench.ledger()->erase({.receipt = track::make_receipt(), .identities = {"mail:jane@example.com"}}));
  EXPECT_EQ(must(hold_erased(job, *bench.ledger())), 1U);
  EXPECT_THAT(ids_of(job), ElementsAre("2"));
  ASSERT_EQ(job.greetings.size(), 1U);
  EXPECT_EQ(job.greetings.at(0).file, "2.mkv");
}

class GreetingTracesTest : public testing::Test {
 protected:
  LocalTraces traces_of(const std::string& id) {
    Campaign campaign;
    campaign.greetings = folder_.path();
    campaign.roster = folder_.path() / "roster.csv";
    must(write_file(campaign.roster, "id,name\n1,Jane\n2,Ben\n"));
    Subject subject;
    subject.candidate_id = id;
    LocalTraces traces;
    must(add_greeting_traces(campaign, subject, traces));
    return traces;
  }
  void put(const std::string& name, const std::string& text = "clip") {
    must(make_folder((folder_.path() / name).parent_path()));
    must(write_file(folder_.path() / name, text));
  }
  std::vector<std::string> names_of(const std::vector<std::filesystem::path>& files) {
    std::vector<std::string> names;
    for (const auto& file : files) names.push_back(file.lexically_relative(folder_.path()).string());
    std::sort(names.begin(), names.end());
    return names;
  }
  static std::string good(const std::string& id) {
    return fmt::format(R"({{"event":"good","candidate":"{}","name":"{}","from_us":0,"to_us":900000}})", id,
                       id == "1" ? "Jane" : "Ben") +
           "\n";
  }
  static std::string cut(const std::string& id) {
    return fmt::format(R"({{"event":"cut","candidate":"{}","name":"{}","sha256":"","flaws":[]}})", id,
                       id == "1" ? "Jane" : "Ben") +
           "\n";
  }
  TemporaryFolder folder_ = must(TemporaryFolder::create());
};

TEST_F(GreetingTracesTest, ClipsAndNotesGoAndThoseOfLongerIdsStay) {
  for (const char* name : {"1.mkv", "1.greeting.json", "1.a.mkv", "10.mkv", "2.mkv", "sittings/replaced/1.before-S.mkv",
                           "sittings/replaced/1.before-S-2.greeting.json", "sittings/replaced/10.before-S.mkv"}) {
    put(name, "{}");
  }
  EXPECT_THAT(names_of(traces_of("1").files),
              ElementsAre("1.greeting.json", "1.mkv", "sittings/replaced/1.before-S-2.greeting.json",
                          "sittings/replaced/1.before-S.mkv"));
}

TEST_F(GreetingTracesTest, ASittingGoesWholeOnceTheOthersAreCutOutOfIt) {
  put("sittings/A.mkv");
  put("sittings/A.jsonl", good("1") + good("2") + cut("1") + cut("2"));
  put("sittings/B.mkv");
  put("sittings/B.jsonl", good("2") + cut("2"));
  LocalTraces traces = traces_of("1");
  EXPECT_THAT(names_of(traces.files), ElementsAre("sittings/A.jsonl", "sittings/A.mkv"));
  EXPECT_TRUE(traces.remains.empty());
}

TEST_F(GreetingTracesTest, ASittingThatOthersWaitForRemainsAndIsTold) {
  put("sittings/A.mkv");
  put("sittings/A.jsonl", good("1") + good("2") + cut("1"));
  LocalTraces traces = traces_of("1");
  EXPECT_TRUE(traces.files.empty());
  EXPECT_THAT(names_of(traces.journals), ElementsAre("sittings/A.jsonl"));
  ASSERT_EQ(traces.remains.size(), 1U);
  EXPECT_THAT(traces.remains[0], HasSubstr("A.mkv"));
}

}  // namespace
}  // namespace candid::campaign
