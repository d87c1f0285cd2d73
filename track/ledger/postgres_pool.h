#pragma once
// Transactions on PostgreSQL that survive a lost connection. Internal to track.

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

#include "track/ledger/as_result.h"
#include "track/ledger/postgres_connection.h"

namespace candid::track {

enum class PostgresAccess {
  Single,    // one statement that changes nothing
  Snapshot,  // several that see one moment, and change nothing
  Write,
};

// One connection, made anew when it was lost. For one thread at a time.
class PostgresSession {
 public:
  explicit PostgresSession(const PostgresAddress& address) : address_(address) {}

  using Work = std::function<Result<void>(PostgresQuery&)>;
  // Commits when `work` succeeds. It runs again when the connection was lost before the commit, or after a conflict;
  // when the connection was lost within the commit, the server is asked what became of it, for some seconds. Where that
  // stays unknown the error is retryable only if the work `may_repeat`. A server that takes too long for one statement
  // (kLongestRead, kLongestWrite) is left, with a retryable error.
  Result<void> transact(PostgresAccess access, std::string_view doing, const Work& work, bool may_repeat = true);

 private:
  // What came of one try.
  struct Outcome {
    enum class Kind { Done, Failed, Again, InDoubt } kind = Kind::Done;
    std::optional<Error> error{};
    std::string transaction{};  // PostgreSQL's number of it
  };
  Result<void> connect();
  Outcome attempt(PostgresAccess access, std::string_view doing, const Work& work);
  Outcome attempt_read(PostgresAccess access, std::string_view doing, const Work& work);
  Outcome attempt_write(std::string_view doing, const Work& work);
  Outcome failed(const std::exception& problem, std::string_view doing);
  Outcome settle(Outcome doubt, std::string_view doing);

  const PostgresAddress& address_;
  std::unique_ptr<PostgresConnection> connection_;
};

// Some sessions for many threads.
class PostgresPool {
 public:
  explicit PostgresPool(PostgresAddress address) : address_(std::move(address)) {}

  const PostgresAddress& address() const { return address_; }

  // Runs `work(query)` as PostgresSession does; it returns a value, a Result or nothing.
  template <typename Work>
  auto run(PostgresAccess access, std::string_view doing, Work&& work) ->
      typename AsResult<std::invoke_result_t<Work, PostgresQuery&>>::Type {
    using Returned = std::invoke_result_t<Work, PostgresQuery&>;
    if constexpr (std::is_void_v<Returned>) {
      return transact(access, doing, [&](PostgresQuery& query) -> Result<void> {
        work(query);
        return {};
      });
    } else if constexpr (std::is_same_v<Returned, Result<void>>) {
      return transact(access, doing, work);
    } else {
      typename AsResult<Returned>::Type answer = fail(ErrorKind::Internal, "a transaction gave no answer");
      TRY_VOID(transact(access, doing, [&](PostgresQuery& query) -> Result<void> {
        answer = work(query);
        if (!answer) return tl::unexpected(answer.error());
        return {};
      }));
      return answer;
    }
  }

 private:
  Result<void> transact(PostgresAccess access, std::string_view doing, const PostgresSession::Work& work);
  // Nothing when none is given back in time.
  std::unique_ptr<PostgresSession> take();
  void give_back(std::unique_ptr<PostgresSession> session);

  const PostgresAddress address_;
  std::mutex mutex_;
  std::condition_variable given_back_;
  std::vector<std::unique_ptr<PostgresSession>> idle_;
  int taken_ = 0;
};

}  // namespace candid::track
