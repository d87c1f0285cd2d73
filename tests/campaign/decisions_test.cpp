#include "campaign/decisions.h"

#include "campaign/preflight.h"
#include "tests/campaign/workbench.h"

namespace candid::campaign {
namespace {

using test::must;
using test::Workbench;
using testing::HasSubstr;
using testing::IsEmpty;

std::vector<Standing> standings_of(const Workbench& bench) {
  Job job = bench.job();
  Findings findings;
  Decisions decisions = must(read_decisions(decisions_file(bench.folder()), findings));
  EXPECT_THAT(findings, IsEmpty());
  return must(standings(job, decisions, preflight(job.campaign, job.roster)));
}

TEST(Decisions, AreReadAsTheyWereWritten) {
  Workbench bench;
  bench.write("candidates.csv", "id,name,role\n-5,=Jane,Engineer\n2,Joe,Engineer\n");
  Job job = bench.job();
  must(write_decisions(bench.folder(),
                       {{"-5", {Decision::Hold, "abc", "=Jane"}}, {"2", {Decision::Approve, "def", ""}}}));
  std::string csv = must(read_text_file(decisions_file(bench.folder())));
  EXPECT_THAT(csv, HasSubstr("'=Jane")) << "no spreadsheet runs a name";
  Findings findings;
  Decisions read = must(read_decisions(decisions_file(bench.folder()), findings));
  ASSERT_EQ(read.size(), 2u);
  EXPECT_EQ(read.at("-5").decision, Decision::Hold);
  EXPECT_EQ(read.at("2").seen, "def");
}

TEST(Decisions, ALineThatCannotBeReadIsAnError) {
  Workbench bench;
  bench.write("decisions.csv", "id,decision\n1,hold\n2,maybe\n");
  Findings findings;
  must(read_decisions(decisions_file(bench.folder()), findings));
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_EQ(findings[0].severity, Severity::Error);
  EXPECT_EQ(findings[0].line, 3);
  bench.write("decisions.csv", "name,role\nx,y\n");
  EXPECT_FALSE(read_decisions(decisions_file(bench.folder()), findings));
}

TEST(Decisions, AnApprovalLapsesWhenTheWordsChangeAndAHoldDoesNot) {
  Workbench bench;
  Job job = bench.job();
  Decisions decisions;
  for (size_t i = 0; i < 2; ++i)
    decisions[job.roster.candidates[i].id] = {i == 0 ? Decision::Approve : Decision::Hold,
                                              must(words_seen(job, job.roster.candidates[i])),
                                              job.roster.candidates[i].name};
  must(write_decisions(bench.folder(), decisions));
  EXPECT_EQ(standings_of(bench)[0].decision, Decision::Approve);
  bench.write("candidates.csv",
              "id,name,role,email\n1,Jane Changed,Engineer,a@example.com\n2,Li,Designer,b@example.com\n");
  auto after = standings_of(bench);
  EXPECT_FALSE(after[0].decision);
  EXPECT_TRUE(after[0].has_lapsed);
  EXPECT_THAT(after[0].held_because, IsEmpty()) << "nothing asks for approval";
  EXPECT_EQ(after[1].decision, Decision::Hold);
}

TEST(Decisions, WhereApprovalIsRequiredNothingElseGoesOut) {
  Workbench bench;
  bench.write("campaign.toml", test::kToml + "\n[proof]\nrequire_approval = true\n");
  bench.write("decisions.csv", "id,decision\n1,approve\n");
  auto all = standings_of(bench);
  EXPECT_THAT(all[0].held_because, IsEmpty());
  EXPECT_THAT(all[1].held_because, HasSubstr("not approved"));
}

TEST(Decisions, ARowWithAnErrorIsHeldUntilItIsApproved) {
  Workbench bench;
  bench.write("candidates.csv", "id,name,role\n1,jane@example.com,Engineer\n2,Joe,Engineer\n");
  EXPECT_THAT(standings_of(bench)[0].held_because, HasSubstr("mail address"));
  bench.write("decisions.csv", "id,decision\n1,approve\n");
  EXPECT_THAT(standings_of(bench)[0].held_because, IsEmpty());
}

// The way a held rejection would get out: the roster is exported again, and its ids count from one.
TEST(Decisions, AHoldFollowsTheNameWhereIdsAreGivenAnew) {
  Workbench bench;
  bench.write("candidates.csv", "id,name,role\n1,Ann Ek,a\n2,Bob Li,b\n3,Cay Ma,c\n");
  bench.write("decisions.csv", "id,decision,seen,name\n2,hold,,Bob Li\n");
  EXPECT_EQ(standings_of(bench)[1].decision, Decision::Hold);
  bench.write("candidates.csv", "id,name,role\n1,Bob Li,b\n2,Cay Ma,c\n");
  auto after = standings_of(bench);
  EXPECT_EQ(after[0].decision, Decision::Hold) << "it is Bob who was held";
  EXPECT_EQ(after[1].decision, Decision::Hold) << "and the id that was held is not free for that";
  bench.write("candidates.csv", "id,name,role\n7,Bob Li,b\n");
  EXPECT_EQ(standings_of(bench)[0].decision, Decision::Hold);
  Job job = bench.job();
  must(write_decisions(bench.folder(),
                       {{"2", {Decision::Hold, "", "Bob Li"}},
                        {"7", {Decision::Approve, must(words_seen(job, job.roster.candidates[0])), "Bob Li"}}}));
  EXPECT_EQ(standings_of(bench)[0].decision, Decision::Approve) << "another Bob Li, who was looked at";
  bench.write("decisions.csv", "id,decision,seen,name\n2,hold,,Bob Li\n");
  bench.write("candidates.csv", "id,name,role\n2,Robert Li,b\n");
  EXPECT_EQ(standings_of(bench)[0].decision, Decision::Hold) << "a corrected name";
}

TEST(Decisions, AreLaidOverEarlierOnesAndEndAHoldOnlyInSoManyWords) {
  Decisions earlier = {{"1", {Decision::Hold, "", "Ann"}}, {"2", {Decision::Hold, "", "Bob"}}};
  Decisions both = merged(earlier, {{"2", {std::nullopt, "", "Bob"}}, {"3", {Decision::Approve, "", "Cay"}}});
  EXPECT_EQ(both.at("1").decision, Decision::Hold);
  EXPECT_FALSE(both.at("2").decision);
  EXPECT_EQ(both.at("3").decision, Decision::Approve);
}

}  // namespace
}  // namespace candid::campaign
