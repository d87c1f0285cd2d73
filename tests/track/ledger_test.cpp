#include "track/ledger.h"

#include <condition_variable>
#include <fstream>
#include <mutex>
#include <thread>

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/files.h"
#include "tests/support/results.h"
#include "tests/track/fixtures.h"

namespace candid::track {
namespace {

using candid::test::must;
using test::FakeClock;
using test::sample_message;

class LedgerTest : public testing::Test {
 protected:
  std::unique_ptr<Ledger> open() { return must(Ledger::open(path_, clock_)); }

  static Event beat(int64_t link, std::string session, int64_t sequence) {
    Event event;
    event.link_id = link;
    event.session = std::move(session);
    event.sequence = sequence;
    event.received_at = test::kNoon;
    event.kind = EventKind::Beat;
    event.agent = test::kPhone;
    event.network = "203.0.113.0/24";
    return event;
  }

  static int64_t link_id(const Ledger& ledger, std::string_view token) { return must(ledger.find_link(token))->id; }

  std::string all_bytes() const {
    std::string all;
    for (const auto& entry : std::filesystem::directory_iterator(folder_.path())) {
      auto bytes = must(read_file(entry.path()));
      all.append(bytes.begin(), bytes.end());
    }
    return all;
  }

  TemporaryFolder folder_ = must(TemporaryFolder::create());
  std::filesystem::path path_ = folder_.path() / "ledger.sqlite";
  FakeClock clock_;
};

TEST_F(LedgerTest, KeepsAMessageWordForWord) {
  auto ledger = open();
  MessageRecord message = sample_message();
  message.page.message = "<b>100%</b> \"quoted\"\nمرحبا";
  must(ledger->upsert_message(message));
  auto found = must(ledger->find_message("m-1"));
  ASSERT_TRUE(found);
  EXPECT_EQ(found->page, message.page);
  EXPECT_EQ(found->candidate_name, "Ana 100% Lopez");
  EXPECT_EQ(found->duration, std::chrono::seconds(60));
  EXPECT_EQ(found->published_at, test::kNoon);
  EXPECT_FALSE(must(ledger->find_message("m-2")));
}

TEST_F(LedgerTest, PublishingAgainKeepsTheLink) {
  auto ledger = open();
  must(ledger->upsert_message(sample_message()));
  std::string token = must(ledger->create_link("m-1", Purpose::Candidate));
  MessageRecord changed = sample_message();
  changed.page.headline = "Hello again";
  must(ledger->upsert_message(changed));
  EXPECT_TRUE(must(ledger->opens_message(token, "m-1")));
  EXPECT_EQ(must(ledger->find_message("m-1"))->page.headline, "Hello again");
}

TEST_F(LedgerTest, ListsCampaignsAndTheirMessagesInRosterOrder) {
  auto ledger = open();
  for (int line : {4, 2, 3}) {
    MessageRecord message = sample_message("m-" + std::to_string(line));
    message.roster_line = line;
    must(ledger->upsert_message(message));
  }
  auto campaigns = must(ledger->campaigns());
  ASSERT_EQ(campaigns.size(), 1u);
  EXPECT_EQ(campaigns[0].name, "Backend Engineer");
  EXPECT_EQ(campaigns[0].messages, 3);
  auto messages = must(ledger->messages("backend"));
  ASSERT_EQ(messages.size(), 3u);
  EXPECT_EQ(messages[0].message_id, "m-2");
  EXPECT_EQ(messages[2].message_id, "m-4");
}

TEST_F(LedgerTest, RefusesAButtonThatRunsScript) {
  auto ledger = open();
  MessageRecord message = sample_message();
  message.page.buttons = {{"Win", "javascript:alert(1)"}};
  EXPECT_EQ(ledger->upsert_message(message).error().kind(), ErrorKind::InvalidInput);
  message = sample_message();
  message.page.accent_color = "red;}";
  EXPECT_EQ(ledger->upsert_message(message).error().kind(), ErrorKind::InvalidInput);
}

TEST_F(LedgerTest, HoldsNoTokenInItsFiles) {
  auto ledger = open();
  must(ledger->upsert_message(sample_message()));
  std::string token = must(ledger->create_link("m-1", Purpose::Candidate));
  EXPECT_GE(token.size(), 27u);  // 160 bits
  EXPECT_EQ(all_bytes().find(token), std::string::npos);
  ledger.reset();
  EXPECT_EQ(all_bytes().find(token), std::string::npos);
  EXPECT_NE(all_bytes().find("Northwind"), std::string::npos);  // the search does find what is there
}

TEST_F(LedgerTest, IsReadableByItsOwnerAlone) {
  auto ledger = open();
  must(ledger->upsert_message(sample_message()));
  for (const auto& entry : std::filesystem::directory_iterator(folder_.path())) {
    struct stat status {};
    ASSERT_EQ(stat(entry.path().c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777, 0600u) << entry.path();
  }
}

TEST_F(LedgerTest, MakesNoLinkForAnUnknownMessage) {
  auto ledger = open();
  EXPECT_EQ(ledger->create_link("nobody", Purpose::Candidate).error().kind(), ErrorKind::NotFound);
}

TEST_F(LedgerTest, RevokedAndExpiredLinksAreAsUnknown) {
  auto ledger = open();
  must(ledger->upsert_message(sample_message()));
  std::string revoked = must(ledger->create_link("m-1", Purpose::Candidate));
  std::string expiring = must(ledger->create_link("m-1", Purpose::Candidate, test::kNoon + std::chrono::hours(1)));
  must(ledger->revoke_link(revoked));
  EXPECT_FALSE(must(ledger->find_link(revoked)));
  EXPECT_EQ(ledger->revoke_link(revoked).error().kind(), ErrorKind::NotFound);
  EXPECT_TRUE(must(ledger->find_link(expiring)));
  clock_.advance(std::chrono::hours(1));
  EXPECT_FALSE(must(ledger->find_link(expiring)));
  EXPECT_FALSE(must(ledger->opens_message(expiring, "m-1")));
  EXPECT_FALSE(must(ledger->find_link("made-up")));
}

TEST_F(LedgerTest, RevokesEveryLinkOfAMessage) {
  auto ledger = open();
  must(ledger->upsert_message(sample_message()));
  must(ledger->upsert_message(sample_message("m-2")));
  std::string other = must(ledger->create_link("m-2", Purpose::Candidate));
  must(ledger->create_link("m-1", Purpose::Candidate));
  must(ledger->create_link("m-1", Purpose::Owner));
  EXPECT_EQ(must(ledger->revoke_links("m-1")), 2);
  EXPECT_EQ(must(ledger->revoke_links("m-1")), 0);
  EXPECT_TRUE(must(ledger->find_link(other)));
}

TEST_F(LedgerTest, ATokenOpensItsOwnMessageOnly) {
  auto ledger = open();
  must(ledger->upsert_message(sample_message()));
  must(ledger->upsert_message(sample_message("m-2")));
  std::string token = must(ledger->create_link("m-1", Purpose::Candidate));
  std::string owner = must(ledger->create_link("m-1", Purpose::Owner));
  EXPECT_TRUE(must(ledger->opens_message(token, "m-1")));
  EXPECT_FALSE(must(ledger->opens_message(token, "m-2")));
  EXPECT_FALSE(must(ledger->opens_message(owner, "m-1")));
}

TEST_F(LedgerTest, StoresAReportOnceHoweverOftenItComes) {
  auto ledger = open();
  must(ledger->upsert_message(sample_message()));
  int64_t link = link_id(*ledger, must(ledger->create_link("m-1", Purpose::Candidate)));
  Event later = beat(link, "s", 0);
  later.received_at += std::chrono::seconds(9);
  must(ledger->append_and_wait({beat(link, "s", 0), beat(link, "s", 1)}));
  must(ledger->append_and_wait({later, beat(link, "s", 1), beat(link, "t", 0)}));
  auto history = must(ledger->history("m-1"));
  ASSERT_EQ(history.size(), 1u);
  ASSERT_EQ(history[0].events.size(), 3u);
  EXPECT_EQ(history[0].events[0].received_at, test::kNoon);  // the first time counts
}

TEST_F(LedgerTest, StoresEveryRequest) {
  auto ledger = open();
  must(ledger->upsert_message(sample_message()));
  Event request = beat(link_id(*ledger, must(ledger->create_link("m-1", Purpose::Candidate))), "", 0);
  request.kind = EventKind::Head;
  request.sequence.reset();
  must(ledger->append_and_wait({request, request}));
  EXPECT_EQ(must(ledger->history("m-1"))[0].events.size(), 2u);
}

TEST_F(LedgerTest, StoresNothingOfALinkThatMustNotBeTracked) {
  auto ledger = open();
  must(ledger->upsert_message(sample_message()));
  std::string token = must(ledger->create_link("m-1", Purpose::Candidate));
  int64_t link = link_id(*ledger, token);
  must(ledger->append_and_wait({beat(link, "s", 0)}));
  must(ledger->stop_tracking(link));
  must(ledger->append_and_wait({beat(link, "s", 1)}));
  EXPECT_TRUE(must(ledger->find_link(token))->do_not_track);
  EXPECT_EQ(must(ledger->history("m-1"))[0].events.size(), 1u);
}

TEST_F(LedgerTest, DropsOldAddressesAndKeepsTheEvents) {
  auto ledger = open();
  must(ledger->upsert_message(sample_message()));
  int64_t link = link_id(*ledger, must(ledger->create_link("m-1", Purpose::Candidate)));
  Event young = beat(link, "s", 1);
  young.received_at += std::chrono::hours(2);
  must(ledger->append_and_wait({beat(link, "s", 0), young}));
  must(ledger->drop_networks_before(test::kNoon + std::chrono::hours(1)));
  auto events = must(ledger->history("m-1"))[0].events;
  ASSERT_EQ(events.size(), 2u);
  EXPECT_EQ(events[0].network, "");
  EXPECT_EQ(events[1].network, "203.0.113.0/24");
}

TEST_F(LedgerTest, IsTheSameAfterReopening) {
  std::string token;
  std::vector<uint8_t> key;
  {
    auto ledger = open();
    must(ledger->upsert_message(sample_message()));
    token = must(ledger->create_link("m-1", Purpose::Owner));
    must(ledger->append_and_wait({beat(link_id(*ledger, token), "s", 0)}));
    key = ledger->server_key();
  }
  auto ledger = open();
  EXPECT_EQ(must(ledger->find_link(token))->purpose, Purpose::Owner);
  EXPECT_EQ(must(ledger->history("m-1"))[0].events.size(), 1u);
  EXPECT_EQ(ledger->server_key(), key);
  EXPECT_EQ(key.size(), 32u);
}

TEST_F(LedgerTest, RefusesWhatIsNoLedger) {
  must(write_file(path_, std::string(4096, 'x')));
  EXPECT_EQ(Ledger::open(path_, clock_).error().kind(), ErrorKind::Corrupt);
}

TEST_F(LedgerTest, TwoAtOnceSeeEachOthersWrites) {
  auto one = open();
  auto two = open();
  must(one->upsert_message(sample_message()));
  std::string token = must(two->create_link("m-1", Purpose::Candidate));
  int64_t link = link_id(*one, token);
  std::thread other([&] {
    for (int i = 0; i < 50; ++i) must(two->append_and_wait({beat(link, "two", i)}));
  });
  for (int i = 0; i < 50; ++i) must(one->append_and_wait({beat(link, "one", i)}));
  other.join();
  EXPECT_EQ(must(one->history("m-1"))[0].events.size(), 100u);
  one.reset();  // held the right to checkpoint
  must(two->append_and_wait({beat(link, "two", 50)}));
  two.reset();
  EXPECT_EQ(must(open()->history("m-1"))[0].events.size(), 101u);
}

// Closing a descriptor of the ledger's file beside SQLite's own once took its locks away, and commits were lost.
TEST_F(LedgerTest, ManyProgramsMakeItOpenItAndLoseNothing) {
  constexpr int kPrograms = 4;
  constexpr int kOpenings = 5;
  auto store_all = [&](int program) -> Result<void> {
    for (int opening = 0; opening < kOpenings; ++opening) {
      auto ledger = TRY(Ledger::open(path_));
      TRY_VOID(ledger->upsert_message(sample_message(fmt::format("m-{}-{}", program, opening))));
    }
    return {};
  };
  std::vector<pid_t> children;
  for (int program = 0; program < kPrograms; ++program) {
    pid_t child = fork();
    if (child == 0) _exit(store_all(program) ? 0 : 1);
    children.push_back(child);
  }
  for (pid_t child : children) {
    int status = 0;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    EXPECT_EQ(status, 0);
  }
  EXPECT_EQ(must(open()->messages("backend")).size(), size_t{kPrograms * kOpenings});
}

TEST_F(LedgerTest, CommitsInGroups) {
  auto ledger = open();
  must(ledger->upsert_message(sample_message()));
  int64_t link = link_id(*ledger, must(ledger->create_link("m-1", Purpose::Candidate)));
  std::mutex mutex;
  std::condition_variable first_begun;
  bool go_on = false;
  // The first completion holds the writer up, so that all others have to wait together.
  ledger->append({beat(link, "s", 0)}, [&](Result<void>) {
    std::unique_lock lock(mutex);
    first_begun.wait(lock, [&] { return go_on; });
  });
  std::atomic<int> stored = 0;
  for (int i = 1; i <= 100; ++i) {
    ledger->append({beat(link, "s", i)}, [&](Result<void> result) { stored += result.has_value() ? 1 : 0; });
  }
  {
    std::lock_guard lock(mutex);
    go_on = true;
  }
  first_begun.notify_one();
  must(ledger->append_and_wait({}));
  EXPECT_EQ(stored, 100);
  EXPECT_LE(ledger->group_commits(), 4u);
  EXPECT_EQ(must(ledger->history("m-1"))[0].events.size(), 101u);
}

TEST_F(LedgerTest, StoresWhatIsQueuedBeforeItCloses) {
  std::string token;
  std::atomic<int> done = 0;
  {
    auto ledger = open();
    must(ledger->upsert_message(sample_message()));
    int64_t link = link_id(*ledger, must(ledger->create_link("m-1", Purpose::Candidate)));
    for (int i = 0; i < 20; ++i) ledger->append({beat(link, "s", i)}, [&](Result<void>) { ++done; });
  }
  EXPECT_EQ(done, 20);
  EXPECT_EQ(must(open()->history("m-1"))[0].events.size(), 20u);
}

}  // namespace
}  // namespace candid::track
