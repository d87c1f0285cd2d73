#include "track/ledger/ledger_json.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "tests/support/results.h"
#include "tests/track/fixtures.h"
#include "track/ledger/ledger_rules.h"

namespace candid::track {
namespace {

using candid::test::must;
using nlohmann::json;
using test::sample_message;

// As it travels: text in between.
json sent(const json& value) {
  return must(parse_json_object(dump_json(value)));
}

LinkRecord sample_link() {
  return {.id = 7,
          .message_id = "m-1",
          .purpose = Purpose::Owner,
          .terms = {.expires_at = test::kNoon, .view_limit = 3, .passcode_hash = "$argon2id$", .may_download = true},
          .created_at = test::kNoon,
          .revoked_at = test::kNoon,
          .do_not_track = true};
}

Event sample_event() {
  return {.link_id = 7,
          .session = "s",
          .sequence = 3,
          .received_at = test::kNoon,
          .kind = EventKind::MediaEnd,
          .body = R"({"sent": 3})",
          .agent = test::kPhone,
          .network = "203.0.113.0/24"};
}

ErrorKind kind_of_refusal(const Result<void>& result) {
  return result ? ErrorKind::Internal : result.error().kind();
}
template <typename T>
ErrorKind refusal(const Result<T>& result) {
  return result ? ErrorKind::Internal : result.error().kind();
}

TEST(LedgerJson, AMessageArrivesAsItWasSent) {
  MessageRecord message = sample_message();
  message.page.message = "\"<b>\" \\ \n مرحبا";
  message.page.captions_in_picture = true;
  auto arrived = must(message_from_json(sent(json_of(message))));
  EXPECT_EQ(arrived.page, message.page);
  EXPECT_EQ(json_of(arrived), json_of(message));
  EXPECT_EQ(arrived.duration, message.duration);
  EXPECT_EQ(arrived.published_at, message.published_at);
}

TEST(LedgerJson, ALogoArrivesAsItWasSent) {
  MessageRecord message = sample_message();
  EXPECT_FALSE(json_of(message)["page"].contains("logo")) << "servers of old take messages without one";
  for (LogoGround ground : {LogoGround::Any, LogoGround::Light, LogoGround::Dark}) {
    message.page.logo = {"part:abc.png", 480, 96, ground};
    EXPECT_EQ(must(message_from_json(sent(json_of(message)))).page, message.page);
    EXPECT_EQ(must(page_from_json(to_json(message.page))), message.page);
  }
  for (const char* wrong :
       {R"({"ref":"x","width":0,"height":9,"ground":"any"})", R"({"ref":"x","width":9,"height":99999,"ground":"any"})",
        R"({"ref":"x","width":9,"height":9,"ground":"blue"})", R"({"ref":"x"})", R"("x")"}) {
    json sent_message = json_of(message);
    sent_message["page"]["logo"] = json::parse(wrong);
    EXPECT_EQ(refusal(message_from_json(sent_message)), ErrorKind::InvalidInput) << wrong;
  }
}

TEST(LedgerJson, PagesOfOlderLedgersAreRead) {
  PageContent page = must(page_from_json(
      R"({"language":"en","company":"Northwind","headline":"h","message":"m","accent":"#2f5bea","buttons":[],)"
      R"("captions_in_picture":false})"));
  EXPECT_EQ(page.logo, PageLogo());
  EXPECT_EQ(page.tracking, Tracking::Individual);
  EXPECT_TRUE(page.takes_replies);
  page.logo = {"part:abc.png", 480, 96, LogoGround::Any};
  std::string newer = to_json(page);
  newer.replace(newer.find("\"any\""), 5, "\"sky\"");  // of a program that knows more
  EXPECT_EQ(must(page_from_json(newer)).logo, page.logo);
}

TEST(LedgerJson, ALinkArrivesAsItWasSent) {
  auto arrived = must(link_from_json(sent(json_of(sample_link()))));
  EXPECT_EQ(json_of(arrived), json_of(sample_link()));
  LinkTerms told = sample_link().terms;
  told.passcode_hash = passcode_fingerprint(told.passcode_hash);
  EXPECT_EQ(arrived.terms, told);
  LinkRecord bare{.id = 1, .message_id = "m", .created_at = test::kNoon};
  arrived = must(link_from_json(sent(json_of(bare))));
  EXPECT_EQ(arrived.terms, LinkTerms());
  EXPECT_FALSE(arrived.revoked_at);
}

TEST(LedgerJson, AnEventArrivesAsItWasSent) {
  auto arrived = must(event_from_json(sent(json_of(sample_event()))));
  EXPECT_EQ(json_of(arrived), json_of(sample_event()));
  EXPECT_EQ(arrived.kind, EventKind::MediaEnd);
  Event request = sample_event();
  request.sequence.reset();
  EXPECT_FALSE(must(event_from_json(sent(json_of(request)))).sequence);
}

TEST(LedgerJson, EveryKindOfEventArrives) {
  for (EventKind kind :
       {EventKind::Page, EventKind::Head, EventKind::Media, EventKind::MediaEnd, EventKind::Trap, EventKind::Load,
        EventKind::Input, EventKind::Play, EventKind::Beat, EventKind::Pause, EventKind::Ended, EventKind::Hide}) {
    Event event = sample_event();
    event.kind = kind;
    EXPECT_EQ(must(event_from_json(sent(json_of(event)))).kind, kind);
  }
}

TEST(LedgerJson, AnEventOfAnyBytesCanBeSent) {
  Event event = sample_event();
  event.agent = std::string("Bot\0\xFF", 5);
  EXPECT_EQ(must(event_from_json(sent(json_of(event)))).agent, "Bot\uFFFD\uFFFD");
}

TEST(LedgerJson, AHistoryTellsNoPasscodesHash) {
  LinkHistory history{.link = sample_link(), .events = {sample_event(), sample_event()}};
  json json_sent = sent(json_of(history));
  EXPECT_EQ(dump_json(json_sent).find("argon2id"), std::string::npos);
  auto arrived = must(history_from_json(json_sent));
  EXPECT_EQ(arrived.events.size(), 2U);
  EXPECT_EQ(arrived.link.terms.view_limit, 3);
}

TEST(LedgerJson, CampaignsAndApiTokensArriveAsTheyWereSent) {
  CampaignSummary campaign{.id = "backend", .name = "Backend", .messages = 3, .published_at = test::kNoon};
  EXPECT_EQ(json_of(must(campaign_from_json(sent(json_of(campaign))))), json_of(campaign));
  for (ApiScope scope : {ApiScope::Read, ApiScope::Publish, ApiScope::Admin}) {
    ApiToken token{.name = "laptop", .scope = scope, .created_at = test::kNoon, .expires_at = test::kNoon};
    auto arrived = must(api_token_from_json(sent(json_of(token))));
    EXPECT_EQ(arrived.scope, scope);
    EXPECT_EQ(json_of(arrived), json_of(token));
  }
}

// Every key of every record: left out, of another type, and one too many.
TEST(LedgerJson, AMissingAnUnknownAndAMistypedKeyAreRefused) {
  auto check_all = [](const json& good, auto read) {
    ASSERT_TRUE(read(good));
    for (const auto& entry : good.items()) {
      json without = good;
      without.erase(entry.key());
      EXPECT_EQ(refusal(read(without)), ErrorKind::InvalidInput) << "without " << entry.key();
      for (const json& other : {json(1.5), json(json::array({nullptr})), json(std::string("a\0b", 3))}) {
        json mistyped = good;
        mistyped[entry.key()] = other;
        if (entry.value().is_array() && other.is_array()) continue;
        EXPECT_EQ(refusal(read(mistyped)), ErrorKind::InvalidInput) << entry.key() << " " << dump_json(other);
      }
    }
    json more = good;
    more["unknown"] = 1;
    EXPECT_EQ(refusal(read(more)), ErrorKind::InvalidInput);
    for (const json& other : {json(nullptr), json::array(), json("text"), json(1)}) {
      EXPECT_EQ(refusal(read(other)), ErrorKind::InvalidInput);
    }
  };
  check_all(json_of(sample_message()), message_from_json);
  check_all(json_of(sample_link()), link_from_json);
  check_all(json_of(sample_link().terms), terms_from_json);
  check_all(json_of(sample_event()), event_from_json);
  check_all(json_of(LinkHistory{sample_link(), {}}), history_from_json);
  check_all(json_of(CampaignSummary{"id", "name", 1, test::kNoon}), campaign_from_json);
  check_all(json_of(ApiToken{"laptop", ApiScope::Read, test::kNoon, {}}), api_token_from_json);
}

TEST(LedgerJson, NumbersOutOfTheirBoundsAreRefused) {
  json link = json_of(sample_link());
  for (const json& bad : {json(0), json(-1), json(UINT64_MAX), json(1e300), json(true), json("7")}) {
    link["id"] = bad;
    EXPECT_EQ(refusal(link_from_json(link)), ErrorKind::InvalidInput) << dump_json(bad);
  }
  json terms = json_of(LinkTerms{});
  for (const json& bad : {json(0), json(-5), json(int64_t{1} << 40)}) {
    terms["view_limit"] = bad;
    EXPECT_EQ(refusal(terms_from_json(terms)), ErrorKind::InvalidInput) << dump_json(bad);
  }
  json event = json_of(sample_event());
  for (const json& bad : {json(-1), json(INT64_MAX)}) {
    event["received_at"] = bad;
    EXPECT_EQ(refusal(event_from_json(event)), ErrorKind::InvalidInput) << dump_json(bad);
  }
}

TEST(LedgerJson, AMessageFromOutsideIsValidated) {
  json message = json_of(sample_message());
  message["page"]["buttons"][0]["url"] = "javascript:alert(1)";
  EXPECT_EQ(refusal(message_from_json(message)), ErrorKind::InvalidInput);
  message = json_of(sample_message());
  message["page"]["message"] = std::string(70'000, 'x');
  EXPECT_EQ(refusal(message_from_json(message)), ErrorKind::InvalidInput);
}

TEST(LedgerJson, OneWrongRecordRefusesTheList) {
  auto list = json::array({json_of(sample_event()), json_of(sample_event())});
  EXPECT_EQ(must(list_from_json(list, event_from_json)).size(), 2U);
  list.push_back(1);
  EXPECT_EQ(refusal(list_from_json(list, event_from_json)), ErrorKind::InvalidInput);
  EXPECT_EQ(refusal(list_from_json(json::object(), event_from_json)), ErrorKind::InvalidInput);
}

TEST(LedgerJson, ErrorsHoldNoValue) {
  json event = json_of(sample_event());
  event["kind"] = "ana@example.com";
  event["ana@example.com"] = 1;
  EXPECT_EQ(event_from_json(event).error().describe().find("ana@"), std::string::npos);
  event["kind"] = "beat";
  EXPECT_EQ(event_from_json(event).error().describe().find("ana@"), std::string::npos);
  EXPECT_EQ(parse_json_object("{\"ana@example.com\": }").error().describe().find("ana@"), std::string::npos);
}

TEST(LedgerJson, TextThatIsNoStrictObjectIsRefused) {
  for (std::string text : {std::string(), std::string("["), std::string("[]"), std::string("null"), std::string("{}{}"),
                           std::string("{\"a\": 1, \"a\": 2}"), std::string("{\"a\": {\"b\": 1, \"b\": 1}}"),
                           std::string("{\"a\": \"\xFF\"}"), std::string("{\"a\": NaN}"), std::string("{\"a\": 1,}"),
                           std::string("{'a': 1}"), std::string("{\"a\": \"\\ud800\"}"), std::string("{} // more")}) {
    EXPECT_EQ(refusal(parse_json_object(text)), ErrorKind::InvalidInput) << text;
  }
  EXPECT_TRUE(parse_json_object("{\"a\": {\"a\": [{\"a\": 1}, {\"a\": 1}]}}"));
}

TEST(LedgerJson, DeepNestingIsRefusedWithoutExhaustingTheStack) {
  std::string deep = "{\"a\": " + std::string(1'000'000, '[');
  EXPECT_EQ(refusal(parse_json_object(deep)), ErrorKind::InvalidInput);
  EXPECT_EQ(refusal(parse_json_object("{\"a\": " + std::string(100'000, '[') + std::string(100'000, ']') + "}")),
            ErrorKind::InvalidInput);
}

TEST(JsonFields, ADigestIsSixtyFourHexadecimalDigits) {
  json good = {{"digest", json_of(sha256("token"))}};
  JsonFields fields(good, "call");
  EXPECT_EQ(fields.digest("digest"), sha256("token"));
  must(fields.finish());
  for (const std::string& bad : {std::string(), std::string(62, 'a'), std::string(66, 'a'), std::string(64, 'g')}) {
    json call = {{"digest", bad}};
    JsonFields strict(call, "call");
    strict.digest("digest");
    EXPECT_EQ(kind_of_refusal(strict.finish()), ErrorKind::InvalidInput) << bad;
  }
}

TEST(JsonFields, TellsTheFirstProblem) {
  json call = {{"flag", 1}, {"text", 2}};
  JsonFields fields(call, "call");
  EXPECT_EQ(fields.flag("flag"), false);
  EXPECT_EQ(fields.text("text"), "");
  EXPECT_EQ(fields.finish().error().message(), "call: \"flag\" is neither true nor false");
}

TEST(LedgerRules, BytesThatAreNoTextBecomeReplacementCharacters) {
  EXPECT_EQ(storable("Zoë \xF0\x9F\x8E\xAC"), "Zoë \xF0\x9F\x8E\xAC");
  EXPECT_EQ(storable(std::string_view("a\0b", 3)), "a\uFFFDb");
  EXPECT_EQ(storable("\xC3"), "\uFFFD");
  EXPECT_EQ(storable("\xED\xA0\x80"), "\uFFFD\uFFFD\uFFFD");  // a surrogate
  EXPECT_EQ(storable(""), "");
}

}  // namespace
}  // namespace candid::track
