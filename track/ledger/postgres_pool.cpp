#include "track/ledger/postgres_pool.h"

#include <chrono>
#include <thread>

#include <fmt/format.h>

namespace candid::track {
namespace {

constexpr int kMostSessions = 8;
constexpr int kMostTries = 4;
// A server that crashed needs a moment to recover; meanwhile events wait in their queue.
constexpr auto kSettleTime = std::chrono::seconds(10);
constexpr auto kSettlePause = std::chrono::milliseconds(100);

const PostgresStatement kTransaction = {"transaction", "SELECT coalesce(txid_current_if_assigned()::text, '')"};
const PostgresStatement kTransactionStatus = {"transaction_status", "SELECT coalesce(txid_status($1::bigint), '')"};

}  // namespace

Result<void> PostgresSession::connect() {
  if (connection_ && connection_->is_open()) return {};
  connection_.reset();
  connection_ = TRY(PostgresConnection::open(address_));
  return {};
}

Result<void> PostgresSession::transact(PostgresAccess access, std::string_view doing, const Work& work,
                                       bool may_repeat) {
  for (int tries = 1;; ++tries) {
    TRY_VOID(connect());
    Outcome outcome = attempt(access, doing, work);
    if (outcome.kind == Outcome::Kind::InDoubt) outcome = settle(std::move(outcome), doing);
    if (outcome.kind == Outcome::Kind::Done) return {};
    if (outcome.kind == Outcome::Kind::Again && tries < kMostTries) continue;
    if (outcome.kind == Outcome::Kind::InDoubt && !may_repeat) {
      return fail(ErrorKind::Network, fmt::format("whether it was possible to {} is unknown", doing),
                  "the database server was lost while it committed");
    }
    return tl::unexpected(std::move(*outcome.error));
  }
}

PostgresSession::Outcome PostgresSession::attempt(PostgresAccess access, std::string_view doing, const Work& work) {
  connection_->expect_answer(access == PostgresAccess::Write ? kLongestWrite : kLongestRead);
  Outcome outcome = access == PostgresAccess::Write ? attempt_write(doing, work) : attempt_read(access, doing, work);
  if (connection_) connection_->expect_nothing();
  return outcome;
}

PostgresSession::Outcome PostgresSession::attempt_read(PostgresAccess access, std::string_view doing,
                                                       const Work& work) {
  try {
    Result<void> result;
    if (access == PostgresAccess::Single) {
      pqxx::nontransaction transaction(connection_->link());
      PostgresQuery query(*connection_, transaction, kLongestRead);
      result = work(query);
    } else {
      pqxx::transaction<pqxx::repeatable_read, pqxx::read_only> transaction(connection_->link());
      PostgresQuery query(*connection_, transaction, kLongestRead);
      result = work(query);
    }
    if (!result) return {.kind = Outcome::Kind::Failed, .error = std::move(result).error()};
    return {};
  } catch (const std::exception& problem) {
    return failed(problem, doing);
  }
}

PostgresSession::Outcome PostgresSession::attempt_write(std::string_view doing, const Work& work) {
  std::string number;
  bool committing = false;
  try {
    pqxx::work transaction(connection_->link());
    PostgresQuery query(*connection_, transaction, kLongestWrite);
    Result<void> result = work(query);
    if (!result) return {.kind = Outcome::Kind::Failed, .error = std::move(result).error()};
    number = query.run(kTransaction).front()[0].as<std::string>();
    committing = true;
    connection_->expect_answer(kLongestWrite);
    transaction.commit();
    return {};
  } catch (const std::exception& problem) {
    bool was_lost = !connection_->is_open() || is_farewell(problem);
    Outcome outcome = failed(problem, doing);
    // A transaction without a number changed nothing.
    if (committing && was_lost && !number.empty()) outcome.kind = Outcome::Kind::InDoubt;
    outcome.transaction = number;
    return outcome;
  }
}

PostgresSession::Outcome PostgresSession::failed(const std::exception& problem, std::string_view doing) {
  Outcome outcome{.kind = Outcome::Kind::Failed, .error = postgres_error(problem, doing)};
  if (connection_->was_cut()) {
    // Not again: whoever asked has waited for long enough.
    outcome.error = too_slow(doing);
    connection_.reset();
  } else if (!connection_->is_open() || is_farewell(problem)) {
    outcome.kind = Outcome::Kind::Again;
    connection_.reset();
  } else if (is_conflict(problem)) {
    outcome.kind = Outcome::Kind::Again;
  }
  return outcome;
}

PostgresSession::Outcome PostgresSession::settle(Outcome doubt, std::string_view doing) {
  auto deadline = std::chrono::steady_clock::now() + kSettleTime;
  while (std::chrono::steady_clock::now() < deadline) {
    std::string status;
    Outcome asked;
    if (connect()) {
      asked = attempt(PostgresAccess::Single, doing, [&](PostgresQuery& query) -> Result<void> {
        status = query.run(kTransactionStatus, doubt.transaction).front()[0].as<std::string>();
        return {};
      });
    }
    if (status == "committed") return {};
    if (status == "aborted") return {.kind = Outcome::Kind::Again, .error = std::move(doubt.error)};
    std::this_thread::sleep_for(kSettlePause);
  }
  return doubt;
}

Result<void> PostgresPool::transact(PostgresAccess access, std::string_view doing, const PostgresSession::Work& work) {
  auto session = take();
  if (!session) return tl::unexpected(too_slow(doing));
  auto result = session->transact(access, doing, work);
  give_back(std::move(session));
  return result;
}

std::unique_ptr<PostgresSession> PostgresPool::take() {
  std::unique_lock lock(mutex_);
  if (!given_back_.wait_for(lock, kLongestRead, [&] { return taken_ < kMostSessions; })) return nullptr;
  ++taken_;
  if (idle_.empty()) return std::make_unique<PostgresSession>(address_);
  auto session = std::move(idle_.back());
  idle_.pop_back();
  return session;
}

void PostgresPool::give_back(std::unique_ptr<PostgresSession> session) {
  {
    std::lock_guard lock(mutex_);
    --taken_;
    idle_.push_back(std::move(session));
  }
  given_back_.notify_one();
}

}  // namespace candid::track
