// What every ledger must do with links, views and API tokens.

#include <atomic>
#include <thread>

#include <fmt/format.h>

#include "core/digest.h"
#include "tests/contract/ledger_contract.h"

namespace candid::track::test {

using candid::test::must;

TEST_P(LedgerContract, KeepsALinksTerms) {
  store_messages({"m-1"});
  LinkTerms terms{.expires_at = kNoon + std::chrono::hours(1),
                  .view_limit = 3,
                  .passcode_hash = "$argon2id$v=19$m=65536,t=2,p=1$c2FsdA$aGFzaA",
                  .may_download = true};
  std::string token = make_link("m-1", Purpose::Owner, terms);
  auto link = must(ledger().find_link(sha256(token)));
  ASSERT_TRUE(link);
  EXPECT_EQ(link->message_id, "m-1");
  EXPECT_EQ(link->purpose, Purpose::Owner);
  EXPECT_EQ(link->terms, told(terms));
  EXPECT_EQ(link->created_at, kNoon);
  EXPECT_FALSE(link->revoked_at);
  EXPECT_FALSE(link->do_not_track);
  auto by_number = must(ledger().find_link(link->id));
  ASSERT_TRUE(by_number);
  EXPECT_EQ(by_number->message_id, "m-1");
  EXPECT_EQ(by_number->terms, told(terms));
}

TEST_P(LedgerContract, AFingerprintIsNoPasscodesHash) {
  store_messages({"m-1"});
  LinkTerms terms{.passcode_hash = passcode_fingerprint("$argon2id$secret")};
  EXPECT_EQ(passcode_fingerprint(terms.passcode_hash), terms.passcode_hash);
  EXPECT_EQ(ledger().put_link(sha256(make_token()), "m-1", Purpose::Candidate, terms).error().kind(),
            ErrorKind::InvalidInput);
}

TEST_P(LedgerContract, FindsManyLinksAsItFindsEach) {
  store_messages({"m-1", "m-2"});
  std::vector<Sha256> digests;
  EXPECT_TRUE(must(ledger().find_links(digests)).empty());
  // More than go in one call, or under one lock.
  for (int i = 0; i < 2'300; ++i) digests.push_back(sha256(fmt::format("nobody's {}", i)));
  LinkTerms terms{.view_limit = 3, .passcode_hash = "$argon2id$secret", .may_download = true};
  digests[0] = digests[2'299] = sha256(make_link("m-2", Purpose::Candidate, terms));
  digests[1'000] = sha256(make_link());
  digests[1'001] = sha256(make_link());
  digests[1'002] = sha256(make_link("m-1", Purpose::Candidate, {.expires_at = clock_.now() - std::chrono::hours(1)}));
  must(ledger().revoke_link(digests[1'001]));
  auto links = must(ledger().find_links(digests));
  ASSERT_EQ(links.size(), digests.size());
  for (size_t i = 0; i < links.size(); ++i) {
    EXPECT_EQ(links[i].has_value(), i == 0 || i == 1'000 || i == 2'299) << i;
  }
  EXPECT_EQ(links[0]->message_id, "m-2");
  EXPECT_EQ(links[2'299]->terms, told(terms));
  EXPECT_EQ(links[1'000]->id, must(ledger().find_link(digests[1'000]))->id);
}

TEST_P(LedgerContract, RevokesTheLinksOfManyMessagesAtOnce) {
  std::vector<std::string> ids;
  for (int i = 0; i < 1'200; ++i) ids.push_back(fmt::format("m-{}", i));
  store_messages(ids);
  Sha256 first = sha256(make_link("m-0")), last = sha256(make_link("m-1199")), owners = sha256(make_link(ids[1'100]));
  store_messages({"other", "it's \"m\""});
  Sha256 other = sha256(make_link("other")), quoted = sha256(make_link("it's \"m\""));
  EXPECT_EQ(must(ledger().revoke_messages({})), 0);
  ids.push_back("nobody");
  ids.push_back("it's \"m\"");
  EXPECT_EQ(must(ledger().revoke_messages(ids)), 4);
  for (const Sha256& digest : {first, last, owners, quoted}) EXPECT_FALSE(must(ledger().find_link(digest)));
  EXPECT_TRUE(must(ledger().find_link(other)));
  EXPECT_EQ(must(ledger().revoke_messages(ids)), 0) << "none was usable any more";
}

TEST_P(LedgerContract, HasAnIdOfItsOwnThatStays) {
  std::string id = must(ledger().id());
  EXPECT_EQ(id.size(), 32U);
  EXPECT_EQ(id.find_first_not_of("0123456789abcdef"), std::string::npos);
  EXPECT_EQ(must(open_again()->id()), id);
  reopen();
  EXPECT_EQ(must(ledger().id()), id);
  must(ledger().back_up(folder_.path() / "copy.db"));
  EXPECT_EQ(must(must(open_sqlite_ledger(folder_.path() / "copy.db", clock_))->id()), id);
  auto another = must(open_sqlite_ledger(folder_.path() / "another.db", clock_));
  EXPECT_NE(must(another->id()), id);
}

TEST_P(LedgerContract, ALinkHasNoTermsUnlessTheyAreGiven) {
  store_messages({"m-1"});
  EXPECT_EQ(must(ledger().find_link(sha256(make_link())))->terms, LinkTerms());
}

TEST_P(LedgerContract, MakesNoLinkForAnUnknownMessage) {
  std::string token = make_token();
  EXPECT_EQ(ledger().put_link(sha256(token), "nobody", Purpose::Candidate, {}).error().kind(), ErrorKind::NotFound);
  EXPECT_FALSE(must(ledger().find_link(sha256(token))));
}

TEST_P(LedgerContract, PutLinkMayBeRepeatedAndChangesTheTerms) {
  store_messages({"m-1"});
  std::string token = make_link();
  int64_t number = number_of(token);
  must(ledger().append_and_wait({report(number, "s", 0)}));
  for (int i = 0; i < 2; ++i) {
    must(ledger().put_link(sha256(token), "m-1", Purpose::Candidate, {.view_limit = 2, .may_download = true}));
  }
  auto link = must(ledger().find_link(sha256(token)));
  EXPECT_EQ(link->id, number);
  EXPECT_EQ(link->terms, (LinkTerms{.view_limit = 2, .may_download = true}));
  must(ledger().put_link(sha256(token), "m-1", Purpose::Candidate, {}));
  EXPECT_EQ(must(ledger().find_link(sha256(token)))->terms, LinkTerms());
  EXPECT_EQ(events_of().size(), 1U);
  EXPECT_EQ(must(ledger().history("m-1")).size(), 1U);
}

TEST_P(LedgerContract, ATokenIsOneMessagesAndOnePurposes) {
  store_messages({"m-1", "m-2"});
  std::string token = make_link();
  EXPECT_EQ(ledger().put_link(sha256(token), "m-2", Purpose::Candidate, {}).error().kind(), ErrorKind::Exists);
  EXPECT_EQ(ledger().put_link(sha256(token), "m-1", Purpose::Owner, {}).error().kind(), ErrorKind::Exists);
  auto link = must(ledger().find_link(sha256(token)));
  EXPECT_EQ(link->message_id, "m-1");
  EXPECT_EQ(link->purpose, Purpose::Candidate);
}

TEST_P(LedgerContract, ARevokedLinkNeverComesBack) {
  store_messages({"m-1"});
  std::string token = make_link();
  must(ledger().revoke_link(sha256(token)));
  EXPECT_EQ(ledger().put_link(sha256(token), "m-1", Purpose::Candidate, {}).error().kind(), ErrorKind::Exists);
  EXPECT_FALSE(must(ledger().find_link(sha256(token))));
}

TEST_P(LedgerContract, AnExpiredLinkMayBeProlonged) {
  store_messages({"m-1"});
  std::string token = make_link("m-1", Purpose::Candidate, {.expires_at = kNoon + std::chrono::hours(1)});
  clock_.advance(std::chrono::hours(1));
  EXPECT_FALSE(must(ledger().find_link(sha256(token))));
  must(ledger().put_link(sha256(token), "m-1", Purpose::Candidate, {.expires_at = kNoon + std::chrono::hours(2)}));
  EXPECT_TRUE(must(ledger().find_link(sha256(token))));
}

TEST_P(LedgerContract, RefusesALimitOfNoViews) {
  store_messages({"m-1"});
  for (int limit : {0, -1}) {
    auto put = ledger().put_link(sha256(make_token()), "m-1", Purpose::Candidate, {.view_limit = limit});
    EXPECT_EQ(put.error().kind(), ErrorKind::InvalidInput);
  }
}

TEST_P(LedgerContract, RevokedExpiredAndUnknownLinksLookAlike) {
  store_messages({"m-1"});
  std::string revoked = make_link();
  std::string expiring = make_link("m-1", Purpose::Candidate, {.expires_at = kNoon + std::chrono::hours(1)});
  int64_t revoked_number = number_of(revoked);
  int64_t expiring_number = number_of(expiring);
  must(ledger().revoke_link(sha256(revoked)));
  EXPECT_TRUE(must(ledger().find_link(sha256(expiring))));
  clock_.advance(std::chrono::hours(1));
  for (const std::string& token : {revoked, expiring, std::string("made-up")}) {
    EXPECT_EQ(must(ledger().find_link(sha256(token))), std::nullopt);
    auto again = ledger().revoke_link(sha256(token));
    ASSERT_FALSE(again);
    EXPECT_EQ(again.error().kind(), ErrorKind::NotFound);
    EXPECT_EQ(again.error().message(), ledger().revoke_link(sha256("another")).error().message());
  }
  for (int64_t number : {revoked_number, expiring_number, int64_t{1} << 40, int64_t{0}, int64_t{-1}}) {
    EXPECT_EQ(must(ledger().find_link(number)), std::nullopt);
    EXPECT_FALSE(must(ledger().admit_view(number, "s")));
  }
}

TEST_P(LedgerContract, RevokesEveryLinkOfAMessage) {
  store_messages({"m-1", "m-2"});
  std::string other = make_link("m-2");
  make_link("m-1");
  make_link("m-1", Purpose::Owner);
  EXPECT_EQ(must(ledger().revoke_links("m-1")), 2);
  EXPECT_EQ(must(ledger().revoke_links("m-1")), 0);
  EXPECT_EQ(must(ledger().revoke_links("nobody")), 0);
  EXPECT_TRUE(must(ledger().find_link(sha256(other))));
  for (const LinkHistory& history : must(ledger().history("m-1"))) EXPECT_EQ(history.link.revoked_at, kNoon);
}

TEST_P(LedgerContract, AdmitsAnyViewOfALinkWithoutALimit) {
  store_messages({"m-1"});
  int64_t link = number_of(make_link());
  for (int i = 0; i < 10; ++i) EXPECT_TRUE(must(ledger().admit_view(link, fmt::format("s-{}", i))));
}

TEST_P(LedgerContract, AdmitsAsManyViewsAsTheLimitAndThoseAgain) {
  store_messages({"m-1"});
  std::string token = make_link("m-1", Purpose::Candidate, {.view_limit = 2});
  int64_t link = number_of(token);
  EXPECT_TRUE(must(ledger().admit_view(link, "one")));
  EXPECT_TRUE(must(ledger().admit_view(link, "one")));
  EXPECT_TRUE(must(ledger().admit_view(link, "two")));
  EXPECT_FALSE(must(ledger().admit_view(link, "three")));
  EXPECT_TRUE(must(ledger().admit_view(link, "one")));
  auto used_up = must(ledger().find_link(link));
  ASSERT_TRUE(used_up) << "a link whose views are used up is found";
  EXPECT_EQ(used_up->views, 2);
  must(ledger().put_link(sha256(token), "m-1", Purpose::Candidate, {.view_limit = 3}));
  EXPECT_TRUE(must(ledger().admit_view(link, "three")));
  EXPECT_FALSE(must(ledger().admit_view(link, "four")));
  must(ledger().revoke_link(sha256(token)));
  EXPECT_FALSE(must(ledger().admit_view(link, "one")));
}

TEST_P(LedgerContract, ViewsOfOneLinkDoNotCountForAnother) {
  store_messages({"m-1"});
  int64_t one = number_of(make_link("m-1", Purpose::Candidate, {.view_limit = 1}));
  int64_t two = number_of(make_link("m-1", Purpose::Owner, {.view_limit = 1}));
  EXPECT_TRUE(must(ledger().admit_view(one, "s")));
  EXPECT_TRUE(must(ledger().admit_view(two, "s")));
  EXPECT_FALSE(must(ledger().admit_view(two, "t")));
}

TEST_P(LedgerContract, OfFiftyViewsAtOnceAsManyAsTheLimitAreAdmitted) {
  store_messages({"m-1"});
  int64_t link = number_of(make_link("m-1", Purpose::Candidate, {.view_limit = 3}));
  auto other = open_again();
  std::atomic<int> admitted = 0;
  std::atomic<int> failed = 0;
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 50; ++i) {
      threads.emplace_back([&, i] {
        Ledger& program = i % 2 == 0 ? ledger() : *other;
        for (int again = 0; again < 2; ++again) {
          auto view = program.admit_view(link, fmt::format("s-{}", i));
          failed += view ? 0 : 1;
          admitted += view && *view ? 1 : 0;
        }
      });
    }
  }
  EXPECT_EQ(failed, 0);
  EXPECT_EQ(admitted, 2 * 3);
}

TEST_P(LedgerContract, KeepsApiTokens) {
  std::string secret = make_api_token();
  EXPECT_TRUE(secret.starts_with("cnd_"));
  ApiToken token{.name = "laptop of the talent team",
                 .scope = ApiScope::Publish,
                 .created_at = kNoon,
                 .expires_at = kNoon + std::chrono::hours(1)};
  must(ledger().add_api_token(sha256(secret), token));
  must(
      ledger().add_api_token(sha256(make_api_token()),
                             {.name = "admin", .scope = ApiScope::Admin, .created_at = kNoon + std::chrono::hours(1)}));
  auto found = must(ledger().find_api_token(sha256(secret)));
  ASSERT_TRUE(found);
  EXPECT_EQ(found->name, token.name);
  EXPECT_EQ(found->scope, ApiScope::Publish);
  EXPECT_EQ(found->created_at, kNoon);
  EXPECT_EQ(found->expires_at, token.expires_at);
  auto all = must(ledger().api_tokens());
  auto admin = std::find_if(all.begin(), all.end(), [](const ApiToken& one) { return one.name == "admin"; });
  ASSERT_NE(admin, all.end());
  EXPECT_EQ(admin->scope, ApiScope::Admin);
  EXPECT_FALSE(admin->expires_at);
}

TEST_P(LedgerContract, AnExpiredOrRemovedApiTokenIsAsUnknown) {
  std::string expiring = make_api_token();
  std::string removed = make_api_token();
  must(ledger().add_api_token(sha256(expiring), {.name = "expiring", .expires_at = kNoon + std::chrono::hours(1)}));
  must(ledger().add_api_token(sha256(removed), {.name = "removed"}));
  must(ledger().remove_api_token("removed"));
  EXPECT_EQ(ledger().remove_api_token("removed").error().kind(), ErrorKind::NotFound);
  EXPECT_FALSE(must(ledger().find_api_token(sha256(removed))));
  EXPECT_TRUE(must(ledger().find_api_token(sha256(expiring))));
  clock_.advance(std::chrono::hours(1));
  EXPECT_FALSE(must(ledger().find_api_token(sha256(expiring))));
  EXPECT_FALSE(must(ledger().find_api_token(sha256("cnd_made-up"))));
}

TEST_P(LedgerContract, AnApiTokensNameIsItsOwn) {
  std::string first = make_api_token();
  ApiToken token{.name = "laptop", .scope = ApiScope::Read};
  must(ledger().add_api_token(sha256(first), token));
  must(ledger().add_api_token(sha256(first), token));  // repeated, as its answer was lost
  auto taken = ledger().add_api_token(sha256(make_api_token()), token);
  ASSERT_FALSE(taken);
  EXPECT_EQ(taken.error().kind(), ErrorKind::Exists);
  EXPECT_EQ(ledger().add_api_token(sha256(first), {.name = "other"}).error().kind(), ErrorKind::Exists);
  EXPECT_EQ(must(ledger().find_api_token(sha256(first)))->name, "laptop");
}

TEST_P(LedgerContract, RefusesAnApiTokenWithoutAReadableName) {
  for (std::string name : {std::string(), std::string(" padded "), std::string("two\nlines"), std::string(200, 'x'),
                           std::string("zero\0byte", 9), std::string("\xFF")}) {
    auto added = ledger().add_api_token(sha256(make_api_token()), {.name = name});
    ASSERT_FALSE(added) << name;
    EXPECT_EQ(added.error().kind(), ErrorKind::InvalidInput) << name;
  }
}

}  // namespace candid::track::test
