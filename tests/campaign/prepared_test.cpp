#include "campaign/prepared.h"

#include <cstdlib>

#include <gmock/gmock.h>

#include "campaign/privacy/erasure_journal.h"
#include "tests/campaign/privacy_bench.h"

namespace candid::campaign {
namespace {

using test::must;
using test::Reached;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class PreparedTest : public test::PrivacyTest {
 protected:
  Result<Prepared> prepare_with(PrepareSettings settings = {}) { return prepare_job(bench.job(), std::move(settings)); }
  Result<Prepared> prepare_job(Job job, PrepareSettings settings = {}) {
    settings.data = bench.data().path;
    const PrepareListener listener{[this](const std::string& line) { notes_.push_back(line); },
                                   [this](const Roster& roster) { left_out_ = roster.rejected.size(); }};
    return prepare(std::move(job), settings, listener, {});
  }
  // Of the first candidate; the roster then has them again.
  void erase_and_reimport(const std::string& rows) {
    publish();
    Reached(bench).forget({.who = "1"});
    bench.write("candidates.csv", "id,name,role,email\n" + rows);
  }
  // Nothing can be asked there: a token in the clear would leave this machine.
  Job with_a_ledger_out_of_reach() {
    ::setenv("CANDID_API_TOKEN", "cnd_sample", 1);
    Job job = bench.job();
    job.campaign.publish.ledger = "http://192.0.2.1:8080";
    return job;
  }

  std::vector<std::string> notes_;
  size_t left_out_ = 0;
};

TEST_F(PreparedTest, IsPlannedAndLocked) {
  auto work = prepare_with({.server = "https://video.example.com"});
  ASSERT_TRUE(work) << work.error().describe();
  EXPECT_EQ(work->plan.messages.size(), 2U);
  EXPECT_EQ(work->job.campaign.publish.server, "https://video.example.com");
  EXPECT_FALSE(work->no_answer);
  EXPECT_THAT(notes_, IsEmpty());
  auto second = prepare_with();
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().kind(), ErrorKind::Exists);
  EXPECT_EQ(must(standings_of(*work, {})).size(), 2U);
}

TEST_F(PreparedTest, WhoWasErasedIsARejectedRow) {
  erase_and_reimport("1,Jane Sample,Engineer,jane@example.com\n2,王小明,Designer,xm@example.com\n");
  Prepared work = must(prepare_with());
  ASSERT_EQ(work.job.roster.candidates.size(), 1U);
  EXPECT_EQ(work.job.roster.candidates[0].id, "2");
  EXPECT_EQ(work.job.roster.rejected.size(), 1U);
  EXPECT_EQ(work.plan.messages.size(), 1U);
}

TEST_F(PreparedTest, NobodyLeftIsToldBeforeItFails) {
  erase_and_reimport("1,Jane Sample,Engineer,jane@example.com\n");
  auto work = prepare_with();
  ASSERT_FALSE(work);
  EXPECT_EQ(work.error().kind(), ErrorKind::InvalidInput);
  EXPECT_THAT(work.error().message(), HasSubstr("nobody is left"));
  EXPECT_EQ(left_out_, 1U);
}

TEST_F(PreparedTest, AnErasureThatWasBegunIsNoted) {
  must(make_folder(bench.folder() / "erasures"));
  must(write_file(ErasureJournal(bench.folder()).begun_file(), std::string_view("{}")));
  must(prepare_with());
  EXPECT_THAT(notes_, ElementsAre(HasSubstr("note: an erasure was begun here and is not done: candid forget ")));
}

TEST_F(PreparedTest, WhoOnlyRendersGoesOnWithoutALedgersAnswer) {
  Prepared work = must(prepare_job(with_a_ledger_out_of_reach()));
  EXPECT_THAT(notes_, ElementsAre(HasSubstr("publishing asks.")));
  EXPECT_FALSE(work.no_answer);
}

TEST_F(PreparedTest, WhoPublishesIsGivenWhyTheLedgerDidNotAnswer) {
  Prepared work = must(prepare_job(with_a_ledger_out_of_reach(), {.asked = AskedLedger::Always}));
  EXPECT_THAT(notes_, IsEmpty());
  ASSERT_TRUE(work.no_answer);
  EXPECT_THAT(work.no_answer->message(), HasSubstr("in the clear"));
}

}  // namespace
}  // namespace candid::campaign
