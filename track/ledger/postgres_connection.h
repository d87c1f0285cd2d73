#pragma once
// One connection to a PostgreSQL ledger, and what its library's exceptions mean. Internal to track.

#include <chrono>
#include <exception>
#include <memory>
#include <string>
#include <string_view>

#include <pqxx/pqxx>

#include "core/error.h"
#include "track/ledger/postgres_address.h"
#include "track/ledger/postgres_watchdog.h"

namespace candid::track {

// Prepared on a connection when it first runs there.
struct PostgresStatement {
  std::string name;
  std::string sql;
};

class PostgresConnection {
 public:
  // Network and retryable when the server is away; PermissionDenied, NotFound and so on by what it answers.
  static Result<std::unique_ptr<PostgresConnection>> open(const PostgresAddress& address);

  pqxx::connection& link() { return link_; }
  // It can be used again. One that was cut is shut, although its library finds out only when it next asks something:
  // the watchdog may fire just as an answer comes.
  bool is_open() const { return link_.is_open() && !was_cut(); }
  // How long the server may take for one statement, from here on and anew from each call.
  void expect_answer(std::chrono::milliseconds within) { watchdog_.expect(within); }
  void expect_nothing() { watchdog_.relax(); }
  // It took longer, and the connection was cut.
  bool was_cut() const { return watchdog_.has_cut(); }

 private:
  explicit PostgresConnection(const std::string& connection_text);

  pqxx::connection link_;
  pqxx::quiet_errorhandler quiet_;  // else notices, which may hold rows, go to stderr
  PostgresWatchdog watchdog_;
};

// For a page somebody waits; storing much may take longer.
inline constexpr std::chrono::seconds kLongestRead{10};
inline constexpr std::chrono::seconds kLongestWrite{30};

// What work in a transaction speaks to. It throws what pqxx throws. The server's time alone counts: what is done with
// an answer may take as long as it takes.
class PostgresQuery {
 public:
  PostgresQuery(PostgresConnection& connection, pqxx::transaction_base& transaction, std::chrono::milliseconds longest)
      : connection_(connection), transaction_(transaction), longest_(longest) {}
  // The transaction's end is the server's again.
  ~PostgresQuery() { connection_.expect_answer(longest_); }
  PostgresQuery(const PostgresQuery&) = delete;
  PostgresQuery& operator=(const PostgresQuery&) = delete;

  template <typename... Values>
  pqxx::result run(const PostgresStatement& statement, Values&&... values) {
    connection_.expect_answer(longest_);
    connection_.link().prepare(statement.name, statement.sql);
    return answered(transaction_.exec_prepared(statement.name, std::forward<Values>(values)...));
  }
  // Without values, unprepared; for what runs once.
  pqxx::result run_once(const std::string& sql) {
    connection_.expect_answer(longest_);
    return answered(transaction_.exec(sql));
  }

 private:
  pqxx::result answered(pqxx::result answer) {
    connection_.expect_nothing();
    return answer;
  }

  PostgresConnection& connection_;
  pqxx::transaction_base& transaction_;
  const std::chrono::milliseconds longest_;
};

// "cannot `doing` (PostgreSQL says 53100)": the server's own words may hold rows, so its SQLSTATE must do.
Error postgres_error(const std::exception& problem, std::string_view doing);
// Whether the transaction was rolled back and may simply run again: a deadlock, or two that changed the same.
bool is_conflict(const std::exception& problem);
// Retryable: the server is there, and took longer than it may.
Error too_slow(std::string_view doing);
// Whether the server ended the connection by itself, at its shutdown for one.
bool is_farewell(const std::exception& problem);

}  // namespace candid::track
