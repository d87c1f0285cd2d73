// What every ledger must do with events, and with several programs, endings and backups.

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>

#include <fmt/format.h>
#include <sys/stat.h>

#include "core/digest.h"
#include "tests/contract/ledger_contract.h"

namespace candid::track::test {

using candid::test::must;

TEST_P(LedgerContract, KeepsAnEventWordForWord) {
  store_messages({"m-1"});
  Event event = report(number_of(make_link()), "session", 7);
  event.kind = EventKind::Load;
  event.body = R"({"webdriver": false, "text": "مرحبا\n"})";
  must(ledger().append_and_wait({event}));
  auto events = events_of();
  ASSERT_EQ(events.size(), 1U);
  EXPECT_EQ(events[0].link_id, event.link_id);
  EXPECT_EQ(events[0].session, "session");
  EXPECT_EQ(events[0].sequence, 7);
  EXPECT_EQ(events[0].received_at, kNoon);
  EXPECT_EQ(events[0].kind, EventKind::Load);
  EXPECT_EQ(events[0].body, event.body);
  EXPECT_EQ(events[0].agent, kPhone);
  EXPECT_EQ(events[0].network, "203.0.113.0/24");
}

TEST_P(LedgerContract, StoresAReportOnceHoweverOftenItComes) {
  store_messages({"m-1"});
  int64_t link = number_of(make_link());
  Event later = report(link, "s", 0);
  later.received_at += std::chrono::seconds(9);
  must(ledger().append_and_wait({report(link, "s", 0), report(link, "s", 1), report(link, "s", 1)}));
  must(ledger().append_and_wait({later, report(link, "s", 1), report(link, "t", 0)}));
  auto events = events_of();
  ASSERT_EQ(events.size(), 3U);
  EXPECT_EQ(events[0].received_at, kNoon);  // the first time counts
}

TEST_P(LedgerContract, StoresEveryRequestInItsOrder) {
  store_messages({"m-1"});
  int64_t link = number_of(make_link());
  must(ledger().append_and_wait({request(link, "1"), request(link, "2"), request(link, "2")}));
  must(ledger().append_and_wait({request(link, "3")}));
  std::string order;
  for (const Event& event : events_of()) order += event.body;
  EXPECT_EQ(order, "1223");
}

TEST_P(LedgerContract, AnEventOfALinkThatIsGoneIsNoError) {
  store_messages({"m-1"});
  int64_t link = number_of(make_link());
  must(ledger().append_and_wait({report(link + 1000, "s", 0), report(link, "s", 0), request(-1)}));
  EXPECT_EQ(events_of().size(), 1U);
  must(ledger().append_and_wait({}));
}

TEST_P(LedgerContract, BytesThatAreNoTextDoNotKeepOthersFromBeingStored) {
  store_messages({"m-1"});
  int64_t link = number_of(make_link());
  Event hostile = report(link, "s", 1);
  hostile.agent = std::string("Bot\0\xFF\xC3(", 7);
  must(ledger().append_and_wait({report(link, "s", 0), hostile, report(link, "s", 2)}));
  auto events = events_of();
  ASSERT_EQ(events.size(), 3U);
  EXPECT_EQ(events[1].agent, "Bot\uFFFD\uFFFD\uFFFD(");
}

TEST_P(LedgerContract, StoresNothingOfALinkThatMustNotBeTracked) {
  store_messages({"m-1"});
  std::string token = make_link();
  int64_t link = number_of(token);
  must(ledger().append_and_wait({report(link, "s", 0)}));
  must(ledger().stop_tracking(link));
  must(ledger().append_and_wait({report(link, "s", 1), request(link)}));
  EXPECT_TRUE(must(ledger().find_link(sha256(token)))->do_not_track);
  EXPECT_EQ(events_of().size(), 1U);
  must(ledger().stop_tracking(link));
  must(ledger().stop_tracking(link + 1000));
}

TEST_P(LedgerContract, WhoMustNotBeTrackedIsNotTrackedOverAnotherLinkEither) {
  store_messages({"m-1", "m-2"});
  std::string old = make_link();
  int64_t pressed = number_of(make_link());
  std::string neighbour = make_token();
  must(ledger().put_link(sha256(neighbour), "m-2", Purpose::Candidate, {}));
  must(ledger().stop_tracking(pressed));
  std::string made_later = make_link();
  must(ledger().append_and_wait({request(number_of(old)), request(pressed), request(number_of(made_later))}));
  EXPECT_TRUE(must(ledger().find_link(sha256(old)))->do_not_track);
  EXPECT_TRUE(must(ledger().find_link(sha256(made_later)))->do_not_track);
  EXPECT_FALSE(must(ledger().find_link(sha256(neighbour)))->do_not_track);
  EXPECT_TRUE(events_of().empty());
}

TEST_P(LedgerContract, StoresWhatIsSaidOnPurposeOfALinkThatMustNotBeTracked) {
  store_messages({"m-1"});
  int64_t link = number_of(make_link());
  must(ledger().stop_tracking(link));
  Event reply = request(link);
  reply.kind = EventKind::Reply;
  Event reaction = request(link);
  reaction.kind = EventKind::Reaction;
  Event consent = request(link);
  consent.kind = EventKind::Consent;
  must(ledger().append_and_wait({request(link), reply, report(link, "s", 0), reaction, consent}));
  auto events = events_of();
  ASSERT_EQ(events.size(), 2U);
  EXPECT_EQ(events[0].kind, EventKind::Reply);
  EXPECT_EQ(events[1].kind, EventKind::Reaction);
}

TEST_P(LedgerContract, WhenStopTrackingReturnsNothingMoreIsStored) {
  store_messages({"m-1"});
  int64_t link = number_of(make_link());
  auto other = open_again();
  std::atomic<bool> enough = false;
  std::atomic<int> sent = 0;
  std::jthread sender([&] {
    for (int i = 0; !enough; ++i) {
      must(other->append_and_wait({report(link, "s", i)}));
      sent = i + 1;
      sent.notify_all();
    }
  });
  for (int seen = 0; seen < 5; seen = sent) sent.wait(seen);
  must(ledger().stop_tracking(link));
  size_t stored = events_of().size();
  int at_stop = sent;
  for (int seen = at_stop; seen < at_stop + 5; seen = sent) sent.wait(seen);
  enough = true;
  sender.join();
  EXPECT_GE(stored, 5U);
  EXPECT_EQ(events_of().size(), stored);
}

TEST_P(LedgerContract, DropsOldAddressesAndKeepsTheEvents) {
  store_messages({"m-1"});
  int64_t link = number_of(make_link());
  Event young = report(link, "s", 1);
  young.received_at += std::chrono::hours(2);
  must(ledger().append_and_wait({report(link, "s", 0), young}));
  must(ledger().drop_networks_before(kNoon + std::chrono::hours(1)));
  auto events = events_of();
  ASSERT_EQ(events.size(), 2U);
  EXPECT_EQ(events[0].network, "");
  EXPECT_EQ(events[1].network, "203.0.113.0/24");
}

TEST_P(LedgerContract, AnUnknownMessageHasNoHistory) {
  EXPECT_TRUE(must(ledger().history("nobody")).empty());
}

// As somebody does who wants to take the memory of whoever reads it.
TEST_P(LedgerContract, OfALinkOfVeryManyEventsTheFirstAndTheNewestAreTold) {
  store_messages({"m-1"});
  int64_t flooded = number_of(make_link());
  int64_t quiet = number_of(make_link());
  constexpr int kHalf = kMostEventsOfLink / 2;
  constexpr int kMore = 500;
  constexpr int kAtOnce = 2'050;
  for (int stored = 0; stored < kMostEventsOfLink + kMore; stored += kAtOnce) {
    std::vector<Event> events;
    for (int i = stored; i < stored + kAtOnce; ++i) events.push_back(report(flooded, "s", i));
    must(ledger().append_and_wait(std::move(events)));
  }
  must(ledger().append_and_wait({report(quiet, "s", 0)}));
  auto histories = must(ledger().history("m-1"));
  ASSERT_EQ(histories.size(), 2U);
  EXPECT_EQ(histories[1].events.size(), 1U);
  const std::vector<Event>& events = histories[0].events;
  ASSERT_EQ(events.size(), size_t{kMostEventsOfLink});
  EXPECT_EQ(events.front().sequence, 0);
  EXPECT_EQ(events[kHalf - 1].sequence, kHalf - 1);
  EXPECT_EQ(events[kHalf].sequence, kHalf + kMore);
  EXPECT_EQ(events.back().sequence, kMostEventsOfLink + kMore - 1);
}

TEST_P(LedgerContract, HistoryTellsEveryLinkOfAMessage) {
  store_messages({"m-1", "m-2"});
  make_link("m-2");
  std::string candidate = make_link("m-1", Purpose::Candidate, {.view_limit = 4, .may_download = true});
  make_link("m-1", Purpose::Owner);
  must(ledger().revoke_link(sha256(candidate)));
  auto histories = must(ledger().history("m-1"));
  ASSERT_EQ(histories.size(), 2U);
  EXPECT_EQ(histories[0].link.purpose, Purpose::Candidate);
  EXPECT_EQ(histories[0].link.terms, (LinkTerms{.view_limit = 4, .may_download = true}));
  EXPECT_EQ(histories[0].link.revoked_at, kNoon);
  EXPECT_EQ(histories[1].link.purpose, Purpose::Owner);
}

TEST_P(LedgerContract, IsTheSameAfterReopening) {
  store_messages({"m-1"});
  std::string token = make_link("m-1", Purpose::Owner);
  must(ledger().append_and_wait({report(number_of(token), "s", 0)}));
  auto key = ledger().server_key();
  reopen();
  EXPECT_EQ(must(ledger().find_link(sha256(token)))->purpose, Purpose::Owner);
  EXPECT_EQ(events_of().size(), 1U);
  if (GetParam().is_remote) {
    EXPECT_EQ(key.error().kind(), ErrorKind::Unsupported);
  } else {
    EXPECT_EQ(must(ledger().server_key()), must(key));
    EXPECT_EQ(key->size(), 32U);
  }
}

TEST_P(LedgerContract, TwoProgramsSeeEachOthersWrites) {
  auto other = open_again();
  store_messages({"m-1"});
  std::string token = make_token();
  must(other->put_link(sha256(token), "m-1", Purpose::Candidate, {}));
  int64_t link = number_of(token);
  std::jthread thread([&] {
    for (int i = 0; i < 50; ++i) must(other->append_and_wait({report(link, "two", i)}));
  });
  for (int i = 0; i < 50; ++i) must(ledger().append_and_wait({report(link, "one", i)}));
  thread.join();
  EXPECT_EQ(events_of().size(), 100U);
  must(other->revoke_link(sha256(token)));
  EXPECT_FALSE(must(ledger().find_link(sha256(token))));
}

TEST_P(LedgerContract, ManyThreadsMayUseItAtOnce) {
  store_messages({"m-1"});
  int64_t link = number_of(make_link());
  std::atomic<int> failed = 0;
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 16; ++i) {
      threads.emplace_back([&, i] {
        for (int k = 0; k < 10; ++k) {
          failed += ledger().append_and_wait({report(link, fmt::format("t-{}", i), k)}) ? 0 : 1;
          failed += ledger().find_link(link) && ledger().history("m-1") ? 0 : 1;
          failed += ledger().upsert_messages({sample_message(), sample_message(fmt::format("m-{}", k))}) ? 0 : 1;
        }
      });
    }
  }
  EXPECT_EQ(failed, 0);
  EXPECT_EQ(events_of().size(), 160U);
}

