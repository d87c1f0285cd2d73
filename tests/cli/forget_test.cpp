// The program that forgets and gives out: what it asks, what it says, how it ends.

#include "campaign/privacy/forget.h"

#include <chrono>
#include <thread>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "campaign/campaign_file.h"
#include "campaign/plan.h"
#include "tests/cli/publish_program.h"
#include "tests/support/server_process.h"
#include "tests/support/terminal.h"
#include "track/replies/reply_files.h"

namespace candid {
namespace {

using test::Ended;
using test::must;
using test::PublishProgram;
using test::quoted;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

class ForgetProgram : public test::PublishProgram {
 protected:
  void SetUp() override {
    bench.render();
    ASSERT_EQ(candid("publish " + folder()).code, 0);
  }
  std::map<std::string, std::string> all_files() const {
    std::map<std::string, std::string> all;
    for (const auto& path : must(files_below(bench.folder()))) {
      auto bytes = must(read_file(path));
      all[path.string()] = std::string(bytes.begin(), bytes.end());
    }
    return all;
  }
  bool knows_jane() const {
    auto ledger = must(track::open_sqlite_ledger(data() / "ledger.db"));
    for (const track::MessageRecord& message : must(ledger->messages("test_campaign"))) {
      if (message.candidate_name == "Jane Sample") return true;
    }
    return false;
  }
  campaign::Campaign campaign_of_folder() const {
    Findings findings;
    return must(campaign::read_campaign(bench.folder(), findings));
  }
  void reimport() const { bench.write("candidates.csv", test::kRoster); }
};

TEST_F(ForgetProgram, WrongUseIsToldBeforeAnythingHappens) {
  auto before = all_files();
  for (const char* arguments : {"forget", "forget --everywhere", "forget --again"}) {
    EXPECT_EQ(candid(arguments).code, 2) << arguments;
  }
  EXPECT_EQ(candid("forget " + folder()).code, 2);
  EXPECT_EQ(candid("forget " + folder() + " 1 --expired").code, 2);
  Ended unknown = candid("forget " + folder() + " nobody --yes");
  EXPECT_EQ(unknown.code, 2);
  EXPECT_THAT(unknown.err, HasSubstr("no candidate is \"nobody\""));
  EXPECT_EQ(candid("export " + folder() + " nobody").code, 2);
  EXPECT_EQ(all_files(), before);
}

TEST_F(ForgetProgram, NobodyIsErasedUnasked) {
  Ended refused = candid("forget " + folder() + " 1");
  EXPECT_EQ(refused.code, 2);
  EXPECT_THAT(refused.err, HasSubstr("--yes"));
  EXPECT_TRUE(knows_jane());
}

TEST_F(ForgetProgram, ADryRunTellsWhatGoesAndChangesNothing) {
  auto before = all_files();
  Ended told = candid("forget " + folder() + " 1 --dry-run");
  EXPECT_EQ(told.code, 0) << told.err;
  EXPECT_THAT(told.out, HasSubstr("Jane Sample"));
  EXPECT_THAT(told.out, HasSubstr("roster's row in line 2"));
  EXPECT_THAT(told.out, HasSubstr("Nothing was done"));
  auto json = nlohmann::json::parse(candid("forget " + folder() + " 1 --dry-run --json").out);
  EXPECT_GT(json["objects"].size(), 1U);
  EXPECT_EQ(json["roster_row"], 2);
  EXPECT_EQ(all_files(), before);
}

TEST_F(ForgetProgram, ErasesWithAReceiptAndOnlyOnce) {
  auto before = booked();
  Ended erased = candid("forget " + folder() + " jane@example.com --yes --json");
  ASSERT_EQ(erased.code, 0) << erased.err;
  auto receipt = nlohmann::json::parse(erased.out);
  EXPECT_EQ(receipt["ledger"]["messages"], 1);
  EXPECT_EQ(receipt["roster_rows"], 1);
  EXPECT_THAT(erased.out, Not(HasSubstr("Jane")));
  EXPECT_THAT(must(read_text_file(receipt["file"].get<std::string>())),
              HasSubstr(receipt["receipt"].get<std::string>()));
  EXPECT_FALSE(knows_jane());
  for (const auto& [message, link] : before) EXPECT_EQ(opens(link.url), link.candidate_id == "2");
  Ended again = candid("forget " + folder() + " 1 --yes");
  EXPECT_EQ(again.code, 0) << again.err;
  EXPECT_THAT(again.out, HasSubstr(receipt["receipt"].get<std::string>()));
}

TEST_F(ForgetProgram, WhatAKilledExportLeftGoesToo) {
  const std::filesystem::path work = data() / "outgoing/exports/work/parts";
  must(make_folder(work));
  must(write_file(work / "0", "Jane's video"));
  ASSERT_EQ(candid("forget " + folder() + " 1 --dry-run").code, 0);
  EXPECT_TRUE(std::filesystem::exists(work / "0"));
  ASSERT_EQ(candid("forget " + folder() + " 1 --yes").code, 0);
  EXPECT_FALSE(std::filesystem::exists(work));
}

TEST_F(ForgetProgram, WhoWorksInACampaignHearsOfAnErasureThatIsNotDone) {
  {
    std::filesystem::create_directory(bench.folder() / "erasures");
    bench.write("erasures/begun.json", "{}");
  }
  for (const char* command : {"publish ", "run "})
    EXPECT_THAT(candid(command + folder()).err, HasSubstr("an erasure was begun here and is not done")) << command;
}

TEST_F(ForgetProgram, AnOlderCopyOfTheLedgerIsToldByTheNextRun) {
  const std::filesystem::path copy = data() / "copy.db";
  must(must(track::open_sqlite_ledger(data() / "ledger.db"))->back_up(copy));
  ASSERT_EQ(candid("forget " + folder() + " 1 --yes").code, 0);
  EXPECT_THAT(candid("publish " + folder()).err, Not(HasSubstr("put back")));
  for (const char* name : {"ledger.db", "ledger.db-wal", "ledger.db-shm"}) std::filesystem::remove(data() / name);
  std::filesystem::rename(copy, data() / "ledger.db");
  EXPECT_THAT(candid("publish " + folder()).err, HasSubstr("an older copy of it was put back"));
}

TEST_F(ForgetProgram, AnExportByAddressHoldsNobodyElseOfTheMailbox) {
  {
    auto ledger = must(track::open_sqlite_ledger(data() / "ledger.db"));
    auto record = must(ledger->messages("test_campaign")).at(0);
    record.campaign_id = record.campaign_name = "another";
    record.candidate_email = "jane@example.com";
    record.candidate_name = "Lukas Sample";
    record.message_id = "another-1";
    auto same = record;
    same.candidate_name = "Jane Sample";
    same.message_id = "another-2";
    must(ledger->upsert_messages({record, same}));
  }
  Ended given = candid("export " + folder() + " 1 --everywhere --json --out " + quoted(bench.folder() / "given"));
  ASSERT_EQ(given.code, 0) << given.err;
  EXPECT_EQ(nlohmann::json::parse(given.out)["messages"], 2);
  Ended told = candid("export " + folder() + " 1 --everywhere --out " + quoted(bench.folder() / "told.zip"));
  EXPECT_THAT(told.err, HasSubstr("the same address and another name"));
  EXPECT_THAT(must(read_text_file(bench.folder() / "given/data.json")), Not(HasSubstr("Lukas")));
}

TEST_F(ForgetProgram, AtATerminalAPersonIsAsked) {
  for (const char* answer : {"n", "", "y"}) {
    std::string command = fmt::format("printf '{}\\n' | CANDID_DATA={} script -qec \"'{}' forget {} 1\" /dev/null",
                                      answer, quoted(data()), CANDID_PROGRAM, bench.folder().string());
    EXPECT_EQ(std::system((command + " >/dev/null").c_str()), 0);
    EXPECT_EQ(knows_jane(), std::string_view(answer) != "y") << answer;
  }
}

TEST_F(ForgetProgram, WhoComesBackWithARosterIsHeldUntilTheyAreLetInAgain) {
  ASSERT_EQ(candid("forget " + folder() + " 1 --yes").code, 0);
  reimport();
  for (const char* command : {"proof ", "render ", "publish ", "run "}) {
    Ended held = candid(command + folder());
    EXPECT_EQ(held.code, 3) << command << held.err;
    EXPECT_THAT(held.err, HasSubstr("was erased at their wish, receipt E-")) << command;
    EXPECT_THAT(held.err, HasSubstr("--again")) << command;
  }
  EXPECT_FALSE(knows_jane());
  ASSERT_EQ(booked().size(), 1U);
  EXPECT_EQ(booked().begin()->second.candidate_id, "2");
  Ended again = candid("forget " + folder() + " 1 --again");
  EXPECT_EQ(again.code, 0) << again.err;
  EXPECT_EQ(candid("run " + folder()).code, 0);
  EXPECT_TRUE(knows_jane());
  EXPECT_EQ(booked().size(), 2U);
}

TEST_F(ForgetProgram, ARosterOfErasedPeopleAloneIsNoWork) {
  ASSERT_EQ(candid("forget " + folder() + " 1 --yes").code, 0);
  bench.write("candidates.csv", "id,name,role,email\n1,Jane Sample,Engineer,jane@example.com\n");
  Ended held = candid("render " + folder());
  EXPECT_EQ(held.code, 2);
  EXPECT_THAT(held.err, HasSubstr("nobody is left"));
}

TEST_F(ForgetProgram, AnAddressAloneIsForgottenEverywhere) {
  Ended erased = candid("forget --everywhere JANE@example.com --yes");
  EXPECT_EQ(erased.code, 0) << erased.err;
  EXPECT_FALSE(knows_jane());
  EXPECT_THAT(erased.err, HasSubstr("folders of other campaigns"));
  EXPECT_EQ(candid("forget --everywhere nobody@example.com --yes").code, 2);
}

TEST_F(ForgetProgram, WhoseTimeIsOverGoesByCommandToo) {
  EXPECT_EQ(candid("forget --expired").code, 0);
  EXPECT_TRUE(knows_jane());
  bench.write("campaign.toml", test::kToml + "[publish]\nkeep = \"1d\"\n");
  ASSERT_EQ(candid("publish " + folder()).code, 0);
  auto ledger = must(track::open_sqlite_ledger(data() / "ledger.db"));
  auto messages = must(ledger->messages("test_campaign"));
  for (track::MessageRecord& message : messages) message.published_at -= std::chrono::days(2);
  must(ledger->upsert_messages(messages));
  ledger.reset();
  Ended unasked = candid("forget --expired");
  EXPECT_EQ(unasked.code, 2) << "nobody said yes to all this";
  EXPECT_THAT(unasked.err, HasSubstr("--yes"));
  Ended looked = candid("forget --expired --dry-run");
  EXPECT_EQ(looked.code, 0) << looked.err;
  EXPECT_THAT(looked.out, HasSubstr("2 messages of"));
  EXPECT_EQ(nlohmann::json::parse(candid("forget --expired --dry-run --json").out)["due"][0]["messages"], 2);
  EXPECT_TRUE(knows_jane());
  Ended expired = candid("forget --expired --yes --json");
  EXPECT_EQ(expired.code, 0) << expired.err;
  EXPECT_EQ(nlohmann::json::parse(expired.out)["messages"], 2);
  EXPECT_FALSE(knows_jane());
}

TEST_F(ForgetProgram, ACampaignsNameKeepsOthersFromExpiring) {
  {
    auto ledger = must(track::open_sqlite_ledger(data() / "ledger.db"));
    auto record = must(ledger->messages("test_campaign")).at(0);
    record.campaign_id = "another";
    record.message_id = "another-1";
    record.published_at -= std::chrono::days(30);
    must(ledger->upsert_messages({record}));
  }
  Ended expired = candid("forget " + folder() + " --expired --keep 10 --yes --json");
  EXPECT_EQ(expired.code, 0) << expired.err;
  EXPECT_EQ(nlohmann::json::parse(expired.out)["messages"], 0);
  expired = candid("forget --expired --keep 10 --yes --json");
  EXPECT_EQ(nlohmann::json::parse(expired.out)["messages"], 1);
  EXPECT_TRUE(knows_jane());
}

// A folder may come from anybody, and with it what was begun there.
TEST_F(ForgetProgram, YesToOneIsNoYesToWhatWasBegun) {
  {
    campaign::Campaign campaign = campaign_of_folder();
    auto workspace = must(campaign::Workspace::open(bench.folder()));
    auto ledger = must(track::open_sqlite_ledger(data() / "ledger.db"));
    auto store = must(upload::FolderStore::open(data() / "store"));
    campaign::ErasureReach reach{.ledger = *ledger,
                                 .store = store.get(),
                                 .campaign = &campaign,
                                 .workspace = &workspace,
                                 .journal_folder = campaign.folder};
    auto plan = must(campaign::plan_erasure(reach, {.who = "1"}, Clock::system()));
    must(campaign::ErasureJournal(campaign.folder).begin(plan));
  }
  Ended refused = candid("forget " + folder() + " 2 --yes");
  EXPECT_EQ(refused.code, 2);
  EXPECT_THAT(refused.err, HasSubstr("\"1\" was begun here"));
  EXPECT_THAT(refused.err, HasSubstr("begun.json"));
  EXPECT_EQ(candid("forget " + folder() + " 1").code, 2) << "and without a yes nothing is gone on with";
  EXPECT_TRUE(knows_jane());
  Ended erased = candid("forget " + folder() + " 1 --yes --json");
  EXPECT_EQ(erased.code, 0) << erased.err;
  EXPECT_FALSE(knows_jane());
  EXPECT_EQ(candid("forget " + folder() + " 2 --dry-run").code, 0);
}

TEST_F(ForgetProgram, GivesOutWhatIsHeld) {
  std::filesystem::path zip = bench.folder().parent_path() / "jane.zip";
  Ended given = candid("export " + folder() + " 1 --out " + quoted(zip) + " --json");
  ASSERT_EQ(given.code, 0) << given.err;
  auto json = nlohmann::json::parse(given.out);
  EXPECT_EQ(json["messages"], 1);
  EXPECT_GE(json["files"], 2);
  EXPECT_THAT(json["missing"], IsEmpty());
  EXPECT_TRUE(std::filesystem::exists(zip));
  EXPECT_EQ(candid("export " + folder() + " 1 --out " + quoted(zip)).code, 1) << "it replaces nothing";
}

TEST_F(ForgetProgram, AServerForgetsByItselfWhatItsTimeIsOver) {
  {
    auto ledger = must(track::open_sqlite_ledger(data() / "ledger.db"));
    auto messages = must(ledger->messages("test_campaign"));
    for (track::MessageRecord& message : messages) message.published_at -= std::chrono::days(2);
    must(ledger->upsert_messages(messages));
  }
  test::Terminal server(
      fmt::format("CANDID_DATA={} '" CANDID_PROGRAM "' serve --listen 127.0.0.1:0 --keep 1", quoted(data())),
      bench.folder().parent_path() / "stdout");
  auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  while (knows_jane() && std::chrono::steady_clock::now() < deadline)
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  EXPECT_FALSE(knows_jane());
  server.type("\x03");
  EXPECT_EQ(server.wait_for_end(), 0);
  EXPECT_THAT(must(files_below(data() / "store/recipes")), IsEmpty());
}

// Ledger and store of a server far away.
TEST_F(PublishProgram, AServerErasesForWhoMayAskForIt) {
  bench.render();
  test::ServerProcess server("candid", {CANDID_PROGRAM});
  const std::filesystem::path served = server.fact("folder");
  std::string publisher = fmt::format("CANDID_API_TOKEN={}", server.fact("token"));
  bench.write("campaign.toml", fmt::format("{}[publish]\nserver = \"{}\"\nstore = \"server\"\nledger = \"server\"\n",
                                           test::kToml, server.fact("url")));
  ASSERT_EQ(candid("publish " + folder(), publisher).code, 0);
  auto held_there = [&](const std::string& word) {
    for (const auto& path : must(files_below(served))) {
      auto bytes = must(read_file(path));
      std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
      if (text.find(word) != std::string_view::npos) return true;
    }
    return false;
  };
  ASSERT_TRUE(held_there("jane@example.com"));
  Ended refused = candid("forget " + folder() + " 1 --yes", publisher);
  EXPECT_EQ(refused.code, 1);
  EXPECT_THAT(refused.err, HasSubstr("admin"));
  EXPECT_TRUE(held_there("jane@example.com"));
  Ended added = candid("token add eraser --scope admin --json --data " + quoted(served));
  ASSERT_EQ(added.code, 0) << added.err;
  std::string admin = fmt::format("CANDID_API_TOKEN={}", nlohmann::json::parse(added.out)["token"].get<std::string>());
  size_t objects = must(files_below(served / "store")).size();
  track::ReplyVideos replies(served / "replies");
  std::filesystem::path reply = replies.folder_of(campaign::message_id("test_campaign", "1"), std::string(32, 'a'));
  must(make_folder(reply));
  must(track::write_reply_note(
      reply,
      {.message_id = campaign::message_id("test_campaign", "1"), .link_id = 1, .type = "video/webm", .size = 9}));
  Ended erased = candid("forget " + folder() + " 1 --yes --json", admin);
  ASSERT_EQ(erased.code, 0) << erased.err;
  EXPECT_FALSE(nlohmann::json::parse(erased.out)["ledger"]["files_are_cleared"].is_null());
  EXPECT_EQ(nlohmann::json::parse(erased.out)["reply_videos"], 1) << "counted by the server";
  EXPECT_FALSE(std::filesystem::exists(reply));
  EXPECT_LT(must(files_below(served / "store")).size(), objects);
  auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(90);
  while (held_there("jane@example.com") && std::chrono::steady_clock::now() < deadline)
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  EXPECT_FALSE(held_there("jane@example.com"));
  EXPECT_FALSE(held_there("Jane Sample"));
  EXPECT_TRUE(held_there("xm@example.com"));
  bench.write("candidates.csv", test::kRoster);
  Ended unasked = candid("render " + folder(), "CANDID_API_TOKEN=");
  EXPECT_EQ(unasked.code, 0) << "who only renders goes on without an answer";
  EXPECT_THAT(unasked.err, HasSubstr("is not known yet"));
  EXPECT_EQ(candid("render " + folder(), publisher).code, 3);
  Ended held = candid("publish " + folder(), publisher);
  EXPECT_EQ(held.code, 3) << held.err;
  EXPECT_THAT(held.err, HasSubstr("was erased at their wish")) << "whoever may publish is told";
  EXPECT_FALSE(held_there("jane@example.com"));
}

}  // namespace
}  // namespace candid
