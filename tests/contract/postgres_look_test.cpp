// Looking into a ledger in PostgreSQL: nothing is made there, and nothing changed.

#include "core/digest.h"
#include "tests/contract/postgres_fixture.h"

namespace candid::track::test {
namespace {

using candid::test::must;

class PostgresLook : public testing::Test {
 protected:
  std::string tables() {
    return server_.ask(address_,
                       "SELECT count(*)::text FROM pg_class WHERE relnamespace = current_schema()::regnamespace");
  }
  PostgresServer& server_ = PostgresServer::instance();
  std::string address_ = server_.new_address();
};

TEST_F(PostgresLook, AnEmptyDatabaseIsALedgerWithNothingInItAndStaysEmpty) {
  ASSERT_EQ(tables(), "0");
  auto ledger = must(look_into_postgres_ledger(address_));
  EXPECT_TRUE(must(ledger->messages("backend")).empty());
  EXPECT_EQ(ledger->describe(), must(open_postgres_ledger(server_.new_address()))->describe());
  EXPECT_EQ(tables(), "0");
}

TEST_F(PostgresLook, TellsAllAndRefusesToWrite) {
  auto other = must(open_postgres_ledger(address_));
  must(other->upsert_messages({sample_message()}));
  must(other->put_link(sha256("token"), "m-1", Purpose::Candidate, {}));
  auto ledger = must(look_into_postgres_ledger(address_));
  ASSERT_TRUE(ledger);
  EXPECT_EQ(must(ledger->id()), must(other->id()));
  EXPECT_EQ(must(ledger->messages("backend")).size(), 1U);
  EXPECT_TRUE(must(ledger->find_links({sha256("token")})).at(0));
  EXPECT_EQ(ledger->upsert_messages({sample_message("m-2")}).error().kind(), ErrorKind::PermissionDenied);
  EXPECT_EQ(ledger->revoke_links("m-1").error().kind(), ErrorKind::PermissionDenied);
  EXPECT_EQ(must(other->messages("backend")).size(), 1U);
}

TEST_F(PostgresLook, GivesOneWithoutAnIdNone) {
  must(open_postgres_ledger(address_));
  server_.ask(address_, "DELETE FROM meta WHERE key = 'ledger_id'");
  EXPECT_EQ(must(must(look_into_postgres_ledger(address_))->id()).size(), 32U);
  EXPECT_EQ(server_.ask(address_, "SELECT count(*)::text FROM meta WHERE key = 'ledger_id'"), "0");
}

TEST_F(PostgresLook, RefusesTheTablesOfANewerProgram) {
  must(open_postgres_ledger(address_));
  server_.ask(address_, "INSERT INTO schema_version VALUES (1000)");
  EXPECT_EQ(look_into_postgres_ledger(address_).error().kind(), ErrorKind::Unsupported);
}

}  // namespace
}  // namespace candid::track::test
