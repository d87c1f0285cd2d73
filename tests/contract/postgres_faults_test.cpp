// The ledger in PostgreSQL when the server, the network or the disk fails.

#include <atomic>
#include <csignal>
#include <map>
#include <sstream>
#include <thread>

#include <fmt/format.h>
#include <pqxx/pqxx>

#include "core/digest.h"
#include "tests/contract/postgres_fixture.h"
#include "tests/contract/tcp_relay.h"

namespace candid::track::test {
namespace {

using candid::test::must;
using candid::test::TcpRelay;

class PostgresFaults : public testing::Test {
 protected:
  void SetUp() override {
    auto ledger = must(open_postgres_ledger(address_, clock_));
    must(ledger->upsert_messages({sample_message()}));
    std::string token = make_token();
    must(ledger->put_link(sha256(token), "m-1", Purpose::Candidate, {}));
    link_ = must(ledger->find_link(sha256(token)))->id;
  }

  // How often each body was stored.
  std::map<std::string, int> stored() {
    std::map<std::string, int> bodies;
    auto ledger = must(open_postgres_ledger(address_, clock_));
    for (const LinkHistory& history : must(ledger->history("m-1"))) {
      for (const Event& event : history.events) ++bodies[event.body];
    }
    return bodies;
  }

  PostgresServer& server_ = PostgresServer::instance();
  std::string address_ = server_.new_address();
  FakeClock clock_;
  int64_t link_ = 0;
};

constexpr std::string_view kCommit(
    "Q\0\0\0\x0B"
    "COMMIT\0",
    12);

// Fails the first COMMIT after it is armed.
class CommitFault {
 public:
  CommitFault(int server_port, TcpRelay::Fate fate)
      : relay_(server_port, [this, fate](std::string_view sent) {
          bool hit = sent.find(kCommit) != std::string_view::npos && armed_.exchange(false);
          hits_ += hit ? 1 : 0;
          return hit ? fate : TcpRelay::Fate::Pass;
        }) {}
  void arm() { armed_ = true; }
  int hits() const { return hits_; }
  int port() const { return relay_.port(); }
  TcpRelay& relay() { return relay_; }

