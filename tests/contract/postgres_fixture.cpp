#include "tests/contract/postgres_fixture.h"

#include <cstdlib>
#include <regex>

#include <fmt/format.h>
#include <pqxx/pqxx>

namespace candid::track::test {

PostgresServer& PostgresServer::instance() {
  static PostgresServer server;
  return server;
}

PostgresServer::PostgresServer() {
  static const std::regex kForm("postgresql://([^:]+):([^@]+)@([^:]+):([0-9]+)/([^?]+)");
  std::smatch parts;
  const std::string& address = process_.fact("address");
  if (!std::regex_match(address, parts, kForm)) throw std::runtime_error("the server's address has another form");
  user_ = parts[1];
  password_ = parts[2];
  host_ = parts[3];
  port_ = std::stoi(parts[4]);
  database_ = parts[5];
  setenv("PGPASSWORD", password_.c_str(), 1);
  // Neither of whoever runs the tests may count.
  setenv("PGPASSFILE", "/nonexistent", 1);
  unsetenv("PGSSLMODE");
}

std::string PostgresServer::new_address() {
  std::string schema = fmt::format("ledger_{}", ++schemas_);
  std::string plain = fmt::format("postgresql://{}@{}:{}/{}", user_, host_, port_, database_);
  ask(plain, "CREATE SCHEMA " + schema);
  return fmt::format("{}?options=-csearch_path%3D{}", plain, schema);
}

std::string PostgresServer::with_port(const std::string& address, int port) const {
  return std::regex_replace(address, std::regex(fmt::format(":{}/", port_)), fmt::format(":{}/", port));
}

std::string PostgresServer::with_user(const std::string& address, const std::string& user) const {
  return std::regex_replace(address, std::regex(fmt::format("//{}@", user_)), fmt::format("//{}@", user));
}

std::string PostgresServer::ask(const std::string& address, const std::string& sql) {
  pqxx::connection connection(address);
  pqxx::quiet_errorhandler quiet(connection);
  pqxx::nontransaction session(connection);
  pqxx::result answer = session.exec(sql);
  return answer.empty() || answer.front()[0].is_null() ? std::string() : answer.front()[0].as<std::string>();
}

}  // namespace candid::track::test
