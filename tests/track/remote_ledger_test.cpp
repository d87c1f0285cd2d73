#include "track/ledger/remote_ledger.h"

#include <condition_variable>
#include <fstream>
#include <mutex>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/files.h"
#include "core/text.h"
#include "net/retry.h"
#include "tests/support/results.h"
#include "tests/track/fixtures.h"
#include "tests/track/memory_door.h"
#include "track/api/api_error.h"
#include "track/api/api_server.h"

namespace candid::track {
namespace {

using candid::test::must;
using test::FakeClock;
using test::sample_message;
using testing::HasSubstr;
using testing::Not;

// Hands requests to an Api without a network, and does to them what networks do.
class DirectTransport final : public net::HttpTransport {
 public:
  explicit DirectTransport(Api& api) : api_(api) {}

  Result<net::HttpResponse> send(const net::HttpRequest& request, const std::stop_token&) override {
    std::lock_guard lock(mutex_);
    sent.push_back(request);
    if (refuse_all) return net::HttpResponse{.status = refuse_all->first, .body = bytes_of(refuse_all->second)};
    net::HttpResponse response = answer(request);
    if (lost_answers > 0) {
      --lost_answers;
      return tl::unexpected(Error(ErrorKind::Network, "the connection broke").retry_may_help());
    }
    if (request.on_body && response.is_success()) {
      if (flip_a_bit) response.body.at(response.body.size() / 2) ^= 1;
      if (!request.on_body(response.body)) return fail(ErrorKind::Network, "the answer was not taken");
      response.body.clear();
    }
    return response;
  }

  std::vector<net::HttpRequest> sent;
  int lost_answers = 0;
  bool flip_a_bit = false;
  std::optional<std::pair<int, std::string>> refuse_all{};

 private:
  static std::vector<uint8_t> bytes_of(const std::string& text) { return {text.begin(), text.end()}; }

  net::HttpResponse answer(const net::HttpRequest& request) {
    HttpRequest seen;
    seen.method = request.method == "POST" ? Method::Post : Method::Other;
    seen.path = request.url.substr(std::string("https://host.example").size());
    for (const auto& [name, value] : request.headers) seen.headers[to_lower(name)] = value;
    seen.body = std::get<std::string>(request.body);
    EXPECT_LE(seen.body.size(), kLongestCall);
    HttpResponse response = api_.answer(seen);
    net::HttpResponse result{.status = response.status};
    for (const auto& [name, value] : response.headers) result.headers[to_lower(name)] = value;
    if (const auto* text = std::get_if<std::string>(&response.body)) result.body = bytes_of(*text);
    if (const auto* media = std::get_if<MediaBody>(&response.body))
      result.body = must(read_file(media->extents[0].file));
    return result;
  }

  Api& api_;
  std::mutex mutex_;
};

class NoPause final : public Pause {
 public:
  bool wait(std::chrono::milliseconds duration, const std::stop_token&) override {
    now_ += duration;
    return true;
  }
  std::chrono::steady_clock::time_point now() const override { return now_; }