 private:
  std::atomic<bool> armed_ = false;
  std::atomic<int> hits_ = 0;
  TcpRelay relay_;
};

TEST_F(PostgresFaults, ACommitWhoseAnswerIsLostIsNotRepeated) {
  CommitFault fault(server_.port(), TcpRelay::Fate::CutAfter);
  auto ledger = must(open_postgres_ledger(server_.with_port(address_, fault.port()), clock_));
  fault.arm();
  must(ledger->append_and_wait({request(link_, "once")}));
  EXPECT_EQ(fault.hits(), 1);
  EXPECT_EQ(stored(), (std::map<std::string, int>{{"once", 1}}));
  fault.arm();
  EXPECT_EQ(must(ledger->revoke_links("m-1")), 1) << "the count is of the commit that was made";
  EXPECT_EQ(fault.hits(), 2);
}

TEST_F(PostgresFaults, ACommitThatNeverArrivedIsMadeAgain) {
  CommitFault fault(server_.port(), TcpRelay::Fate::CutBefore);
  auto ledger = must(open_postgres_ledger(server_.with_port(address_, fault.port()), clock_));
  fault.arm();
  must(ledger->append_and_wait({request(link_, "once")}));
  EXPECT_EQ(fault.hits(), 1);
  EXPECT_EQ(stored(), (std::map<std::string, int>{{"once", 1}}));
}

// Ten seconds, in which the server does not come back.
TEST_F(PostgresFaults, WhereACommitOfRequestsStaysInDoubtItMustNotBeRepeated) {
  CommitFault fault(server_.port(), TcpRelay::Fate::CutAndClose);
  auto ledger = must(open_postgres_ledger(server_.with_port(address_, fault.port()), clock_));
  fault.arm();
  auto in_doubt = ledger->append_and_wait({request(link_, "in doubt"), report(link_, "s", 0)});
  ASSERT_FALSE(in_doubt);
  EXPECT_EQ(fault.hits(), 1);
  EXPECT_EQ(in_doubt.error().kind(), ErrorKind::Network);
  EXPECT_FALSE(in_doubt.error().retryable());
}

TEST_F(PostgresFaults, WhileTheServerIsAwayErrorsAreRetryableAndAfterwardsAllGoesOn) {
  CommitFault fault(server_.port(), TcpRelay::Fate::Pass);
  auto ledger = must(open_postgres_ledger(server_.with_port(address_, fault.port()), clock_));
  must(ledger->append_and_wait({request(link_, "before")}));
  fault.relay().close();
  auto append = ledger->append_and_wait({request(link_, "meanwhile")});
  auto read = ledger->find_message("m-1");
  auto write = ledger->upsert_messages({sample_message()});
  for (const Error* error : {&append.error(), &read.error(), &write.error()}) {
    EXPECT_EQ(error->kind(), ErrorKind::Network);
    EXPECT_TRUE(error->retryable());
  }
  fault.relay().open();
  must(ledger->append_and_wait({request(link_, "after")}));
  EXPECT_TRUE(must(ledger->find_message("m-1")));
  must(ledger->upsert_messages({sample_message()}));
  EXPECT_EQ(stored(), (std::map<std::string, int>{{"before", 1}, {"after", 1}}));
}

TEST_F(PostgresFaults, ConnectionsThatTheServerEndedAreMadeAnew) {
  auto ledger = must(open_postgres_ledger(address_, clock_));
  must(ledger->append_and_wait({request(link_, "before")}));
  server_.ask(address_,
              "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND "
              "backend_type = 'client backend'");
  must(ledger->append_and_wait({request(link_, "after")}));
  EXPECT_TRUE(must(ledger->find_message("m-1")));
  must(ledger->upsert_messages({sample_message()}));
  EXPECT_EQ(stored(), (std::map<std::string, int>{{"before", 1}, {"after", 1}}));
}

// When one of its processes is killed, PostgreSQL ends all others and recovers from its log, as after a power cut.
TEST_F(PostgresFaults, WhenTheServerCrashesNothingAcknowledgedIsLostAndNothingIsStoredTwice) {
  auto ledger = must(open_postgres_ledger(address_, clock_));
  constexpr int kThreads = 4;
  constexpr int kEach = 150;
  std::vector<std::vector<std::string>> acknowledged(kThreads);
  std::vector<std::vector<std::string>> refused(kThreads);
  std::atomic<int> sent = 0;
  std::vector<std::jthread> threads;
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([&, i] {
      for (int k = 0; k < kEach; ++k) {
        std::string body = fmt::format("{}-{}", i, k);
        auto result = ledger->append_and_wait({request(link_, body)});
        bool is_known = result || result.error().retryable();
        EXPECT_TRUE(result || result.error().kind() == ErrorKind::Network) << result.error().describe();
        if (is_known) (result ? acknowledged : refused)[static_cast<size_t>(i)].push_back(body);
        ++sent;
        sent.notify_all();
      }
    });
  }
  for (int seen = 0; seen < 40; seen = sent) sent.wait(seen);
  // A process of the server's own, killed by itself.
  EXPECT_THROW(server_.ask(address_, "COPY (SELECT 1) TO PROGRAM 'kill -9 $PPID'"), std::exception);
  threads.clear();
  while (!ledger->find_message("m-1")) std::this_thread::yield();
  must(ledger->append_and_wait({request(link_, "at last")}));
  auto bodies = stored();
  EXPECT_EQ(bodies["at last"], 1);
  size_t count = 0;
  for (const auto& one : acknowledged) {
    count += one.size();
    for (const std::string& body : one) EXPECT_EQ(bodies[body], 1) << body;
  }
  for (const auto& one : refused) {
    for (const std::string& body : one) EXPECT_EQ(bodies[body], 0) << body;
  }
  EXPECT_GE(count, 40U);
}

TEST_F(PostgresFaults, AFullDiskIsSaidWithoutTheRow) {
  auto ledger = must(open_postgres_ledger(address_, clock_));
  server_.ask(address_,
              "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION USING ERRCODE = "
              "'53100', MESSAGE = 'could not extend file for ' || NEW.candidate_email; END $$; "
              "CREATE TRIGGER refuse BEFORE INSERT ON message FOR EACH ROW EXECUTE FUNCTION refuse()");
  auto stored = ledger->upsert_messages({sample_message("m-2")});
  ASSERT_FALSE(stored);
  EXPECT_EQ(stored.error().kind(), ErrorKind::NoSpace);
  EXPECT_FALSE(stored.error().retryable());
  EXPECT_EQ(stored.error().describe().find("example.com"), std::string::npos) << stored.error().describe();
  EXPECT_FALSE(must(ledger->find_message("m-2")));
  EXPECT_TRUE(must(ledger->find_message("m-1")));
}

TEST_F(PostgresFaults, AGroupThatFailsIsStoredNotAtAllAndTheNextOneIs) {
  auto ledger = must(open_postgres_ledger(address_, clock_));
  server_.ask(address_,
              "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF NEW.body = 'bad' THEN RAISE "
              "EXCEPTION USING ERRCODE = '53100'; END IF; RETURN NEW; END $$; "
              "CREATE TRIGGER refuse BEFORE INSERT ON event FOR EACH ROW EXECUTE FUNCTION refuse()");
  auto failed = ledger->append_and_wait({request(link_, "good"), request(link_, "bad")});
  EXPECT_EQ(failed.error().kind(), ErrorKind::NoSpace);
  EXPECT_TRUE(stored().empty());
  must(ledger->append_and_wait({request(link_, "good")}));
  EXPECT_EQ(stored(), (std::map<std::string, int>{{"good", 1}}));
}

TEST_F(PostgresFaults, WhoWaitsTooLongForALockIsToldToComeBack) {
  auto ledger = must(open_postgres_ledger(address_, clock_));
  pqxx::connection holder(address_);
  pqxx::work transaction(holder);
  transaction.exec1(fmt::format("SELECT id FROM link WHERE id = {} FOR UPDATE", link_));
  auto stopped = ledger->stop_tracking(link_);
  ASSERT_FALSE(stopped);
  EXPECT_TRUE(stopped.error().retryable());
  EXPECT_EQ(stopped.error().kind(), ErrorKind::Io);
}

// Processes of the server that are there and do not answer, until destroyed: as with a disk that hangs.
class StoppedBackends {
 public:
  StoppedBackends(PostgresServer& server, const std::string& address) {
    std::istringstream pids(server.ask(address,
                                       "SELECT string_agg(pid::text, ' ') FROM pg_stat_activity WHERE pid <> "
                                       "pg_backend_pid() AND backend_type = 'client backend'"));
    for (pid_t pid = 0; pids >> pid;) {
      if (::kill(pid, SIGSTOP) == 0) pids_.push_back(pid);
    }
  }
  ~StoppedBackends() {
    for (pid_t pid : pids_) ::kill(pid, SIGCONT);
  }
  StoppedBackends(const StoppedBackends&) = delete;
  StoppedBackends& operator=(const StoppedBackends&) = delete;
  size_t count() const { return pids_.size(); }

