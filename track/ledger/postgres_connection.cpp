#include "track/ledger/postgres_connection.h"

#include <array>
#include <chrono>
#include <optional>

#include <fmt/format.h>
#include <libpq-fe.h>
#include <poll.h>

namespace candid::track {
namespace {

constexpr auto kProbeTime = std::chrono::seconds(10);

struct CloseProbe {
  void operator()(PGconn* probe) const { PQfinish(probe); }
};
using Probe = std::unique_ptr<PGconn, CloseProbe>;

struct Meaning {
  std::string_view state;  // SQLSTATE, or its class of two characters (PostgreSQL's Appendix A)
  ErrorKind kind;
  bool retryable;
  std::string_view hint;
};

// The first that fits counts.
constexpr std::array<Meaning, 17> kMeanings = {{
    {"53100", ErrorKind::NoSpace, false, "the database server's disk is full"},
    {"53300", ErrorKind::Network, true, "the database server takes no more connections: raise max_connections"},
    {"28", ErrorKind::PermissionDenied, false,
     "the database server refuses this user or password: check the address, PGPASSWORD and pg_hba.conf"},
    {"42501", ErrorKind::PermissionDenied, false, "this user of the database lacks a right: GRANT it"},
    {"25006", ErrorKind::PermissionDenied, false, "the database server is a replica, or set to read only"},
    {"3D", ErrorKind::NotFound, false, "there is no such database: createdb makes one"},
    {"42P07", ErrorKind::Exists, false, "the database holds other tables of these names: take one of its own"},
    {"08", ErrorKind::Network, true, ""},
    {"57P01", ErrorKind::Network, true, "the database server is going down"},
    {"57P02", ErrorKind::Network, true, "the database server is restarting"},
    {"57P03", ErrorKind::Network, true, "the database server is starting or going down"},
    {"57014", ErrorKind::Network, true, "the database server took too long: what else does it do?"},
    {"55P03", ErrorKind::Io, true, "another program holds what this one waits for"},
    {"40", ErrorKind::Io, true, ""},
    {"53", ErrorKind::Io, true, "the database server lacks memory or another resource"},
    {"XX001", ErrorKind::Corrupt, false, "the database's files are damaged"},
    {"XX002", ErrorKind::Corrupt, false, "the database's files are damaged: REINDEX may help"},
}};

Error error_of(const std::string& state, std::string_view doing) {
  std::string message = fmt::format("cannot {} (PostgreSQL says {})", doing, state);
  for (const Meaning& meaning : kMeanings) {
    if (!state.starts_with(meaning.state)) continue;
    Error error(meaning.kind, std::move(message), std::string(meaning.hint));
    return meaning.retryable ? std::move(error).retry_may_help() : error;
  }
  return {ErrorKind::Io, std::move(message)};
}

Error unreachable(std::string_view doing) {
  return Error(ErrorKind::Network, fmt::format("cannot {} (the database server does not answer)", doing),
               "is it running, and are host, port and sslmode of the address right?")
      .retry_may_help();
}

// pqxx drops the state of some of its exceptions.
std::string state_of(const std::exception& problem) {
  if (dynamic_cast<const pqxx::insufficient_privilege*>(&problem) != nullptr) return "42501";
  if (dynamic_cast<const pqxx::too_many_connections*>(&problem) != nullptr) return "53300";
  if (dynamic_cast<const pqxx::deadlock_detected*>(&problem) != nullptr) return "40P01";
  if (dynamic_cast<const pqxx::serialization_failure*>(&problem) != nullptr) return "40001";
  if (dynamic_cast<const pqxx::transaction_rollback*>(&problem) != nullptr) return "40000";
  const auto* failed = dynamic_cast<const pqxx::sql_error*>(&problem);
  return failed == nullptr ? std::string() : failed->sqlstate();
}

// Until it is connected, failed, or out of time.
void drive(PGconn* probe) {
  auto deadline = std::chrono::steady_clock::now() + kProbeTime;
  PostgresPollingStatusType status = PGRES_POLLING_WRITING;
  while (status == PGRES_POLLING_READING || status == PGRES_POLLING_WRITING) {
    auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
    pollfd socket{.fd = PQsocket(probe),
                  .events = status == PGRES_POLLING_READING ? short{POLLIN} : short{POLLOUT},
                  .revents = 0};
    if (left.count() <= 0 || poll(&socket, 1, static_cast<int>(left.count())) <= 0) return;
    status = PQconnectPoll(probe);
  }
}

// Why the server refuses a connection. libpq tells it in the server's language, unless it is asked, before the
// connection is made, to say the SQLSTATE instead; pqxx gives no chance to ask. Empty when the server was not reached.
std::string refusal_of(const PostgresAddress& address) {
  Probe probe(PQconnectStart(address.connection.reveal().c_str()));
  if (!probe || PQstatus(probe.get()) == CONNECTION_BAD) return {};
  PQsetErrorVerbosity(probe.get(), PQERRORS_SQLSTATE);
  drive(probe.get());
  std::string words = PQerrorMessage(probe.get());
  while (!words.empty() && words.back() == '\n') words.pop_back();
  if (PQconnectionNeedsPassword(probe.get()) != 0) return "28P01";
  constexpr size_t kStateSize = 5;
  if (words.size() <= kStateSize || words[words.size() - kStateSize - 1] != ' ') return {};
  std::string state = words.substr(words.size() - kStateSize);
  bool is_state = state.find_first_not_of("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ") == std::string::npos;
  return is_state ? state : std::string();
}

// A server may be set to report commits before they are on its disk, and to wait for locks without end.
// A statement whose sender gave up must end there, too.
Result<void> set_up(pqxx::connection& link, bool is_looked_into, std::string_view doing) {
  pqxx::nontransaction session(link);
  auto row = session.exec1(
      "SELECT current_setting('server_encoding'), set_config('lock_timeout', '10s', false), "
      "set_config('statement_timeout', '30s', false), "
      "CASE WHEN current_setting('synchronous_commit') = 'off' THEN set_config('synchronous_commit', 'on', false) END");
  if (is_looked_into) session.exec("SET default_transaction_read_only = on");
  if (row[0].as<std::string>() == "UTF8") return {};
  return fail(ErrorKind::Unsupported, fmt::format("cannot {}: the database's encoding is not UTF8", doing),
              "createdb --encoding=UTF8 --template=template0 makes one that is");
}

}  // namespace

PostgresConnection::PostgresConnection(const std::string& connection_text)
    : link_(connection_text), quiet_(link_), watchdog_(link_.sock()) {
  // A connection that was lost stays lost: whoever knows what was under way makes a new one.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
  link_.inhibit_reactivation(true);
#pragma GCC diagnostic pop
}

Result<std::unique_ptr<PostgresConnection>> PostgresConnection::open(const PostgresAddress& address) {
  std::string doing = fmt::format("open the ledger {}", address.shown);
  try {
    std::unique_ptr<PostgresConnection> connection(new PostgresConnection(address.connection.reveal()));
    connection->expect_answer(kLongestRead);
    TRY_VOID(set_up(connection->link(), address.is_looked_into, doing));
    connection->expect_nothing();
    return connection;
  } catch (const pqxx::broken_connection&) {
    std::string state = refusal_of(address);
    return tl::unexpected(state.empty() ? unreachable(doing) : error_of(state, doing));
  } catch (const std::exception& problem) {
    return tl::unexpected(postgres_error(problem, doing));
  }
}

Error postgres_error(const std::exception& problem, std::string_view doing) {
  std::string state = state_of(problem);
  if (!state.empty()) return error_of(state, doing);
  if (dynamic_cast<const pqxx::failure*>(&problem) != nullptr) return unreachable(doing);
  return {ErrorKind::Internal,
          fmt::format("cannot {} (libpqxx was misused, or an answer is not what was expected)", doing)};
}

Error too_slow(std::string_view doing) {
  return Error(ErrorKind::Network, fmt::format("cannot {} (the database server takes too long to answer)", doing),
               "does it hang, or do more than it can?")
      .retry_may_help();
}

bool is_conflict(const std::exception& problem) {
  std::string state = state_of(problem);
  return state == "40001" || state == "40P01";
}

bool is_farewell(const std::exception& problem) {
  std::string state = state_of(problem);
  return dynamic_cast<const pqxx::broken_connection*>(&problem) != nullptr || state == "57P01" || state == "57P02" ||
         state == "57P03";
}

}  // namespace candid::track
