// Whose data is whose: ids, names and addresses that several people have.

#include <gmock/gmock.h>

#include "campaign/privacy/erased_rows.h"
#include "campaign/privacy/export_folder.h"
#include "campaign/privacy/unknown_receipts.h"
#include "tests/campaign/forget_fixture.h"
#include "tests/campaign/relayed_ledger.h"

namespace candid::campaign {
namespace {

using test::must;
using test::Reached;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

class PeopleTest : public ForgetTest {
 protected:
  // Jane was published under id 1; the roster now has somebody else there.
  void give_id_to_bob() {
    bench.write("candidates.csv",
                "id,name,role,email\n1,Bob Newman,Engineer,bob@example.com\n2,王小明,Designer,xm@example.com\n");
  }
  std::string roster() const { return must(read_text_file(bench.folder() / "candidates.csv")); }
  // Whether a hold of anybody with Jane's name outlives her, with this row in the roster as well.
  bool hold_by_name_stays_beside(std::string_view row) {
    bench.write("candidates.csv", kThree + std::string(row));
    must(write_decisions(bench.folder(), {{"old-7", {Decision::Hold, "", "Jane Sample"}}}));
    Reached(bench).forget({.who = "1"});
    Findings findings;
    return must(read_decisions(decisions_file(bench.folder()), findings)).contains("old-7");
  }
};

TEST_F(PeopleTest, TwoPeopleUnderOneIdAreTwo) {
  give_id_to_bob();
  Reached reached(bench);
  auto both = find_subject(reached.campaign, "1", *reached.ledger);
  ASSERT_FALSE(both);
  EXPECT_EQ(both.error().kind(), ErrorKind::InvalidInput);
  EXPECT_THAT(both.error().hint(), HasSubstr("Bob Newman (bob@example.com)"));
  EXPECT_THAT(both.error().hint(), HasSubstr("Jane Sample (jane@example.com)"));
  Subject bob = must(find_subject(reached.campaign, "bob@example.com", *reached.ledger));
  EXPECT_FALSE(bob.record) << "an export gives him nothing of hers";
  EXPECT_THAT(bob.addresses, ElementsAre("bob@example.com"));
  Subject jane = must(find_subject(reached.campaign, "Jane Sample", *reached.ledger));
  EXPECT_FALSE(jane.row);
  EXPECT_THAT(jane.addresses, ElementsAre("jane@example.com"));
}

TEST_F(PeopleTest, WhoHadTheIdBeforeIsErasedAndWhoHasItNowIsNot) {
  give_id_to_bob();
  std::string before = roster();
  {
    Reached reached(bench);
    auto refused = plan_erasure(reached.reach(), {.who = "bob@example.com"}, Clock::system());
    ASSERT_FALSE(refused) << "all that lies under this id is hers";
    EXPECT_EQ(refused.error().kind(), ErrorKind::InvalidInput);
    EXPECT_TRUE(plays(urls.at(0)));
    EXPECT_THAT(reached.forget({.who = "jane@example.com"}).receipt.remains, IsEmpty());
  }
  EXPECT_FALSE(plays(urls.at(0)));
  EXPECT_EQ(roster(), before);
  auto erased = must(bench.ledger()->find_erased({"mail:jane@example.com", "mail:bob@example.com"}));
  EXPECT_TRUE(erased[0]);
  EXPECT_FALSE(erased[1]);
}

TEST_F(PeopleTest, AHoldThatMayBeANamesakesStays) {
  EXPECT_TRUE(hold_by_name_stays_beside("5,Jane Sample,Tester,other.jane@example.com\n"));
}

TEST_F(PeopleTest, ARowThatCannotBeReadMayBeTheNamesake) {
  EXPECT_TRUE(hold_by_name_stays_beside("5,Jane Sample,Tester,no address\n"));
}

TEST_F(PeopleTest, AMailboxOfTwoBarsNobodyButWhoWasErased) {
  bench.write("candidates.csv", kThree + "5,Ann Sample,Tester,Jane@example.com\n");
  {
    Reached reached(bench);
    ErasurePlan plan = reached.plan("1");
    ASSERT_EQ(plan.shared_with.size(), 1U);
    EXPECT_EQ(plan.shared_with[0].candidate_id, "5");
    EXPECT_THAT(must(carry_out(reached.reach(), plan)).receipt.remains, ElementsAre("a row of the same address"));
  }
  Job job = bench.job();
  EXPECT_EQ(must(hold_erased(job, *bench.ledger())), 0U);
  auto erased = must(bench.ledger()->find_erased({"message:" + id_of("1"), "mail:jane@example.com"}));
  EXPECT_TRUE(erased[0]);
  EXPECT_FALSE(erased[1]);
}

TEST_F(PeopleTest, WordsInDecomposedLettersMeanThePersonToo) {
  bench.write("candidates.csv", kThree + "z\u00FC-1,Zo\u00EB Sample,Tester,zoe@example.com\n");
  EXPECT_EQ(Reached(bench).plan("Zoe\u0308 Sample").subjects.at(0).candidate_id, "z\u00FC-1");
  EXPECT_EQ(Reached(bench).plan("zu\u0308-1").subjects.at(0).name, "Zo\u00EB Sample");
}

// What receipts say of the roster.
TEST_F(PeopleTest, ARowWhoseIdWasChangedMeanwhileIsCountedAsLeft) {
  Reached reached(bench);
  ErasurePlan plan = reached.plan("1");
  std::string changed = "id,name,role,email\n77,Jane Sample,Engineer,jane@example.com\n";
  bench.write("candidates.csv", changed);
  ErasureReceipt receipt = must(carry_out(reached.reach(), plan)).receipt;
  EXPECT_EQ(roster(), changed);
  EXPECT_EQ(receipt.roster_rows, 0);
  EXPECT_THAT(receipt.remains, ElementsAre("the roster's row"));
}

TEST_F(PeopleTest, ASecondRowOfTheIdIsToldAndTheFirstIsCounted) {
  bench.write("candidates.csv", kThree + "1,J. S.,Engineer,not an address\n");
  ErasureReceipt receipt = Reached(bench).forget({.who = "1"}).receipt;
  EXPECT_EQ(receipt.roster_rows, 1);
  EXPECT_THAT(receipt.remains, ElementsAre("the roster's row"));
  EXPECT_THAT(roster(), HasSubstr("J. S."));
}

TEST_F(PeopleTest, AClipIsRemovedAndAFileOfAnotherKindIsNot) {
  bench.write("campaign.toml", test::kToml + "[greeting]\nfolder = \"greetings\"\n");
  must(make_folder(bench.folder() / "greetings"));
  for (const char* name : {"1.mkv", "1.greeting.json", "1.pdf"})
    bench.write(std::string("greetings/") + name, "a greeting");
  Reached(bench).forget({.who = "1"});
  EXPECT_FALSE(std::filesystem::exists(bench.folder() / "greetings/1.mkv"));
  EXPECT_FALSE(std::filesystem::exists(bench.folder() / "greetings/1.greeting.json"));
  EXPECT_TRUE(std::filesystem::exists(bench.folder() / "greetings/1.pdf"));
}

TEST_F(PeopleTest, AnExportNamesWhatTheFolderHolds) {
  bench.write("campaign.toml", test::kToml + "[greeting]\nfolder = \"greetings\"\n");
  must(make_folder(bench.folder() / "greetings"));
  Reached reached(bench);
  Subject jane = must(find_subject(reached.campaign, "1", *reached.ledger));
  EXPECT_THAT(must(held_in_folder(reached.campaign, jane)), ElementsAre(HasSubstr("\"approve\"")));
  bench.write("greetings/1.mkv", "a greeting");
  EXPECT_THAT(must(held_in_folder(reached.campaign, jane)), ElementsAre(HasSubstr("approve"), HasSubstr("greeted")));
  jane.record.reset();
  EXPECT_EQ(must(held_in_folder(reached.campaign, jane)).size(), 3U) << "a video that was made and not published";
  Subject ole = must(find_subject(reached.campaign, "4", *reached.ledger));
  EXPECT_THAT(must(held_in_folder(reached.campaign, ole)), IsEmpty());
}

TEST_F(PeopleTest, AnOlderCopyOfTheLedgerIsNoticedByTheReceipts) {
  const std::filesystem::path copy = bench.folder().parent_path() / "copy.db";
  must(bench.ledger()->back_up(copy));
  std::string receipt = Reached(bench).forget({.who = "1"}).receipt.receipt;
  EXPECT_THAT(must(unknown_receipts(bench.folder(), *bench.ledger())), IsEmpty());
  auto older = must(track::open_sqlite_ledger(copy));
  EXPECT_THAT(must(unknown_receipts(bench.folder(), *older)), ElementsAre(receipt));
  auto another = must(track::open_sqlite_ledger(bench.folder().parent_path() / "another.db"));
  EXPECT_THAT(must(unknown_receipts(bench.folder(), *another)), IsEmpty()) << "it was never one of its own";
}

TEST_F(PeopleTest, LinksOfTheErasedAreNotSaidToOpen) {
  must(bench.ledger()->erase(
      {.receipt = track::make_receipt(), .message_ids = {id_of("1")}, .identities = {"message:" + id_of("1")}}));
  bench.write("candidates.csv", "id,name,role,email\n2,王小明,Designer,xm@example.com\n");
  bench.render();
  PublishReport report = bench.publish();
  EXPECT_EQ(report.links_of_erased, 1U);
  EXPECT_EQ(report.links_of_others, 1U) << "Ole's, who is only not in the roster now";
}

class RefusingLedger final : public test::RelayedLedger {
 public:
  using RelayedLedger::find_link;
  using RelayedLedger::RelayedLedger;
  Result<track::Erasure> erase(const track::ErasureOrder&) override {
    return fail(ErrorKind::PermissionDenied, "the token may not erase");
  }
};

TEST_F(PeopleTest, WhatTheLedgerRefusesIsNotBegun) {
  Reached reached(bench);
  RefusingLedger ledger(*reached.ledger);
  ErasureReach reach{.ledger = ledger,
                     .store = reached.store.get(),
                     .campaign = &reached.campaign,
                     .workspace = &reached.workspace,
                     .journal_folder = bench.folder()};
  ASSERT_FALSE(carry_out(reach, must(plan_erasure(reach, {.who = "1"}, Clock::system()))));
  EXPECT_FALSE(must(ErasureJournal(bench.folder()).find_begun())) << "another's erasure is not kept waiting";
  EXPECT_TRUE(plays(urls.at(0)));
}

}  // namespace
}  // namespace candid::campaign
