// The ledger in PostgreSQL: the suite, and how it is opened.

#include <cstdlib>
#include <thread>

#include <fmt/format.h>

#include "core/digest.h"
#include "tests/contract/postgres_fixture.h"
#include "track/ledger/postgres_pool.h"

namespace candid::track::test {
namespace {

using candid::test::must;

LedgerUnderTest make(const Clock& clock) {
  std::string address = PostgresServer::instance().new_address();
  return {.home = nullptr, .open = [address, &clock] { return must(open_postgres_ledger(address, clock)); }};
}

INSTANTIATE_TEST_SUITE_P(Postgres, LedgerContract, testing::Values(LedgerBackend{.name = "postgres", .make = make}),
                         [](const auto& test) { return test.param.name; });

class PostgresTest : public testing::Test {
 protected:
  PostgresServer& server_ = PostgresServer::instance();
  std::string address_ = server_.new_address();
  // For the time of a test.
  class Environment {
   public:
    Environment(const char* name, const char* value) : name_(name) {
      if (const char* old = std::getenv(name)) old_ = old;
      value == nullptr ? unsetenv(name) : setenv(name, value, 1);
    }
    ~Environment() { old_ ? setenv(name_, old_->c_str(), 1) : unsetenv(name_); }
    Environment(const Environment&) = delete;
    Environment& operator=(const Environment&) = delete;

   private:
    const char* name_;
    std::optional<std::string> old_;
  };
};

TEST_F(PostgresTest, RefusesAPasswordInTheAddress) {
  for (const char* address :
       {"postgresql://user:hunter2@127.0.0.1/candid", "postgres://user:hunter2@127.0.0.1/candid",
        "postgresql://user@127.0.0.1/candid?password=hunter2", "postgresql://user@127.0.0.1/candid?p%61ssword=hunter2",
        "postgresql://user@127.0.0.1/candid?sslpassword=hunter2", "host=127.0.0.1 password=hunter2"}) {
    auto opened = open_postgres_ledger(address);
    ASSERT_FALSE(opened) << address;
    EXPECT_EQ(opened.error().kind(), ErrorKind::InvalidInput) << address;
    EXPECT_EQ(opened.error().describe().find("hunter2"), std::string::npos);
    EXPECT_NE(opened.error().hint().find("PGPASSWORD"), std::string::npos);
  }
}

TEST_F(PostgresTest, RefusesWhatIsNoAddress) {
  for (std::string address :
       {std::string("postgresql://[::1"), std::string("no address hunter2"), std::string("postgresql://host\0/x", 19),
        std::string("postgresql://h/d?nonsense=hunter2")}) {
    auto opened = open_postgres_ledger(address);
    ASSERT_FALSE(opened) << address;
    EXPECT_EQ(opened.error().kind(), ErrorKind::InvalidInput) << address;
    EXPECT_EQ(opened.error().describe().find("hunter2"), std::string::npos);
  }
}

TEST_F(PostgresTest, TakesThePasswordFromTheSecretsFile) {
  auto folder = must(TemporaryFolder::create());
  must(make_folder(folder.path() / "candid"));
  Environment none("PGPASSWORD", nullptr);
  Environment config("XDG_CONFIG_HOME", folder.path().c_str());
  auto without = open_postgres_ledger(address_);
  ASSERT_FALSE(without);
  EXPECT_EQ(without.error().kind(), ErrorKind::PermissionDenied);
  must(write_file(folder.path() / "candid/secrets", fmt::format("PGPASSWORD={}\n", server_.password()),
                  FileMode::Private));
  must(open_postgres_ledger(address_));
}

TEST_F(PostgresTest, SaysThatTheServerRefusesThePassword) {
  Environment wrong("PGPASSWORD", "hunter2");
  auto opened = open_postgres_ledger(address_);
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().kind(), ErrorKind::PermissionDenied);
  EXPECT_FALSE(opened.error().retryable());
  EXPECT_EQ(opened.error().describe().find("hunter2"), std::string::npos);
}

TEST_F(PostgresTest, SaysThatThereIsNoSuchDatabase) {
  std::string address = address_;
  address.replace(address.find("/candid?"), 8, "/nothing?");
  EXPECT_EQ(open_postgres_ledger(address).error().kind(), ErrorKind::NotFound);
}

TEST_F(PostgresTest, AServerThatIsAwayMayComeBack) {
  auto opened = open_postgres_ledger("postgresql://sample@127.0.0.1:1/candid");
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().kind(), ErrorKind::Network);
  EXPECT_TRUE(opened.error().retryable());
}

TEST_F(PostgresTest, TellsItsAddressWithoutOptions) {
  auto ledger = must(open_postgres_ledger(address_));
  EXPECT_EQ(ledger->describe(), fmt::format("ledger postgresql://sample@127.0.0.1:{}/candid", server_.port()));
}

TEST_F(PostgresTest, ProgramsThatComeAtOnceMakeTheTablesOnce) {
  std::vector<std::vector<uint8_t>> keys(6);
  {
    std::vector<std::jthread> programs;
    for (auto& key : keys)
      programs.emplace_back([&] { key = must(must(open_postgres_ledger(address_))->server_key()); });
  }
  for (const auto& key : keys) EXPECT_EQ(key, keys[0]);
  EXPECT_EQ(server_.ask(address_, "SELECT string_agg(version::text, ',' ORDER BY version) FROM schema_version"),
            "1,2,3");
}

