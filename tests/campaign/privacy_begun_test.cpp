// That an erasure which was begun is gone on with, whatever interrupted it, and only where it belongs.

#include <csignal>

#include <gmock/gmock.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/campaign/forget_fixture.h"

namespace candid::campaign {
namespace {

using test::must;
using test::Reached;
using testing::HasSubstr;

const std::vector<std::string> kSteps = {"plan", "ledger", "replies", "store", "files", "row", "receipt"};

TEST_F(ForgetTest, AKillAtAnyStepIsGoneOnWith) {
  auto everything = all_files();
  for (const std::string& fatal : kSteps) {
    SCOPED_TRACE(fatal);
    pid_t child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      Reached reached(bench);
      auto plan = plan_erasure(reached.reach(), {.who = "1"}, Clock::system());
      if (!plan) ::_exit(1);
      (void)carry_out(reached.reach(), *plan, [&](std::string_view step) -> Result<void> {
        if (step == fatal) ::raise(SIGKILL);
        return {};
      });
      ::_exit(2);
    }
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    ASSERT_TRUE(WIFSIGNALED(status)) << "it was to be killed there";
    {
      Reached reached(bench);
      auto begun = must(ErasureJournal(bench.folder()).find_begun());
      EXPECT_EQ(begun.has_value(), fatal != "plan");
      if (begun) must(carry_out(reached.reach(), *begun));
      if (!begun) must(carry_out(reached.reach(), reached.plan("1")));
    }
    expect_jane_is_gone();
    // All as it was, for the next step.
    std::filesystem::remove_all(bench.folder());
    for (const auto& [name, bytes] : everything) {
      must(make_folder((bench.folder() / name).parent_path()));
      must(write_file(bench.folder() / name, bytes));
    }
  }
}

TEST_F(ForgetTest, APlanThatReachesOutsideTheCampaignIsRefused) {
  Reached reached(bench);
  std::filesystem::path outside = bench.folder().parent_path() / "outside.txt";
  must(write_file(outside, "of somebody else"));
  auto refused = [&](ErasurePlan plan) {
    auto done = carry_out(reached.reach(), plan);
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().kind(), ErrorKind::Corrupt);
    EXPECT_TRUE(std::filesystem::exists(outside));
    EXPECT_TRUE(plays(urls.at(0))) << "nothing at all was done";
  };
  ErasurePlan plan = reached.plan("1");
  plan.local.files.push_back(outside);
  refused(plan);
  plan.local.files.back() = bench.out() / "../../outside.txt";
  refused(plan);
  plan.local.files.pop_back();
  plan.local.journals.push_back(outside);
  refused(plan);
  plan.local.journals.pop_back();
  plan.objects.push_back("candid-store.json");
  refused(plan);
  plan.objects.back() = "../outside.txt";
  refused(plan);
}

TEST_F(ForgetTest, AnErasureIsGoneOnWithInItsOwnLedgerAlone) {
  Reached reached(bench);
  ErasurePlan plan = reached.plan("1");
  auto another = must(track::open_sqlite_ledger(bench.data().path / "another.db"));
  ErasureReach elsewhere{.ledger = *another,
                         .store = reached.store.get(),
                         .campaign = &reached.campaign,
                         .workspace = &reached.workspace,
                         .journal_folder = bench.folder()};
  auto refused = carry_out(elsewhere, plan);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind(), ErrorKind::InvalidInput);
  EXPECT_TRUE(plays(urls.at(0)));
}