 private:
  std::vector<pid_t> pids_;
};

// Ten seconds for the page and thirty for the events, side by side.
TEST_F(PostgresFaults, AServerThatHangsIsLeftAndAskedAnew) {
  auto ledger = must(open_postgres_ledger(address_, clock_));
  EXPECT_TRUE(must(ledger->find_message("m-1")));
  must(ledger->append_and_wait({request(link_, "before")}));
  StoppedBackends stopped(server_, address_);
  ASSERT_EQ(stopped.count(), 2U);
  std::optional<Result<void>> stored_meanwhile;
  std::jthread writer([&] { stored_meanwhile = ledger->append_and_wait({report(link_, "s", 7)}); });
  auto read = ledger->find_message("m-1");
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().kind(), ErrorKind::Network);
  EXPECT_TRUE(read.error().retryable());
  // On a new connection, which the server answers.
  EXPECT_TRUE(must(ledger->find_message("m-1")));
  writer.join();
  ASSERT_FALSE(*stored_meanwhile);
  EXPECT_TRUE(stored_meanwhile->error().retryable());
  must(ledger->append_and_wait({request(link_, "after")}));
}

TEST_F(PostgresFaults, ALedgerOfBeforeGetsItsIdAndStaysReadableForThoseWhoMayOnlyRead) {
  server_.ask(address_, "DELETE FROM meta WHERE key = 'ledger_id'");
  std::string id = must(must(open_postgres_ledger(address_, clock_))->id());
  EXPECT_EQ(id.size(), 32U);
  EXPECT_EQ(must(must(open_postgres_ledger(address_, clock_))->id()), id);
}

}  // namespace
}  // namespace candid::track::test