 private:
  std::chrono::steady_clock::time_point now_{};
};

class RemoteLedgerTest : public testing::Test {
 protected:
  RemoteLedgerTest() {
    must(local_->add_api_token(sha256(token_), {"tests", ApiScope::Admin, clock_.now()}));
    must(local_->upsert_messages({sample_message()}));
  }
  std::string token_ = make_api_token();
  TemporaryFolder folder_ = must(TemporaryFolder::create());
  FakeClock clock_;
  std::unique_ptr<Ledger> local_ = must(open_sqlite_ledger(folder_.path() / "ledger.db", clock_));
  test::MemoryDoor door_;
  ApiServer api_{*local_, door_, clock_};
  DirectTransport direct_{api_};
  NoPause pause_;
  net::RetryingTransport retrying_{direct_, {}, call_may_get_better, pause_, clock_};
  std::unique_ptr<Ledger> remote_ = make_remote_ledger("https://host.example", Secret(token_), retrying_);
};

Event seen_event(int64_t link, std::string body = "{}") {
  Event event;
  event.link_id = link;
  event.received_at = test::kNoon;
  event.body = std::move(body);
  return event;
}

TEST_F(RemoteLedgerTest, ACallWhoseAnswerWasLostHasRunOnce) {
  Sha256 digest = sha256("token");
  direct_.lost_answers = 1;
  must(remote_->put_link(digest, "m-1", Purpose::Candidate, {}));
  direct_.lost_answers = 2;
  must(remote_->append_and_wait({seen_event(1), seen_event(1)}));
  EXPECT_EQ(must(local_->history("m-1")).at(0).events.size(), 2u);
  direct_.lost_answers = 1;
  EXPECT_EQ(must(remote_->revoke_links("m-1")), 1);
  EXPECT_EQ(must(remote_->revoke_links("m-1")), 0);
  must(remote_->put_link(sha256("other"), "m-1", Purpose::Candidate, {}));
  direct_.lost_answers = 1;
  must(remote_->revoke_link(sha256("other")));
  direct_.lost_answers = 1;
  must(remote_->add_api_token(sha256("api"), {"new", ApiScope::Read, test::kNoon}));
  direct_.lost_answers = 1;
  must(remote_->remove_api_token("new"));
  EXPECT_EQ(must(remote_->api_tokens()).size(), 1u);
}

TEST_F(RemoteLedgerTest, TwoEqualCallsBothRun) {
  must(remote_->put_link(sha256("token"), "m-1", Purpose::Candidate, {}));
  must(remote_->append_and_wait({seen_event(1)}));
  must(remote_->append_and_wait({seen_event(1)}));
  EXPECT_EQ(must(local_->history("m-1")).at(0).events.size(), 2u);
}

TEST_F(RemoteLedgerTest, ManyMessagesGoInCallsOfBoundedLength) {
  std::vector<MessageRecord> messages;
  for (int i = 0; i < 3000; ++i) {
    messages.push_back(sample_message(fmt::format("m-{}", i)));
    messages.back().roster_line = i;
    messages.back().page.message = std::string(700, 'x');
  }
  must(remote_->upsert_messages(messages));
  EXPECT_GT(direct_.sent.size(), 2u);
  EXPECT_LT(direct_.sent.size(), 8u);
  auto found = must(remote_->messages("backend"));
  ASSERT_EQ(found.size(), 3000u);
  EXPECT_EQ(found[2999].message_id, "m-2999");
  EXPECT_EQ(found[2999].page, messages[2999].page);
}

TEST_F(RemoteLedgerTest, NothingIsSentWhenAMessageIsWrong) {
  auto wrong = sample_message("m-3");
  wrong.page.accent_color = "red";
  EXPECT_EQ(remote_->upsert_messages({sample_message("m-2"), wrong}).error().kind(), ErrorKind::InvalidInput);
  EXPECT_TRUE(direct_.sent.empty());
}

TEST_F(RemoteLedgerTest, EventsThatWaitTogetherTravelTogether) {
  must(remote_->put_link(sha256("token"), "m-1", Purpose::Candidate, {}));
  size_t before = direct_.sent.size();
  std::mutex mutex;
  std::condition_variable all_done;
  int done = 0;
  constexpr int kCalls = 2000;
  for (int i = 0; i < kCalls; ++i) {
    remote_->append({seen_event(1)}, [&](const Result<void>& stored) {
      EXPECT_TRUE(stored);
      std::lock_guard lock(mutex);
      if (++done == kCalls) all_done.notify_one();
    });
  }
  std::unique_lock lock(mutex);
  all_done.wait(lock, [&] { return done == kCalls; });
  EXPECT_EQ(must(local_->history("m-1")).at(0).events.size(), size_t{kCalls});
  EXPECT_LT(direct_.sent.size() - before, size_t{kCalls} / 4);
}

TEST_F(RemoteLedgerTest, MoreEventsThanACallHoldsAreRefused) {
  std::vector<Event> events(40, seen_event(1, std::string(60'000, 'x')));
  auto stored = remote_->append_and_wait(events);
  ASSERT_FALSE(stored);
  EXPECT_EQ(stored.error().kind(), ErrorKind::InvalidInput);
  EXPECT_TRUE(direct_.sent.empty());
}

TEST_F(RemoteLedgerTest, AnUnknownTokenSaysWhatToDo) {
  auto stranger = make_remote_ledger("https://host.example", Secret("cnd_wrong"), retrying_);
  auto refused = stranger->campaigns();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind(), ErrorKind::PermissionDenied);
  EXPECT_THAT(refused.error().hint(), HasSubstr("candid token add"));
  EXPECT_THAT(refused.error().hint(), HasSubstr("CANDID_API_TOKEN"));
  EXPECT_THAT(refused.error().describe(), Not(HasSubstr("cnd_")));
  EXPECT_EQ(direct_.sent.size(), 1u);
}

TEST_F(RemoteLedgerTest, ATokenOfTooSmallAScopeSaysWhichIsNeeded) {
  std::string token = make_api_token();
  must(local_->add_api_token(sha256(token), {"reader", ApiScope::Read, clock_.now()}));
  auto reader = make_remote_ledger("https://host.example", Secret(token), retrying_);
  auto refused = reader->revoke_links("m-1");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind(), ErrorKind::PermissionDenied);
  EXPECT_THAT(refused.error().describe(), HasSubstr("publish"));
}

TEST_F(RemoteLedgerTest, AServerThatIsNotCandidIsSaidToBeNone) {
  direct_.refuse_all = {404, "<html>nginx</html>"};
  auto refused = remote_->find_message("m-1");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind(), ErrorKind::Network);
  EXPECT_THAT(refused.error().message(), HasSubstr("https://host.example"));
  for (const char* nonsense :
       {"", "hello", "{}", R"({"message": 5})", R"({"message": {}})", R"({"message": null, "a": 1})"}) {
    direct_.refuse_all = {200, nonsense};
    EXPECT_EQ(remote_->find_message("m-1").error().kind(), ErrorKind::Corrupt) << nonsense;
  }
}

TEST_F(RemoteLedgerTest, WhatAProxyOrAGuardAnswersMayGetBetter) {
  for (int status : {429, 502, 504}) {
    direct_.refuse_all = {status, "<html>not now</html>"};
    size_t before = direct_.sent.size();
    auto refused = remote_->find_message("m-1");
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind(), ErrorKind::Network);
    EXPECT_TRUE(refused.error().retryable());
    EXPECT_GT(direct_.sent.size(), before + 1);
  }
}

TEST_F(RemoteLedgerTest, WhatTheServerCallsHopelessIsNotRepeated) {
  direct_.refuse_all = {500, to_json(Error(ErrorKind::Corrupt, "the ledger is broken", "restore it"))};
  auto refused = remote_->campaigns();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind(), ErrorKind::Corrupt);
  EXPECT_EQ(refused.error().hint(), "restore it");
  EXPECT_EQ(direct_.sent.size(), 1u);
  direct_.refuse_all = {503, to_json(Error(ErrorKind::Io, "the queue is full").retry_may_help())};
  EXPECT_FALSE(remote_->campaigns());
  EXPECT_GT(direct_.sent.size(), 3u);
}