TEST_P(LedgerContract, CommitsInGroups) {
  if (GetParam().is_remote) GTEST_SKIP() << "the server's ledger groups";
  store_messages({"m-1"});
  int64_t link = number_of(make_link());
  std::mutex mutex;
  std::condition_variable first_begun;
  bool go_on = false;
  // The first completion holds the writer up, so that all others have to wait together.
  ledger().append({report(link, "s", 0)}, [&](Result<void>) {
    std::unique_lock lock(mutex);
    first_begun.wait(lock, [&] { return go_on; });
  });
  std::atomic<int> stored = 0;
  for (int i = 1; i <= 100; ++i) {
    ledger().append({report(link, "s", i)}, [&](Result<void> result) { stored += result.has_value() ? 1 : 0; });
  }
  {
    std::lock_guard lock(mutex);
    go_on = true;
  }
  first_begun.notify_one();
  must(ledger().append_and_wait({}));
  EXPECT_EQ(stored, 100);
  EXPECT_LE(ledger().group_commits(), 4U);
  EXPECT_EQ(events_of().size(), 101U);
}

TEST_P(LedgerContract, StoresWhatIsQueuedBeforeItCloses) {
  store_messages({"m-1"});
  int64_t link = number_of(make_link());
  std::atomic<int> done = 0;
  for (int i = 0; i < 20; ++i) {
    ledger().append({report(link, "s", i)}, [&](Result<void> result) { done += result ? 1 : 0; });
  }
  reopen();
  EXPECT_EQ(done, 20);
  EXPECT_EQ(events_of().size(), 20U);
}

