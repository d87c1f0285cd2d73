#include "tests/contract/ledger_contract.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "core/digest.h"

namespace candid::track::test {

using candid::test::must;

void LedgerContract::reopen() {
  ledger_.reset();
  ledger_ = under_test_.open();
}

void LedgerContract::store_messages(const std::vector<std::string>& ids) {
  std::vector<MessageRecord> messages;
  for (const std::string& id : ids) messages.push_back(sample_message(id));
  must(ledger().upsert_messages(messages));
}

std::string LedgerContract::make_link(const std::string& message_id, Purpose purpose, const LinkTerms& terms) {
  std::string token = make_token();
  must(ledger().put_link(sha256(token), message_id, purpose, terms));
  return token;
}

int64_t LedgerContract::number_of(const std::string& token) {
  auto link = must(ledger().find_link(sha256(token)));
  if (!link) throw std::runtime_error("the link is not usable");
  return link->id;
}

LinkTerms LedgerContract::told(LinkTerms terms) const {
  if (GetParam().is_remote) terms.passcode_hash = passcode_fingerprint(terms.passcode_hash);
  return terms;
}

std::vector<Event> LedgerContract::events_of(const std::string& message_id) {
  std::vector<Event> all;
  for (const LinkHistory& history : must(ledger().history(message_id))) {
    all.insert(all.end(), history.events.begin(), history.events.end());
  }
  return all;
}

Event report(int64_t link, std::string session, int64_t sequence) {
  Event event;
  event.link_id = link;
  event.session = std::move(session);
  event.sequence = sequence;
  event.received_at = kNoon;
  event.kind = EventKind::Beat;
  event.agent = kPhone;
  event.network = "203.0.113.0/24";
  return event;
}

Event request(int64_t link, std::string body) {
  Event event = report(link, "", 0);
  event.sequence.reset();
  event.kind = EventKind::Page;
  event.body = std::move(body);
  return event;
}

namespace {

// Texts that mean something to one database or the other, when they are taken for more than text.
constexpr std::array<const char*, 8> kHostile = {
    "'; DROP TABLE link; --", "\" OR 1=1 --", "\\'; DELETE FROM event; --",   "$1",
    "?1 :id %s {}",           "E'\\\\x27'",   "',(SELECT value FROM meta),'", "مرحبا \xF0\x9F\x8E\xAC \xE2\x80\xAE"};

}  // namespace

TEST_P(LedgerContract, KeepsAMessageWordForWord) {
  MessageRecord message = sample_message();
  message.page.message = "<b>100%</b> \"quoted\"\nمرحبا";
  message.duration = Microseconds(60'123'457);
  must(ledger().upsert_messages({message}));
  auto found = must(ledger().find_message("m-1"));
  ASSERT_TRUE(found);
  EXPECT_EQ(found->page, message.page);
  EXPECT_EQ(found->campaign_id, "backend");
  EXPECT_EQ(found->campaign_name, "Backend Engineer");
  EXPECT_EQ(found->candidate_id, "c-1");
  EXPECT_EQ(found->candidate_name, "Ana 100% Lopez");
  EXPECT_EQ(found->candidate_email, "ana@example.com");
  EXPECT_EQ(found->roster_line, 2);
  EXPECT_EQ(found->duration, message.duration);
  EXPECT_EQ(found->video_ref, "video");
  EXPECT_EQ(found->poster_ref, "poster");
  EXPECT_EQ(found->captions_ref, "captions");
  EXPECT_EQ(found->published_at, kNoon);
  EXPECT_FALSE(must(ledger().find_message("m-2")));
}

TEST_P(LedgerContract, FindsAMessageByItsLinkInOneLook) {
  const Sha256 token = sha256("a token"), other = sha256("another token");
  must(ledger().upsert_messages({sample_message("m-1"), sample_message("m-2")}));
  must(ledger().put_link(token, "m-2", Purpose::Candidate, {}));
  must(ledger().put_link(other, "m-1", Purpose::Owner, {}));
  auto found = must(ledger().find_linked(token));
  ASSERT_TRUE(found);
  EXPECT_EQ(found->message, *must(ledger().find_message("m-2")));
  EXPECT_EQ(found->link.id, must(ledger().find_link(token))->id);
  EXPECT_EQ(found->link.message_id, "m-2");
  EXPECT_EQ(found->link.purpose, Purpose::Candidate);
  auto by_number = must(ledger().find_linked(found->link.id));
  ASSERT_TRUE(by_number);
  EXPECT_EQ(by_number->message, found->message);
  must(ledger().revoke_link(token));
  EXPECT_FALSE(must(ledger().find_linked(token)));
  EXPECT_FALSE(must(ledger().find_linked(found->link.id)));
  EXPECT_TRUE(must(ledger().find_linked(other)));
  EXPECT_FALSE(must(ledger().find_linked(sha256("unknown"))));
}

TEST_P(LedgerContract, StoresAllMessagesOrNone) {
  MessageRecord wrong = sample_message("m-3");
  wrong.duration = Microseconds(0);
  auto stored = ledger().upsert_messages({sample_message("m-1"), sample_message("m-2"), wrong});
  ASSERT_FALSE(stored);
  EXPECT_EQ(stored.error().kind(), ErrorKind::InvalidInput);
  EXPECT_TRUE(must(ledger().messages("backend")).empty());
  must(ledger().upsert_messages({}));
}

TEST_P(LedgerContract, OfMessagesOfOneIdTheLastCounts) {
  MessageRecord last = sample_message();
  last.page.headline = "Hello again";
  must(ledger().upsert_messages({sample_message(), sample_message("m-2"), last}));
  EXPECT_EQ(must(ledger().messages("backend")).size(), 2U);
  EXPECT_EQ(must(ledger().find_message("m-1"))->page.headline, "Hello again");
}

TEST_P(LedgerContract, StoresTenThousandMessagesAtOnce) {
  std::vector<MessageRecord> messages;
  for (int i = 0; i < 10'000; ++i) {
    messages.push_back(sample_message(fmt::format("m-{}", i)));
    messages.back().roster_line = i;
  }
  must(ledger().upsert_messages(messages));
  auto found = must(ledger().messages("backend"));
  ASSERT_EQ(found.size(), messages.size());
  EXPECT_EQ(found.back().message_id, "m-9999");
}

TEST_P(LedgerContract, RefusesAMessageWithBytesThatAreNoText) {
  for (std::string bad : {std::string("Ana\0Lopez", 9), std::string("Ana \xC3(")}) {
    MessageRecord message = sample_message();
    message.candidate_name = bad;
    EXPECT_EQ(ledger().upsert_messages({message}).error().kind(), ErrorKind::InvalidInput);
    message = sample_message();
    message.page.headline = bad;
    EXPECT_EQ(ledger().upsert_messages({message}).error().kind(), ErrorKind::InvalidInput);
  }
  EXPECT_TRUE(must(ledger().messages("backend")).empty());
}

TEST_P(LedgerContract, RefusesAButtonThatRunsScript) {
  MessageRecord message = sample_message();
  message.page.buttons = {{"Win", "javascript:alert(1)"}};
  EXPECT_EQ(ledger().upsert_messages({message}).error().kind(), ErrorKind::InvalidInput);
  message = sample_message();
  message.page.accent_color = "red;}";
  EXPECT_EQ(ledger().upsert_messages({message}).error().kind(), ErrorKind::InvalidInput);
}

TEST_P(LedgerContract, PublishingAgainKeepsTheLinkAndItsEvents) {
  store_messages({"m-1"});
  std::string token = make_link();
  must(ledger().append_and_wait({report(number_of(token), "s", 0)}));
  MessageRecord changed = sample_message();
  changed.page.headline = "Hello again";
  must(ledger().upsert_messages({changed}));
  EXPECT_EQ(must(ledger().find_link(sha256(token)))->message_id, "m-1");
  EXPECT_EQ(events_of().size(), 1U);
  EXPECT_EQ(must(ledger().find_message("m-1"))->page.headline, "Hello again");
}

TEST_P(LedgerContract, ListsMessagesInTheOrderOfTheRoster) {
  std::vector<MessageRecord> messages;
  for (int line : {40, 2, 3}) {
    messages.push_back(sample_message("m-" + std::to_string(line)));
    messages.back().roster_line = line;
  }
  must(ledger().upsert_messages(messages));
  auto listed = must(ledger().messages("backend"));
  ASSERT_EQ(listed.size(), 3U);
  EXPECT_EQ(listed[0].message_id, "m-2");
  EXPECT_EQ(listed[1].message_id, "m-3");
  EXPECT_EQ(listed[2].message_id, "m-40");
  EXPECT_TRUE(must(ledger().messages("nothing")).empty());
}

TEST_P(LedgerContract, ListsTheLatestCampaignFirst) {
  EXPECT_TRUE(must(ledger().campaigns()).empty());
  MessageRecord renamed = sample_message("m-2");
  renamed.campaign_name = "Backend Engineers";
  renamed.published_at = kNoon + std::chrono::hours(1);
  MessageRecord other = sample_message("o-1");
  other.campaign_id = "other";
  other.published_at = kNoon + std::chrono::minutes(30);
  must(ledger().upsert_messages({sample_message(), renamed, other}));
  auto campaigns = must(ledger().campaigns());
  ASSERT_EQ(campaigns.size(), 2U);
  EXPECT_EQ(campaigns[0].id, "backend");
  EXPECT_EQ(campaigns[0].name, "Backend Engineers");
  EXPECT_EQ(campaigns[0].messages, 2);
  EXPECT_EQ(campaigns[0].published_at, renamed.published_at);
  EXPECT_EQ(campaigns[1].id, "other");
}

TEST_P(LedgerContract, TakesSqlForText) {
  for (const char* text : kHostile) {
    MessageRecord message = sample_message(text);
    message.campaign_id = message.campaign_name = message.candidate_id = message.candidate_name = text;
    message.page.headline = message.video_ref = text;
    must(ledger().upsert_messages({message}));
    std::string token = make_link(text, Purpose::Candidate, {.view_limit = 1, .passcode_hash = text});
    int64_t link = number_of(token);
    EXPECT_EQ(must(ledger().find_link(link))->terms.passcode_hash, told({.passcode_hash = text}).passcode_hash);
    EXPECT_TRUE(must(ledger().admit_view(link, text)));
    Event event = report(link, text, 0);
    event.body = event.agent = event.network = text;
    must(ledger().append_and_wait({event}));
    EXPECT_EQ(must(ledger().find_message(text))->candidate_name, text);
    EXPECT_EQ(must(ledger().messages(text)).size(), 1U);
    auto events = events_of(text);
    ASSERT_EQ(events.size(), 1U) << text;
    EXPECT_EQ(events[0].session, text);
    EXPECT_EQ(events[0].agent, text);
    EXPECT_EQ(must(ledger().revoke_links(text)), 1);
    EXPECT_EQ(ledger().remove_api_token(text).error().kind(), ErrorKind::NotFound);
  }
}

}  // namespace candid::track::test
