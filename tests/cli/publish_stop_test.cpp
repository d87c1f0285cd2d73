// Ctrl-C while a server hangs that was asked: the program ends by itself, and says where it stands.

#include <chrono>
#include <csignal>

#include <fmt/format.h>

#include "tests/cli/publish_program.h"
#include "tests/support/silent_server.h"
#include "tests/support/terminal.h"

namespace candid {
namespace {

using test::quoted;
using test::SilentServer;
using testing::HasSubstr;

class StoppedProgram : public test::PublishProgram {
 protected:
  void publish_to(const SilentServer& server, const std::string& what) {
    bench.write("campaign.toml",
                fmt::format("{}[publish]\nserver = \"{}\"\n{} = \"server\"\n", test::kToml, server.url(), what));
  }

  // Stops it as soon as the server was asked.
  void expect_to_stop(const std::string& arguments, SilentServer& server) {
    test::Terminal terminal(fmt::format("CANDID_DATA={} XDG_CONFIG_HOME={} CANDID_API_TOKEN=cnd_sample '{}' {}",
                                        quoted(data()), quoted(data()), CANDID_PROGRAM, arguments),
                            bench.folder().parent_path() / "stdout");
    server.wait_for_request();
    auto asked = std::chrono::steady_clock::now();
    terminal.signal(SIGINT);
    EXPECT_EQ(terminal.wait_for_end(), 1) << arguments;
    // Not killed by the program's own patience, which is ten seconds.
    EXPECT_LT(std::chrono::steady_clock::now() - asked, std::chrono::seconds(7)) << arguments;
    EXPECT_THAT(terminal.screen(), HasSubstr("stopped")) << arguments;
    EXPECT_THAT(terminal.screen(), HasSubstr("the same command")) << arguments;
    EXPECT_THAT(terminal.screen(), testing::Not(HasSubstr("cnd_"))) << arguments;
  }

  // What was done before stays listed, whatever ended the run.
  void expect_links_after_a_stop(const std::string& what) {
    bench.render();
    ASSERT_EQ(candid("publish " + folder()).code, 0);
    auto before = booked();
    ASSERT_EQ(before.size(), 2u);
    std::filesystem::remove(bench.out() / "links.csv");
    SilentServer server;
    publish_to(server, what);
    expect_to_stop("publish " + folder(), server);
    auto after = booked();
    ASSERT_EQ(after.size(), 2u);
    for (const auto& [message, link] : before) EXPECT_EQ(after[message].token(), link.token());
  }
};

TEST_F(StoppedProgram, AStoreThatHangsDoesNotKeepPublish) {
  expect_links_after_a_stop("store");
}

TEST_F(StoppedProgram, ALedgerThatHangsDoesNotKeepPublish) {
  expect_links_after_a_stop("ledger");
}

TEST_F(StoppedProgram, AStoreThatHangsDoesNotKeepADryRun) {
  bench.render();
  SilentServer server;
  publish_to(server, "store");
  expect_to_stop("publish --dry-run " + folder(), server);
}

TEST_F(StoppedProgram, ALedgerThatHangsKeepsNoCommand) {
  bench.render();
  for (std::string command : {"publish --dry-run ", "revoke --all ", "status ", "run "}) {
    SilentServer server;
    publish_to(server, "ledger");
    expect_to_stop(command + folder(), server);
  }
  for (const char* command : {"token list", "token add sample", "backup backup.db", "status"}) {
    SilentServer server;
    expect_to_stop(fmt::format("{} --ledger {}", command, server.url()), server);
  }
  EXPECT_FALSE(std::filesystem::exists("backup.db"));
}

}  // namespace
}  // namespace candid