TEST_P(LedgerContract, ABackupHoldsEverythingAndOpensAsASqliteLedger) {
  store_messages({"m-1", "m-2"});
  LinkTerms terms{
      .expires_at = kNoon + std::chrono::hours(1), .view_limit = 2, .passcode_hash = "hash", .may_download = true};
  std::string limited = make_link("m-1", Purpose::Candidate, terms);
  std::string revoked = make_link("m-2");
  std::string untracked = make_link("m-2", Purpose::Owner);
  int64_t number = number_of(limited);
  must(ledger().admit_view(number, "one"));
  must(ledger().append_and_wait({report(number, "one", 0), request(number), report(number_of(revoked), "r", 0)}));
  must(ledger().revoke_link(sha256(revoked)));
  must(ledger().stop_tracking(number_of(untracked)));
  std::string api = make_api_token();
  must(ledger().add_api_token(sha256(api), {.name = "laptop", .scope = ApiScope::Admin, .created_at = kNoon}));

  std::filesystem::path file = folder_.path() / "backup.db";
  must(ledger().back_up(file));
  struct stat status {};
  ASSERT_EQ(stat(file.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600U);

  auto copy = must(open_sqlite_ledger(file, clock_));
  EXPECT_EQ(must(copy->messages("backend")).size(), 2U);
  EXPECT_EQ(must(copy->find_message("m-1"))->page, sample_message().page);
  auto link = must(copy->find_link(sha256(limited)));
  ASSERT_TRUE(link);
  EXPECT_EQ(link->id, number);
  EXPECT_EQ(link->terms, terms);
  EXPECT_FALSE(must(copy->find_link(sha256(revoked))));
  EXPECT_TRUE(must(copy->find_link(sha256(untracked)))->do_not_track);
  EXPECT_TRUE(must(copy->admit_view(number, "one")));
  EXPECT_TRUE(must(copy->admit_view(number, "two")));
  EXPECT_FALSE(must(copy->admit_view(number, "three"))) << "the view that was counted before the backup counts";
  auto histories = must(copy->history("m-1"));
  ASSERT_EQ(histories.size(), 1U);
  ASSERT_EQ(histories[0].events.size(), 2U);
  EXPECT_EQ(histories[0].events[0].session, "one");
  EXPECT_EQ(histories[0].events[1].kind, EventKind::Page);
  EXPECT_FALSE(histories[0].events[1].sequence);
  EXPECT_EQ(must(copy->find_api_token(sha256(api)))->scope, ApiScope::Admin);
  if (!GetParam().is_remote) {
    EXPECT_EQ(must(copy->server_key()), must(ledger().server_key()));
  }
  // It goes on as a ledger of its own.
  must(copy->append_and_wait({report(number, "later", 0)}));
  must(copy->put_link(sha256(make_token()), "m-1", Purpose::Candidate, {}));
}

TEST_P(LedgerContract, ABackupReplacesNothing) {
  std::filesystem::path file = folder_.path() / "backup.db";
  must(write_file(file, std::string_view("mine")));
  EXPECT_EQ(ledger().back_up(file).error().kind(), ErrorKind::Exists);
  EXPECT_EQ(must(read_text_file(file)), "mine");
  EXPECT_FALSE(ledger().back_up(folder_.path() / "no folder" / "backup.db"));
  EXPECT_EQ(must(files_below(folder_.path())).size(), 1U) << "nothing half-made is left";
}

TEST_P(LedgerContract, ABackupIsOfOneMomentWhileOthersWrite) {
  store_messages({"m-1"});
  int64_t one = number_of(make_link());
  int64_t two = number_of(make_link("m-1", Purpose::Owner));
  std::atomic<bool> enough = false;
  std::atomic<int> sent = 0;
  // Each commit holds one event of each link.
  std::jthread sender([&] {
    for (int i = 0; !enough; ++i) {
      must(ledger().append_and_wait({report(one, "s", i), report(two, "s", i)}));
      sent = i + 1;
      sent.notify_all();
    }
  });
  for (int seen = 0; seen < 5; seen = sent) sent.wait(seen);
  int before = sent;
  must(ledger().back_up(folder_.path() / "backup.db"));
  int after = sent + 1;
  enough = true;
  sender.join();
  auto histories = must(must(open_sqlite_ledger(folder_.path() / "backup.db", clock_))->history("m-1"));
  ASSERT_EQ(histories.size(), 2U);
  EXPECT_EQ(histories[0].events.size(), histories[1].events.size());
  EXPECT_GE(histories[0].events.size(), static_cast<size_t>(before));
  EXPECT_LE(histories[0].events.size(), static_cast<size_t>(after));
}

TEST_P(LedgerContract, SaysWhereItIs) {
  EXPECT_TRUE(ledger().describe().starts_with("ledger ")) << ledger().describe();
}

}  // namespace candid::track::test