TEST_F(ForgetTest, ABegunPlanErasesTheCampaignsOwnCandidateAlone) {
  {
    auto ledger = bench.ledger();
    auto record = *must(ledger->find_message(id_of("2")));
    record.campaign_id = "another";
    record.message_id = "another-1";
    must(ledger->upsert_messages({record}));
  }
  Reached reached(bench);
  const ErasurePlan plan = reached.plan("1");
  auto refused = [&](const ErasurePlan& forged, const char* what) {
    must(ErasureJournal(bench.folder()).begin(forged));
    auto begun = must(ErasureJournal(bench.folder()).find_begun());
    ASSERT_TRUE(begun) << what;
    auto done = carry_out(reached.reach(), *begun);
    ASSERT_FALSE(done) << what;
    EXPECT_EQ(done.error().kind(), ErrorKind::Corrupt) << what;
    EXPECT_TRUE(plays(urls.at(0)) && plays(urls.at(1))) << what;
    EXPECT_TRUE(must(reached.ledger->find_message("another-1"))) << what;
  };
  ErasurePlan forged = plan;
  forged.subjects[0].message_id = id_of("2");
  refused(forged, "another's message under this id");
  forged.subjects[0].message_id = "another-1";
  refused(forged, "a message of another campaign");
  forged.subjects[0].campaign_id = "another";
  refused(forged, "another campaign");
  forged = plan;
  forged.subjects[0].addresses.push_back("somebody.else@example.com");
  refused(forged, "an address that is not theirs");
  forged = plan;
  forged.subjects.push_back(plan.subjects[0]);
  forged.subjects[1].is_of_folder = false;
  forged.subjects[1].campaign_id = "another";
  forged.subjects[1].message_id = "another-1";
  refused(forged, "a candidate elsewhere who has another address");
  forged = plan;
  forged.subjects[0].is_of_folder = false;
  forged.subjects[0].message_id = id_of("2");
  forged.subjects[0].addresses = {"xm@example.com"};
  refused(forged, "another of the campaign, as if of elsewhere");
}

// Whatever a file says of files, rows and objects: what is theirs is looked for anew.
TEST_F(ForgetTest, ABegunPlanIsBelievedInNothingThatItRemoves) {
  auto recipes_of = [&](const std::string& id) {
    size_t count = 0;
    for (const auto& path : must(files_below(bench.data().store() / "recipes")))
      count += path.filename().string().starts_with(id) ? 1 : 0;
    return count;
  };
  const std::filesystem::path outside = bench.folder().parent_path() / "privacy-outside.txt";
  must(write_file(outside, "of somebody else\n"));
  must(write_file(bench.out() / "notes.txt", "no line of JSON\n"));
  std::filesystem::create_directory_symlink(bench.folder().parent_path(), bench.out() / "linked");
  const std::filesystem::path video_of_another = bench.out() / bench.booked().at(id_of("2")).file;
  Reached reached(bench);
  ErasurePlan forged = reached.plan("1");
  forged.objects.clear();
  forged.local.files = {outside, bench.out() / "linked" / outside.filename(), video_of_another};
  forged.local.journals = {bench.out() / "notes.txt", outside};
  forged.row = reached.plan("2").row;
  must(ErasureJournal(bench.folder()).begin(forged));
  Erased erased = must(carry_out(reached.reach(), *must(ErasureJournal(bench.folder()).find_begun())));
  EXPECT_TRUE(std::filesystem::exists(outside));
  EXPECT_TRUE(std::filesystem::exists(video_of_another));
  EXPECT_EQ(must(read_text_file(bench.out() / "notes.txt")), "no line of JSON\n");
  EXPECT_EQ(must(read_text_file(bench.folder() / "candidates.csv")), kThree) << "neither row is the file's to name";
  EXPECT_THAT(erased.receipt.remains, testing::ElementsAre("the roster's row"));
  EXPECT_EQ(erased.receipt.roster_rows, 0);
  EXPECT_GT(erased.receipt.stored_objects, 1) << "hers, though the file named none";
  EXPECT_EQ(recipes_of(id_of("1")), 0U);
  EXPECT_EQ(recipes_of(id_of("2")), 1U);
  EXPECT_FALSE(plays(urls.at(0)));
  EXPECT_TRUE(plays(urls.at(1)));
  std::filesystem::remove(bench.out() / "linked");
  std::filesystem::remove(outside);
}

TEST_F(ForgetTest, ALinkOutOfTheCampaignIsNoWayIntoIt) {
  const std::filesystem::path outside = bench.folder().parent_path() / "privacy-outside.txt";
  must(write_file(outside, "of somebody else\n"));
  std::filesystem::create_directory_symlink(bench.folder().parent_path(), bench.out() / "linked");
  Reached reached(bench);
  ErasurePlan plan = reached.plan("1");
  plan.local.files.push_back(bench.out() / "linked" / outside.filename());
  auto refused = carry_out(reached.reach(), plan);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind(), ErrorKind::Corrupt);
  EXPECT_TRUE(std::filesystem::exists(outside));
  std::filesystem::remove(bench.out() / "linked");
  std::filesystem::remove(outside);
}