TEST_F(RemoteLedgerTest, ABackupIsCheckedAndAppearsWhole) {
  auto file = folder_.path() / "backup.db";
  direct_.flip_a_bit = true;
  auto damaged = remote_->back_up(file);
  ASSERT_FALSE(damaged);
  EXPECT_EQ(damaged.error().kind(), ErrorKind::Corrupt);
  EXPECT_FALSE(std::filesystem::exists(file));
  direct_.flip_a_bit = false;
  must(remote_->back_up(file));
  EXPECT_EQ(std::filesystem::status(file).permissions(), std::filesystem::perms(0600));
  EXPECT_TRUE(must(must(open_sqlite_ledger(file, clock_))->find_message("m-1")));
  EXPECT_EQ(remote_->back_up(file).error().kind(), ErrorKind::Exists);
}

TEST_F(RemoteLedgerTest, ABackupThatCannotBeWrittenLeavesNothing) {
  EXPECT_FALSE(remote_->back_up(folder_.path() / "no such folder" / "backup.db"));
  direct_.refuse_all = {507, to_json(Error(ErrorKind::NoSpace, "the server's disk is full"))};
  EXPECT_EQ(remote_->back_up(folder_.path() / "backup.db").error().kind(), ErrorKind::NoSpace);
  for (const auto& path : must(files_below(folder_.path()))) {
    EXPECT_THAT(path.filename().string(), testing::StartsWith("ledger.db"));
  }
}

TEST_F(RemoteLedgerTest, TheServersKeyStaysThere) {
  EXPECT_EQ(remote_->server_key().error().kind(), ErrorKind::Unsupported);
}

TEST_F(RemoteLedgerTest, DescribesItselfWithoutTheToken) {
  EXPECT_EQ(remote_->describe(), "ledger of https://host.example");
}

}  // namespace
}  // namespace candid::track