TEST_F(PostgresTest, BringsTheTablesOfTheReleaseBeforeUpToDateWithAllTheyHold) {
  must(must(open_postgres_ledger(address_))->upsert_messages({sample_message()}));
  server_.ask(address_, "DROP TABLE view_count; DELETE FROM schema_version WHERE version = 3");
  auto ledger = must(open_postgres_ledger(address_));
  EXPECT_TRUE(must(ledger->find_message("m-1")));
  must(ledger->add_counts("backend", {{ViewState::Viewed, 1}}));
  EXPECT_EQ(must(ledger->counts("backend")), (ViewCounts{{ViewState::Viewed, 1}}));
}

TEST_F(PostgresTest, ABackupHoldsTheCounters) {
  auto ledger = must(open_postgres_ledger(address_));
  must(ledger->upsert_messages({sample_message()}));
  must(ledger->add_counts("backend", {{ViewState::Viewed, 2}}));
  auto folder = must(TemporaryFolder::create());
  must(ledger->back_up(folder.path() / "backup.db"));
  auto backup = must(open_sqlite_ledger(folder.path() / "backup.db"));
  EXPECT_EQ(must(backup->counts("backend")), (ViewCounts{{ViewState::Viewed, 2}}));
}

TEST_F(PostgresTest, RefusesTheTablesOfANewerProgram) {
  must(open_postgres_ledger(address_));
  server_.ask(address_, "INSERT INTO schema_version VALUES (1000)");
  EXPECT_EQ(open_postgres_ledger(address_).error().kind(), ErrorKind::Unsupported);
}

TEST_F(PostgresTest, RefusesTablesThatAreAnothersOfTheSameName) {
  server_.ask(address_, "CREATE TABLE message (mine text)");
  EXPECT_EQ(open_postgres_ledger(address_).error().kind(), ErrorKind::Exists);
  EXPECT_EQ(server_.ask(address_, "SELECT to_regclass('link')"), "") << "nothing half-made is left";
}

TEST_F(PostgresTest, AUserWhoMayNotMakeTablesMayUseThem) {
  server_.ask(address_,
              fmt::format("DROP ROLE IF EXISTS visitor; CREATE ROLE visitor LOGIN PASSWORD '{}'", server_.password()));
  std::string schema = server_.ask(address_, "SELECT current_schema()");
  std::string visitor = server_.with_user(address_, "visitor");
  server_.ask(address_, fmt::format("GRANT USAGE ON SCHEMA {} TO visitor", schema));
  EXPECT_EQ(open_postgres_ledger(visitor).error().kind(), ErrorKind::PermissionDenied);
  must(open_postgres_ledger(address_));
  server_.ask(address_, fmt::format("GRANT ALL ON ALL TABLES IN SCHEMA {} TO visitor", schema));
  auto ledger = must(open_postgres_ledger(visitor));
  must(ledger->upsert_messages({sample_message()}));
  server_.ask(address_, fmt::format("REVOKE INSERT ON message FROM visitor", schema));
  auto stored = ledger->upsert_messages({sample_message("m-2")});
  ASSERT_FALSE(stored);
  EXPECT_EQ(stored.error().kind(), ErrorKind::PermissionDenied);
  ledger.reset();
  server_.ask(address_, "DROP OWNED BY visitor; DROP ROLE visitor");
}

TEST_F(PostgresTest, WaitsForTheDiskWhereTheServerWouldNot) {
  auto setting = [](const std::string& address) {
    PostgresPool pool(must(read_postgres_address(address)));
    return must(pool.run(PostgresAccess::Single, "ask", [](PostgresQuery& query) {
      return query.run_once("SHOW synchronous_commit").front()[0].as<std::string>();
    }));
  };
  EXPECT_EQ(setting(address_), "on");
  EXPECT_EQ(setting(address_ + "%20-csynchronous_commit%3Doff"), "on");
  EXPECT_EQ(setting(address_ + "%20-csynchronous_commit%3Dremote_apply"), "remote_apply");
}

TEST_F(PostgresTest, WhatIsDoneWithAnAnswerIsNotTheServersTime) {
  auto connection = must(PostgresConnection::open(must(read_postgres_address(address_))));
  pqxx::nontransaction transaction(connection->link());
  constexpr std::chrono::milliseconds kLongest(500);
  {
    PostgresQuery query(*connection, transaction, kLongest);
    query.run_once("SELECT 1");
    // A disk that is slow, and nothing else.
    std::this_thread::sleep_for(2 * kLongest);
    EXPECT_FALSE(connection->was_cut());
    query.run_once("SELECT 1");
  }
  // The end of a transaction is the server's again, and here none ends in time.
  while (!connection->was_cut()) std::this_thread::yield();
  EXPECT_FALSE(connection->is_open()) << "whoever comes next makes a new one";
}

TEST_F(PostgresTest, AskForTlsUnlessTheServerIsOnThisMachine) {
  auto connection = [](const std::string& address) { return must(read_postgres_address(address)).connection.reveal(); };
  EXPECT_NE(connection("postgresql://user@db.example.com/candid").find("sslmode='require'"), std::string::npos);
  EXPECT_NE(connection("postgresql://user@db.example.com/candid?sslmode=disable").find("sslmode='disable'"),
            std::string::npos);
  EXPECT_EQ(connection("postgresql://user@127.0.0.1/candid").find("sslmode"), std::string::npos);
  EXPECT_EQ(connection("postgresql:///candid").find("sslmode"), std::string::npos);
}

TEST_F(PostgresTest, AValueOfTheAddressCannotSetAnother) {
  std::string text = must(read_postgres_address("postgresql:///a'%20host='evil")).connection.reveal();
  EXPECT_NE(text.find(R"(dbname='a\' host=\'evil')"), std::string::npos) << text.find("dbname");
}

}  // namespace
}  // namespace candid::track::test