TEST_F(ForgetTest, AnErasureIsGoneOnWithUnderWhateverNameTheFolderHas) {
  int64_t files = 0;
  {
    Reached reached(bench);
    ErasurePlan plan = reached.plan("1");
    files = static_cast<int64_t>(plan.local.files.size());
    auto died = carry_out(reached.reach(), plan, [](std::string_view step) -> Result<void> {
      if (step == "row") return fail(ErrorKind::Io, "died");
      return {};
    });
    ASSERT_FALSE(died);
  }
  const std::filesystem::path alias = bench.folder().parent_path() / "privacy-alias";
  std::filesystem::remove(alias);
  std::filesystem::create_directory_symlink(bench.folder(), alias);
  {
    Campaign campaign = test::campaign_of(alias);
    auto workspace = must(Workspace::open(alias));
    auto store = bench.store();
    auto ledger = bench.ledger();
    ErasureReach reach{.ledger = *ledger,
                       .store = store.get(),
                       .campaign = &campaign,
                       .workspace = &workspace,
                       .journal_folder = campaign.folder};
    Erased erased = must(carry_out(reach, *must(ErasureJournal(alias).find_begun())));
    EXPECT_EQ(erased.receipt.files, files) << "those that went before are counted";
    EXPECT_EQ(erased.receipt.roster_rows, 1);
  }
  std::filesystem::remove(alias);
  expect_jane_is_gone();
}

TEST_F(ForgetTest, ABegunPlanTakesNoObjectThatOthersNeed) {
  Reached reached(bench);
  ErasurePlan forged = reached.plan("1");
  size_t theirs = forged.objects.size();
  for (const std::string& object : reached.plan("2").objects) forged.objects.push_back(object);
  ASSERT_GT(forged.objects.size(), theirs);
  must(ErasureJournal(bench.folder()).begin(forged));
  Erased erased = must(carry_out(reached.reach(), *must(ErasureJournal(bench.folder()).find_begun())));
  EXPECT_EQ(erased.receipt.stored_objects, static_cast<int64_t>(theirs));
  EXPECT_TRUE(plays(urls.at(1)));
}

TEST_F(ForgetTest, AnErasureIsGoneOnWithInItsOwnStoreAlone) {
  Reached reached(bench);
  must(ErasureJournal(bench.folder()).begin(reached.plan("1")));
  auto begun = *must(ErasureJournal(bench.folder()).find_begun());
  auto other_store = must(upload::FolderStore::open(bench.data().path / "another"));
  ErasureReach reach = reached.reach();
  for (upload::Store* store : {static_cast<upload::Store*>(other_store.get()), static_cast<upload::Store*>(nullptr)}) {
    reach.store = store;
    auto refused = carry_out(reach, begun);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind(), ErrorKind::InvalidInput);
    EXPECT_TRUE(plays(urls.at(0)));
  }
  EXPECT_GT(must(carry_out(reached.reach(), begun)).receipt.stored_objects, 1);
}

TEST_F(ForgetTest, AListThatWasDamagedMeanwhileKeepsTheErasureBegun) {
  std::string links = bench.links();
  {
    Reached reached(bench);
    ErasurePlan plan = reached.plan("1");
    bench.write("out/links.csv", "id,name,message\n\"1,Jane Sample");
    auto stopped = carry_out(reached.reach(), plan);
    ASSERT_FALSE(stopped);
    EXPECT_THAT(stopped.error().message(), HasSubstr("links.csv"));
    EXPECT_FALSE(plays(urls.at(0)));
    bench.write("out/links.csv", links);
    must(carry_out(reached.reach(), *must(ErasureJournal(bench.folder()).find_begun())));
  }
  expect_jane_is_gone();
}

}  // namespace
}  // namespace candid::campaign
