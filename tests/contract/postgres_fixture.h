#pragma once
// One PostgreSQL server for all tests of the program; each ledger has a schema of its own in it.

#include <string>

#include "tests/contract/ledger_contract.h"
#include "tests/support/server_process.h"

namespace candid::track::test {

class PostgresServer {
 public:
  // Started when it is first asked for. Its password is in $PGPASSWORD then.
  static PostgresServer& instance();

  const std::string& password() const { return password_; }
  int port() const { return port_; }
  // Of the database's owner, without password, who sees a new, empty schema. `port`: of a relay before the server.
  std::string new_address();
  std::string with_port(const std::string& address, int port) const;
  std::string with_user(const std::string& address, const std::string& user) const;
  // As the owner; the first column of the first row, or nothing. The statements see the address's schema.
  std::string ask(const std::string& address, const std::string& sql);

 private:
  PostgresServer();

  candid::test::ServerProcess process_{"postgres"};
  std::string user_;
  std::string password_;
  std::string host_;
  int port_ = 0;
  std::string database_;
  int schemas_ = 0;
};

}  // namespace candid::track::test
