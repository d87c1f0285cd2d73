// That an erased candidate is gone from everywhere, and that nobody else loses anything.

#include <fmt/format.h>
#include <gmock/gmock.h>

#include "tests/campaign/forget_fixture.h"
#include "track/api/ledger_api.h"

namespace candid::campaign {
namespace {

using test::must;
using test::Reached;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

TEST_F(ForgetTest, ErasesACandidateEverywhereAndNobodyElse) {
  EXPECT_THAT(found(words_of_jane()), Not(IsEmpty())) << "the search finds what is there";
  ErasureReceipt receipt = Reached(bench).forget({.who = "1"}).receipt;
  EXPECT_EQ(receipt.ledger.messages, 1);
  EXPECT_EQ(receipt.ledger.links, 1);
  EXPECT_EQ(receipt.reply_videos, 1);
  EXPECT_EQ(receipt.roster_rows, 1);
  EXPECT_GT(receipt.stored_objects, 1);
  EXPECT_GT(receipt.files, 1);
  EXPECT_THAT(receipt.remains, IsEmpty());
  expect_jane_is_gone();
}

TEST_F(ForgetTest, AnAddressInOtherLettersOrTheNameMeansThePersonToo) {
  EXPECT_EQ(Reached(bench).plan("JANE@example.COM").subjects.front().candidate_id, "1");
  EXPECT_EQ(Reached(bench).plan("Jane Sample").subjects.front().candidate_id, "1");
  Reached reached(bench);
  auto nobody = plan_erasure(reached.reach(), {.who = "jane"}, Clock::system());
  ASSERT_FALSE(nobody);
  EXPECT_EQ(nobody.error().kind(), ErrorKind::InvalidInput);
}

TEST_F(ForgetTest, TheReceiptHoldsNothingAboutThePerson) {
  Erased erased = Reached(bench).forget({.who = "1"});
  std::string receipt = must(read_text_file(erased.file));
  for (const std::string& word : words_of_jane()) EXPECT_THAT(receipt, Not(HasSubstr(word)));
  EXPECT_THAT(receipt, HasSubstr(erased.receipt.receipt));
  EXPECT_EQ(erased.file.filename(), erased.receipt.receipt + ".json");
  auto kept = must(bench.ledger()->find_erasure(erased.receipt.receipt));
  ASSERT_TRUE(kept);
  EXPECT_EQ(kept->messages, 1);
}

TEST_F(ForgetTest, LookingChangesNothing) {
  auto before = all_files();
  {
    Reached reached(bench);
    auto plan = reached.plan("1");
    EXPECT_FALSE(plan.objects.empty());
    EXPECT_FALSE(plan.local.files.empty());
  }
  auto after = all_files();
  for (auto* files : {&before, &after})
    std::erase_if(*files, [](auto& file) { return file.first.find("ledger.db") != std::string::npos; });
  EXPECT_EQ(before, after);
}

// The child is killed before the step, with all that the program holds in memory; the parent is the next program.
TEST_F(ForgetTest, ThereIsNothingLeftToEraseASecondTime) {
  std::string receipt = Reached(bench).forget({.who = "1"}).receipt.receipt;
  Reached reached(bench);
  for (const char* who : {"1", "jane@example.com"}) {
    auto again = plan_erasure(reached.reach(), {.who = who}, Clock::system());
    ASSERT_FALSE(again);
    EXPECT_EQ(again.error().kind(), ErrorKind::Exists);
    EXPECT_THAT(again.error().message(), HasSubstr(receipt));
  }
}

TEST_F(ForgetTest, TheRowStaysWhereThatIsWanted) {
  ErasureReceipt receipt = Reached(bench).forget({.who = "1", .keeps_row = true}).receipt;
  EXPECT_EQ(must(read_text_file(bench.folder() / "candidates.csv")), kThree);
  EXPECT_EQ(receipt.roster_rows, 0);
  EXPECT_THAT(receipt.remains, testing::ElementsAre("the roster's row"));
  EXPECT_EQ(bench.booked().size(), 2U);
}

TEST_F(ForgetTest, PartsOfEqualWordsStayAsLongAsOneNeedsThem) {
  bench.write(
      "candidates.csv",
      "id,name,role,email\n1,Jane Sample,Engineer,jane@example.com\n3,Jane Sample,Engineer,jane3@example.com\n");
  urls.clear();
  publish();
  Reached(bench).forget({.who = "1"});
  EXPECT_TRUE(plays(urls.at(1)));
  EXPECT_EQ(bench.render()["3"], RenderState::Unchanged);
  std::vector<std::string> objects;
  {
    Reached reached(bench);
    ErasurePlan plan = reached.plan("3");
    objects = plan.objects;
    must(carry_out(reached.reach(), plan));
  }
  EXPECT_GT(objects.size(), 2U) << "a recipe, a video, and what nobody needs any more";
  auto store = bench.store();
  for (const std::string& object : objects) EXPECT_FALSE(must(store->size_of(object))) << object;
}

TEST_F(ForgetTest, WhatWasReplacedInTheStoreGoesToo) {
  bench.write("candidates.csv",
              "id,name,role,email\n1,Jane Sample,Plumber,jane@example.com\n2,王小明,Designer,xm@example.com\n");
  publish();
  auto recipes = [&] {
    size_t count = 0;
    for (const auto& path : must(files_below(bench.data().store() / "recipes")))
      count += path.filename().string().starts_with(id_of("1")) ? 1 : 0;
    return count;
  };
  EXPECT_EQ(recipes(), 2U);
  Reached(bench).forget({.who = "1"});
  EXPECT_EQ(recipes(), 0U);
  EXPECT_TRUE(plays(urls.at(1)));
}

TEST_F(ForgetTest, CampaignsAskTheStoreAnewWhatIsThere) {
  auto identity = [&] { return must(read_text_file(bench.data().store() / "candid-store.json")); };
  std::string before = identity();
  Reached(bench).forget({.who = "1"});
  EXPECT_NE(identity(), before);
  auto store = bench.store();
  test::WatchedStore watched(*store);
  must(bench.publish_to(watched));
  EXPECT_GT(watched.looks, 0) << "nothing is taken for granted";
}

TEST_F(ForgetTest, EverywhereMeansEveryCampaignOfTheLedger) {
  {
    auto ledger = bench.ledger();
    auto record = *must(ledger->find_message(id_of("1")));
    record.campaign_id = "another";
    record.message_id = "another-1";
    record.candidate_email = "Jane@Example.com";
    auto other = record;
    other.message_id = "another-2";
    other.candidate_email = "not-jane@example.com";
    must(ledger->upsert_messages({record, other}));
  }
  ErasureReceipt receipt = Reached(bench).forget({.who = "1", .everywhere = true}).receipt;
  EXPECT_EQ(receipt.ledger.messages, 2);
  EXPECT_THAT(receipt.remains, testing::ElementsAre("files in the folders of other campaigns"));
  auto ledger = bench.ledger();
  EXPECT_FALSE(must(ledger->find_message("another-1")));
  EXPECT_TRUE(must(ledger->find_message("another-2")));
}

TEST_F(ForgetTest, AnAddressIsEnoughWhereNoCampaignIsNamed) {
  auto store = bench.store();
  auto ledger = bench.ledger();
  ErasureReach reach{.ledger = *ledger, .store = store.get(), .journal_folder = bench.data().path};
  auto plan = must(plan_erasure(reach, {.who = "jane@example.com", .everywhere = true}, Clock::system()));
  Erased erased = must(carry_out(reach, plan));
  EXPECT_EQ(erased.receipt.ledger.messages, 1);
  EXPECT_EQ(erased.file.parent_path(), bench.data().path / "erasures");
  EXPECT_TRUE(plays(urls.at(1)));
}

TEST_F(ForgetTest, WhoWasOnlyRenderedIsErasedToo) {
  bench.write("candidates.csv", kThree + "3,Nora Sample,Tester,nora@example.com\n");
  bench.render();
  ErasureReceipt receipt = Reached(bench).forget({.who = "3"}).receipt;
  EXPECT_EQ(receipt.ledger.messages, 0);
  EXPECT_THAT(found({"Nora", "nora@example.com"}), IsEmpty());
  EXPECT_TRUE(must(bench.ledger()->find_erased({"mail:nora@example.com"}))[0]);
  EXPECT_TRUE(plays(urls.at(0)));
}

// The ledger of a server: its replies go before the rows, so that a call that failed between is repeated with both.
TEST_F(ForgetTest, AServerErasesItsRepliesWithTheRows) {
  auto ledger = bench.ledger();
  track::ReplyVideos replies(bench.data().replies());
  track::LedgerApi api(*ledger);
  bool may_erase = false;
  api.erase_beside([&](const std::vector<std::string>& messages) -> Result<int> {
    EXPECT_FALSE(plays(urls.at(0))) << "the link has ended before, so that no other reply comes";
    if (!may_erase) return fail(ErrorKind::Io, "the disk does not answer");
    int erased = 0;
    for (const std::string& message : messages) erased += TRY(replies.erase(message));
    return erased;
  });
  track::HttpRequest request;
  request.method = track::Method::Post;
  request.body = fmt::format(R"({{"receipt":"{}","reason":"wish","messages":["{}"],"identities":[]}})",
                             track::make_receipt(), id_of("1"));
  EXPECT_EQ(api.answer(request, "erase").status, 500);
  EXPECT_TRUE(must(ledger->find_message(id_of("1")))) << "the rows still tell of the replies";
  may_erase = true;
  auto answer = api.answer(request, "erase");
  EXPECT_EQ(answer.status, 200);
  EXPECT_THAT(std::get<std::string>(answer.body), HasSubstr("\"reply_videos\":1")) << "the receipt counts them";
  EXPECT_FALSE(must(ledger->find_message(id_of("1"))));
  EXPECT_THAT(must(replies.of_message(id_of("1"))), IsEmpty());
  EXPECT_EQ(must(replies.of_message(id_of("2"))).size(), 1U);
}

TEST_F(ForgetTest, ABackupThatADeadServerWasSendingIsRemovedByTheNext) {
  std::filesystem::path backups = bench.data().path / "outgoing/backups";
  must(make_folder(backups));
  for (const char* name : {"backup-0123456789abcdef.db", ".backup-0123456789abcdef.db.0123456789ab.part", "mine.db"})
    must(write_file(backups / name, "Jane"));
  auto ledger = bench.ledger();
  track::LedgerApi api(*ledger);
  must(api.keep_backups_in(backups));
  EXPECT_EQ(must(files_below(backups)), std::vector<std::filesystem::path>{backups / "mine.db"});
  track::HttpRequest request;
  request.method = track::Method::Post;
  request.body = "{}";
  {
    auto answer = api.answer(request, "backup");
    ASSERT_EQ(answer.status, 200);
    const auto& media = std::get<track::MediaBody>(answer.body);
    EXPECT_EQ(media.extents.at(0).file.parent_path(), backups);
  }
  EXPECT_EQ(must(files_below(backups)).size(), 1U) << "it is gone once it was sent";
}

// What is written of a sitting whose others' greetings are still to be cut.
TEST_F(ForgetTest, AJournalLosesTheLinesAboutThemAlone) {
  Reached reached(bench);
  must(make_folder(bench.out() / "sittings"));
  const std::string others = R"({"event":"good","candidate":"2","words":"a 1-2-1 call","to":"1"})";
  const std::string begin = R"({"event":"begin","began":"2026-11-21T10:00:00Z","take":"2026-11-21T10-00-00Z.mkv"})";
  bench.write("out/sittings/A.jsonl",
              begin + "\n" + R"({"event":"good","candidate":"1","words":"Hi Jane"})" + "\n" + others + "\n{\"torn");
  Subject jane;
  jane.candidate_id = "1";
  jane.message_id = id_of("1");
  must(remove_local_traces(bench.folder(), reached.workspace, {.journals = {bench.out() / "sittings/A.jsonl"}}, jane,
                           {}));
  EXPECT_EQ(must(read_text_file(bench.out() / "sittings/A.jsonl")), begin + "\n" + others + "\n");
}

// As it comes back from a file that anybody may have put there.
TEST_F(ForgetTest, AStoreThatWasNotReachedIsToldInTheReceipt) {
  Reached reached(bench);
  auto other_store = must(upload::FolderStore::open(bench.data().path / "another"));
  ErasureReach reach = reached.reach();
  reach.store = other_store.get();
  EXPECT_EQ(must(plan_erasure(reach, {.who = "1"}, Clock::system())).not_in_store, 1);
  reach.store = nullptr;
  Erased erased = must(carry_out(reach, must(plan_erasure(reach, {.who = "1"}, Clock::system()))));
  EXPECT_EQ(erased.receipt.stored_objects, 0);
  EXPECT_THAT(erased.receipt.remains, testing::ElementsAre("the store's objects"));
}

TEST_F(ForgetTest, ANamesakeStaysHeld) {
  bench.write("candidates.csv", kThree + "5,Jane Sample,Tester,other.jane@example.com\n");
  must(write_decisions(bench.folder(), {{"1", {Decision::Hold, "", "Jane Sample"}},
                                        {"5", {Decision::Hold, "", "Jane Sample"}},
                                        {"old-id", {Decision::Hold, "", "JANE Sample"}}}));
  Reached(bench).forget({.who = "1"});
  Findings findings;
  Decisions left = must(read_decisions(decisions_file(bench.folder()), findings));
  ASSERT_EQ(left.size(), 2U) << "a hold follows the name, and nobody can tell which of the two the old one is about";
  EXPECT_EQ(left.at("5").decision, Decision::Hold);
  EXPECT_EQ(left.at("old-id").decision, Decision::Hold);
}

TEST_F(ForgetTest, WhatIsAboutNoOtherCandidateGoesByName) {
  must(write_decisions(bench.folder(),
                       {{"2", {Decision::Hold, "", "王小明"}}, {"old-id", {Decision::Hold, "", "JANE Sample"}}}));
  Reached(bench).forget({.who = "1"});
  Findings findings;
  Decisions left = must(read_decisions(decisions_file(bench.folder()), findings));
  ASSERT_EQ(left.size(), 1U);
  EXPECT_TRUE(left.contains("2"));
}

// Erased on the server or for another campaign, and the roster was exported without them.
TEST_F(ForgetTest, WhatAnErasureElsewhereLeftInTheFolderIsErasedToo) {
  std::string receipt = track::make_receipt();
  must(bench.ledger()->erase({.receipt = receipt,
                              .message_ids = {id_of("1")},
                              .identities = {"mail:jane@example.com", "message:" + id_of("1")}}));
  bench.write("candidates.csv",
              "id,name,role,email\n2,王小明,Designer,xm@example.com\n4,Ole Sample,Tester,ole@example.com\n");
  for (const char* who : {"jane@example.COM", "Jane Sample", "1"}) {
    SCOPED_TRACE(who);
    EXPECT_EQ(Reached(bench).plan(who).subjects.at(0).candidate_id, "1");
  }
  Erased erased = Reached(bench).forget({.who = "jane@example.com"});
  EXPECT_EQ(erased.receipt.ledger.messages, 0);
  EXPECT_GT(erased.receipt.files, 1);
  EXPECT_GT(erased.receipt.stored_objects, 1);
  EXPECT_THAT(found({"Jane", "jane@example.com", token_, id_of("1")}), IsEmpty());
  EXPECT_TRUE(plays(urls.at(1)));
  Reached reached(bench);
  auto again = plan_erasure(reached.reach(), {.who = "jane@example.com"}, Clock::system());
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().kind(), ErrorKind::Exists) << "now there is nothing left";
}

TEST_F(ForgetTest, ARowThatWasChangedMeanwhileRemainsAndIsTold) {
  Reached reached(bench);
  ErasurePlan plan = reached.plan("1");
  std::string changed = "id,name,role,email\n1,Jane Sample,Lead Engineer,jane@example.com\n";
  bench.write("candidates.csv", changed);
  Erased erased = must(carry_out(reached.reach(), plan));
  EXPECT_EQ(must(read_text_file(bench.folder() / "candidates.csv")), changed);
  EXPECT_EQ(erased.receipt.roster_rows, 0);
  EXPECT_THAT(erased.receipt.remains, testing::ElementsAre("the roster's row"));
}

TEST_F(ForgetTest, AListThatCannotBeReadIsNamedBeforeAnythingGoes) {
  for (const char* name : {"out/links.csv", "out/links-held.csv", "decisions.csv"}) {
    std::filesystem::path file = bench.folder() / name;
    std::error_code code;
    auto before = std::filesystem::exists(file, code) ? must(read_text_file(file)) : std::string();
    bench.write(name, "id,name,message\n\"1,Jane Sample");
    Reached reached(bench);
    auto plan = plan_erasure(reached.reach(), {.who = "1"}, Clock::system());
    ASSERT_FALSE(plan) << name;
    EXPECT_EQ(plan.error().kind(), ErrorKind::Corrupt);
    EXPECT_THAT(plan.error().message(), HasSubstr(file.string()));
    if (before.empty()) std::filesystem::remove(file, code);
    if (!before.empty()) bench.write(name, before);
  }
  EXPECT_TRUE(plays(urls.at(0)));
}

// Meanwhile somebody saved one that is damaged: what is left to do waits until it is mended.
TEST_F(ForgetTest, TheReceiptTellsWhenAllWasDone) {
  test::SetClock clock;
  clock.time = UtcTime(std::chrono::milliseconds(1'795'348'800'000));
  Reached reached(bench);
  auto plan = must(plan_erasure(reached.reach(), {.who = "1"}, clock));
  clock.time += std::chrono::hours(30);
  EXPECT_EQ(must(carry_out(reached.reach(), plan, {}, clock)).receipt.erased_at, clock.time);
}

TEST_F(ForgetTest, WhatAnInterruptedRenderingMadeGoesThoughNothingNamesIt) {
  bench.write("candidates.csv", kThree + "3,Nora Sample,Tester,nora@example.com\n");
  std::string part;
  {
    auto workspace = must(Workspace::open(bench.folder()));
    part = must(workspace.add_part_file(bench.folder() / "candidates.csv"));  // with Nora in it
  }
  EXPECT_THAT(found({"Nora"}), testing::SizeIs(2));
  Reached(bench).forget({.who = "3"});
  EXPECT_THAT(found({"Nora", part}), IsEmpty());
}

TEST_F(ForgetTest, CopiesThatAKillLeftGoBeforeTheReceipt) {
  const std::vector<std::string> copies = {"erasures/.begun.json.0123456789ab.part", ".decisions.csv.0123456789ab.part",
                                           ".candidates.csv.ba9876543210.part"};
  must(make_folder(bench.folder() / "erasures"));
  for (const std::string& copy : copies) bench.write(copy, "1,Jane Sample,jane@example.com");
  bench.write(".notes.part", "of somebody else");
  Reached(bench).forget({.who = "1"});
  EXPECT_THAT(found(words_of_jane()), IsEmpty());
  EXPECT_TRUE(std::filesystem::exists(bench.folder() / ".notes.part"));
}

TEST_F(ForgetTest, ADamagedJournalIsToldAndNothingIsDone) {
  must(make_folder(bench.folder() / "erasures"));
  for (const char* text : {"", "{}", "[1]", R"({"version":9})", R"({"version":1,"receipt":"E-x"})"}) {
    bench.write("erasures/begun.json", text);
    auto begun = ErasureJournal(bench.folder()).find_begun();
    ASSERT_FALSE(begun) << text;
    EXPECT_EQ(begun.error().kind(), ErrorKind::Corrupt);
  }
}

}  // namespace
}  // namespace candid::campaign
