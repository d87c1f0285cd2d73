#pragma once
// The tests that every ledger must pass (track/ledger/ledger.h). A backend joins with
//   INSTANTIATE_TEST_SUITE_P(Sqlite, LedgerContract, testing::Values(LedgerBackend{.name = "sqlite", .make = make}));

#include <functional>
#include <memory>
#include <string>

#include <gtest/gtest.h>

#include "core/files.h"
#include "tests/support/results.h"
#include "tests/track/fixtures.h"
#include "track/ledger/ledger.h"

namespace candid::track::test {

// A new, empty ledger: what must live as long as it, and how a program opens it, any number of times.
struct LedgerUnderTest {
  std::shared_ptr<void> home{};
  std::function<std::unique_ptr<Ledger>()> open{};
};

struct LedgerBackend {
  std::string name{};
  // The clock outlives what is made.
  std::function<LedgerUnderTest(const Clock&)> make{};
  // Its server keeps the key and commits in groups, and tells no passcode's hash.
  bool is_remote = false;
};

inline void PrintTo(const LedgerBackend& backend, std::ostream* out) {
  *out << backend.name;
}

class LedgerContract : public testing::TestWithParam<LedgerBackend> {
 protected:
  LedgerContract() : under_test_(GetParam().make(clock_)), ledger_(under_test_.open()) {}

  Ledger& ledger() { return *ledger_; }
  // As another program, which has it open beside the first.
  std::unique_ptr<Ledger> open_again() { return under_test_.open(); }
  // Closes the first, and opens it anew.
  void reopen();

  void store_messages(const std::vector<std::string>& ids);
  // A link of a message that is stored; its token.
  std::string make_link(const std::string& message_id = "m-1", Purpose purpose = Purpose::Candidate,
                        const LinkTerms& terms = {});
  // Of a usable link.
  int64_t number_of(const std::string& token);
  // What the ledger tells of the terms that it was given.
  LinkTerms told(LinkTerms terms) const;
  std::vector<Event> events_of(const std::string& message_id = "m-1");

  FakeClock clock_;
  TemporaryFolder folder_ = candid::test::must(TemporaryFolder::create());

 private:
  LedgerUnderTest under_test_;
  std::unique_ptr<Ledger> ledger_;
};

// A report of the page, and a request that the server saw.
Event report(int64_t link, std::string session, int64_t sequence);
Event request(int64_t link, std::string body = "{}");

}  // namespace candid::track::test
