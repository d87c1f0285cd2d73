// The program around publishing: what it says, what it leaves, and who may read it.

#include <chrono>
#include <set>

#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <sys/stat.h>

#include "tests/cli/publish_program.h"
#include "tests/support/server_process.h"
#include "tests/support/terminal.h"

namespace candid {
namespace {

using test::Ended;
using test::must;
using test::PublishProgram;
using test::quoted;

TEST_F(PublishProgram, ADryRunTellsBytesTimeAndLinksAndLeavesNothing) {
  EXPECT_EQ(candid("publish " + folder() + " --dry-run").code, 1);
  EXPECT_FALSE(std::filesystem::exists(bench.out())) << "nothing is rendered, and nothing was made to say so";
  ASSERT_EQ(candid("render " + folder()).code, 0);
  auto everything = [&] {
    auto paths = must(files_below(bench.folder()));
    return std::set<std::filesystem::path>(paths.begin(), paths.end());
  };
  auto before = everything();
  Ended assumed = candid("publish " + folder() + " --dry-run --json");
  ASSERT_EQ(assumed.code, 0) << assumed.err;
  auto json = nlohmann::json::parse(assumed.out);
  EXPECT_EQ(json["videos"], 2);
  EXPECT_EQ(json["links_to_make"], 2);
  EXPECT_GT(json["bytes_to_send"], 0);
  EXPECT_EQ(json["rate_from"], "assumed");
  EXPECT_EQ(everything(), before);
  EXPECT_FALSE(std::filesystem::exists(data()));
  auto limited = nlohmann::json::parse(candid("publish " + folder() + " --dry-run --json --limit-rate 500k").out);
  EXPECT_EQ(limited["bytes_per_second"], 500'000.0);
  EXPECT_NEAR(limited["seconds"], limited["bytes_to_send"].get<double>() / 500'000, 1e-6);
  EXPECT_THAT(candid("publish " + folder() + " --dry-run").out, testing::HasSubstr("10 Mbit/s"));
}

TEST_F(PublishProgram, LinksAreEndedById) {
  bench.render();
  ASSERT_EQ(candid("publish " + folder()).code, 0);
  auto before = booked();
  Ended ended = candid("revoke " + folder() + " --only 1 --json");
  EXPECT_EQ(ended.code, 0) << ended.err;
  EXPECT_EQ(nlohmann::json::parse(ended.out)["links_ended"], 1);
  ASSERT_EQ(booked().size(), 1u);
  for (const auto& [message, link] : before) EXPECT_EQ(opens(link.url), link.candidate_id == "2");
  EXPECT_EQ(candid("revoke " + folder() + " --all").code, 0);
  for (const auto& [message, link] : before) EXPECT_FALSE(opens(link.url));
  ASSERT_EQ(candid("publish " + folder()).code, 0);
  for (const auto& [message, link] : booked()) {
    EXPECT_NE(link.url, before[message].url);
    EXPECT_TRUE(opens(link.url));
  }
}

TEST_F(PublishProgram, OneLinkIsEndedByItsAddress) {
  bench.render();
  ASSERT_EQ(candid("publish " + folder()).code, 0);
  std::string url = booked().begin()->second.url;
  EXPECT_EQ(candid("revoke --link " + url).code, 0);
  EXPECT_FALSE(opens(url));
  Ended again = candid("revoke --link " + url);
  EXPECT_EQ(again.code, 1);
  EXPECT_THAT(again.err, testing::Not(testing::HasSubstr(campaign::token_of(url))));
}

TEST_F(PublishProgram, AWrongLedgerInTheFileIsNotTakenForTheDataFolders) {
  bench.render();
  ASSERT_EQ(candid("publish " + folder()).code, 0);
  bench.write("campaign.toml", test::kToml + "[publish]\nledger = \"oracle://x\"\n");
  for (const char* command : {"status ", "revoke --all "}) {
    Ended ended = candid(command + folder());
    EXPECT_EQ(ended.code, 2) << command;
    EXPECT_THAT(ended.err, testing::HasSubstr("publish.ledger")) << command;
  }
  EXPECT_EQ(booked().size(), 2u);
  // But a take that is gone keeps no link open.
  bench.write("campaign.toml", test::kToml);
  std::filesystem::remove(bench.folder() / "take.mkv");
  EXPECT_EQ(candid("revoke --all " + folder()).code, 0);
}

TEST_F(PublishProgram, WhoseLinksMustBeSaid) {
  for (const char* arguments :
       {"revoke", "revoke x", "revoke --all", "revoke x --all --only 1", "revoke x --all --link http://x/v/y"}) {
    Ended ended = candid(arguments);
    EXPECT_EQ(ended.code, 2) << arguments;
    EXPECT_THAT(ended.err, testing::HasSubstr("try:")) << arguments;
  }
  EXPECT_FALSE(std::filesystem::exists(data()));
}

TEST_F(PublishProgram, ATokenIsToldOnceAndKeptAsADigest) {
  Ended added = candid("token add 'talent team' --scope read --expires 90d --json");
  ASSERT_EQ(added.code, 0) << added.err;
  auto json = nlohmann::json::parse(added.out);
  std::string token = json["token"];
  EXPECT_TRUE(token.starts_with("cnd_"));
  EXPECT_EQ(json["scope"], "read");
  Ended listed = candid("token list --json");
  EXPECT_EQ(nlohmann::json::parse(listed.out)["tokens"][0]["name"], "talent team");
  EXPECT_THAT(listed.out, testing::Not(testing::HasSubstr(token.substr(4))));
  for (const auto& path : must(files_below(data())))
    EXPECT_THAT(must(read_text_file(path)), testing::Not(testing::HasSubstr(token.substr(4)))) << path;
  EXPECT_EQ(candid("token add 'talent team'").code, 1) << "the name is taken";
  EXPECT_EQ(candid("token remove 'talent team'").code, 0);
  EXPECT_EQ(candid("token remove 'talent team'").code, 1);
  EXPECT_EQ(candid("token add x --scope all").code, 2);
  EXPECT_EQ(candid("token add x --expires soon").code, 2);
  EXPECT_EQ(candid("token add x --expires 2020-01-01").code, 2);
  EXPECT_EQ(candid("token").code, 2);
}

TEST_F(PublishProgram, ABackupIsALedgerForItsOwnerAloneAndReplacesNothing) {
  EXPECT_EQ(candid("backup b.db").code, 2) << "there is no ledger yet";
  bench.render();
  ASSERT_EQ(candid("publish " + folder()).code, 0);
  auto file = bench.folder().parent_path() / "backup.db";
  Ended ended = candid("backup " + quoted(file));
  ASSERT_EQ(ended.code, 0) << ended.err;
  struct stat facts {};
  ASSERT_EQ(::stat(file.c_str(), &facts), 0);
  EXPECT_EQ(facts.st_mode & 0777, 0600u);
  EXPECT_EQ(must(must(track::open_sqlite_ledger(file))->messages("test_campaign")).size(), 2u);
  EXPECT_EQ(candid("backup " + quoted(file)).code, 1);
}

TEST_F(PublishProgram, WithoutATokenAServerIsNotPublishedToAndNothingIsMarked) {
  bench.render();
  bench.write("campaign.toml",
              test::kToml + "[publish]\nserver = \"http://127.0.0.1:9\"\nstore = \"server\"\nledger = \"server\"\n");
  Ended ended = candid("publish " + folder(), "CANDID_API_TOKEN=");
  EXPECT_EQ(ended.code, 1);
  EXPECT_THAT(ended.err, testing::HasSubstr("CANDID_API_TOKEN"));
  EXPECT_THAT(ended.err, testing::HasSubstr("candid token add"));
  EXPECT_FALSE(std::filesystem::exists(bench.out() / "links.csv"));
}

TEST_F(PublishProgram, CtrlCDuringASlowUploadEndsItSoonAndTheNextRunGoesOn) {
  bench.render();
  test::ServerProcess server("candid", {CANDID_PROGRAM});
  std::string token = fmt::format("CANDID_API_TOKEN={}", server.fact("token"));
  bench.write("campaign.toml", fmt::format("{}[publish]\nserver = \"{}\"\nstore = \"server\"\nledger = \"server\"\n",
                                           test::kToml, server.fact("url")));
  auto preview = nlohmann::json::parse(candid("publish " + folder() + " --dry-run --json", token).out);
  uint64_t rate = preview["bytes_to_send"].get<uint64_t>() / 60;
  {
    test::Terminal terminal(fmt::format("CANDID_DATA={} {} '" CANDID_PROGRAM "' publish {} --limit-rate {}",
                                        quoted(data()), token, folder(), rate),
                            bench.folder().parent_path() / "stdout");
    // At work for a minute, had nobody minded.
    terminal.wait_until(
        [](const std::string& screen) {
          return screen.find("upload") != std::string::npos && screen.find(" left") != std::string::npos;
        },
        "bytes are on their way");
    auto asked = std::chrono::steady_clock::now();
    terminal.type("\x03");
    EXPECT_EQ(terminal.wait_for_end(), 1);
    // Not killed by the program's own patience, which is ten seconds.
    EXPECT_LT(std::chrono::steady_clock::now() - asked, std::chrono::seconds(5));
    EXPECT_THAT(terminal.screen(), testing::HasSubstr("stopped"));
    EXPECT_THAT(terminal.screen(), testing::HasSubstr("same command"));
  }
  EXPECT_TRUE(booked().empty()) << "nothing was finished";
  Ended ended = candid("publish " + folder() + " --json", token);
  ASSERT_EQ(ended.code, 0) << ended.err;
  auto report = nlohmann::json::parse(ended.out);
  EXPECT_EQ(report["messages"].size(), 2u);
  EXPECT_EQ(booked().size(), 2u);
}

// As it is read from other folders.
TEST_F(PublishProgram, TheJournalKnowsTheLedgerByItsWholeName) {
  bench.render();
  auto relative = std::filesystem::relative(data(), std::filesystem::current_path());
  ASSERT_TRUE(relative.is_relative());
  ASSERT_EQ(candid("publish " + folder() + " --data " + quoted(relative)).code, 0);
  auto ledger = std::filesystem::canonical(data()) / "ledger.db";
  EXPECT_THAT(must(read_text_file(bench.out() / "work/publish.jsonl")),
              testing::HasSubstr(fmt::format("\"ledger {}\"", ledger.string())));
}

TEST_F(PublishProgram, JournalAndListsAreForTheirOwnerAlone) {
  bench.render();
  ASSERT_EQ(candid("publish " + folder()).code, 0);
  for (const char* name : {"links.csv", "work/publish.jsonl"}) {
    struct stat facts {};
    ASSERT_EQ(::stat((bench.out() / name).c_str(), &facts), 0) << name;
    EXPECT_EQ(facts.st_mode & 0777, 0600u) << name;
  }
}

}  // namespace
}  // namespace candid
