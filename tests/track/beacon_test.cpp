#include "track/pages/beacon.h"

#include <gtest/gtest.h>

#include "core/random.h"
#include "tests/support/results.h"
#include "tests/track/fixtures.h"

namespace candid::track {
namespace {

using candid::test::must;

std::string report(std::string_view events) {
  return R"({"session":"s","nonce":"n","events":[)" + std::string(events) + "]}";
}

TEST(Beacon, ReadsEachKind) {
  auto beacon = must(parse_beacon(report(
      R"({"sequence":0,"kind":"load","webdriver":false,"visible":true,"prerendered":false,"outer":[390,844],"inner":[390,700]},
         {"sequence":1,"kind":"input","trusted":true,"keyboard":false,"ms":1500},
         {"sequence":2,"kind":"play","trusted":true,"ms":1501,"at":0},
         {"sequence":3,"kind":"beat","ranges":[[0,4.9],[10,10.5]],"visible":true,"muted":false,"rate":1.5},
         {"sequence":4,"kind":"hide","ranges":[],"visible":true,"muted":false,"rate":1})")));
  ASSERT_EQ(beacon.events.size(), 5u);
  EXPECT_EQ(beacon.ticket.nonce, "n");
  EXPECT_EQ(beacon.events[3].kind, EventKind::Beat);
  EXPECT_EQ(beacon.events[3].sequence, 3);
  EXPECT_EQ(beacon.events[3].session, "s");
  EXPECT_EQ(beacon.events[3].body, R"({"muted":false,"ranges":[[0,4.9],[10,10.5]],"rate":1.5,"visible":true})");
}

TEST(Beacon, RefusesWhatItDoesNotKnow) {
  const std::string input = R"({"sequence":1,"kind":"input","trusted":true,"keyboard":false,"ms":1500})";
  ASSERT_TRUE(parse_beacon(report(input)));
  for (const std::string& wrong : {
           std::string("not json"),
           std::string("[]"),
           std::string("{}"),
           report(""),
           report("1"),
           report(R"({"sequence":1,"kind":"input","trusted":true,"keyboard":false,"ms":1500,"more":1})"),
           report(R"({"sequence":1,"kind":"input","trusted":true,"ms":1500})"),
           report(R"({"sequence":1,"kind":"input","trusted":"yes","keyboard":false,"ms":1500})"),
           report(R"({"sequence":-1,"kind":"input","trusted":true,"keyboard":false,"ms":1500})"),
           report(R"({"sequence":1.5,"kind":"input","trusted":true,"keyboard":false,"ms":1500})"),
           report(R"({"sequence":1,"kind":"input","trusted":true,"keyboard":false,"ms":-1})"),
           report(R"({"sequence":1,"kind":"input","trusted":true,"keyboard":false,"ms":1e300})"),
           report(R"({"sequence":1,"kind":"page"})"),
           report(R"({"sequence":1,"kind":"viewed"})"),
           report(R"({"sequence":1,"kind":"beat","ranges":[[5,4]],"visible":true,"muted":false,"rate":1})"),
           report(R"({"sequence":1,"kind":"beat","ranges":[[1]],"visible":true,"muted":false,"rate":1})"),
           report(R"({"sequence":1,"kind":"beat","ranges":5,"visible":true,"muted":false,"rate":1})"),
           R"({"session":"s","nonce":"n","extra":1,"events":[)" + input + "]}",
           R"({"session":1,"nonce":"n","events":[)" + input + "]}",
       }) {
    EXPECT_FALSE(parse_beacon(wrong)) << wrong;
  }
  std::string many = input;
  for (int i = 0; i < 50; ++i) many += "," + input;
  EXPECT_FALSE(parse_beacon(report(many)));
}

TEST(Beacon, WhatIsRefusedIsNotRepeated) {
  for (const char* broken :
       {R"({"session":"SECRET)", R"(SECRET)", "{\"SECRET\":\"\xff\"}", R"({"session":1e999,"SECRET")"}) {
    EXPECT_EQ(parse_beacon(broken).error().describe().find("SECRET"), std::string::npos);
    EXPECT_EQ(parse_beacon(broken).error().describe().find("line 1"), std::string::npos);
  }
}

TEST(Beacon, NamesWhatDrawsOnPagesThatKnowIt) {
  const std::string load =
      R"({"sequence":0,"kind":"load","webdriver":false,"visible":true,"prerendered":false,"outer":[1,1],"inner":[1,1])";
  EXPECT_TRUE(parse_beacon(report(load + "}")));
  EXPECT_TRUE(parse_beacon(report(load + R"(,"gpu":""})")));
  auto beacon = must(parse_beacon(report(load + R"(,"gpu":"SwiftShader"})")));
  EXPECT_NE(beacon.events[0].body.find(R"("gpu":"SwiftShader")"), std::string::npos);
  EXPECT_FALSE(parse_beacon(report(load + R"(,"gpu":7})")));
  EXPECT_FALSE(parse_beacon(report(load + R"(,"gpu":null})")));
  EXPECT_FALSE(parse_beacon(report(load + R"(,"GPU":""})")));
  std::string name;
  for (int i = 0; i < 120; ++i) name += "\u00e9";
  EXPECT_TRUE(parse_beacon(report(load + ",\"gpu\":\"" + name + "\"}")));
  EXPECT_FALSE(parse_beacon(report(load + ",\"gpu\":\"" + name + "x\"}")));
}

TEST(Beacon, TakesTheReactionsThatThereAreAndNoOtherWords) {
  for (std::string_view name : kReactions) {
    auto beacon = must(parse_beacon(report(R"({"sequence":0,"kind":"reaction","name":")" + std::string(name) + "\"}")));
    EXPECT_EQ(beacon.events[0].kind, EventKind::Reaction);
  }
  EXPECT_FALSE(parse_beacon(report(R"({"sequence":0,"kind":"reaction","name":"angry"})")));
  EXPECT_FALSE(parse_beacon(report(R"({"sequence":0,"kind":"reaction"})")));
  EXPECT_FALSE(parse_beacon(report(R"({"sequence":0,"kind":"reply","text":"hello"})")));
  EXPECT_FALSE(parse_beacon(report(R"({"sequence":0,"kind":"consent","agreed":true})")));
}

TEST(PageTicket, HoldsForItsLinkSessionAndTimeAlone) {
  auto key = random_bytes(32);
  PageTicket ticket = issue_ticket(key, 7, test::kNoon);
  EXPECT_TRUE(is_our_ticket(key, 7, ticket, test::kNoon));
  EXPECT_TRUE(is_our_ticket(key, 7, ticket, test::kNoon + kTicketLifetime));
  EXPECT_FALSE(is_our_ticket(key, 7, ticket, test::kNoon + kTicketLifetime + std::chrono::milliseconds(1)));
  EXPECT_FALSE(is_our_ticket(key, 8, ticket, test::kNoon));
  EXPECT_FALSE(is_our_ticket(random_bytes(32), 7, ticket, test::kNoon));
  EXPECT_FALSE(is_our_ticket(key, 7, {issue_ticket(key, 7, test::kNoon).session, ticket.nonce}, test::kNoon));
  EXPECT_FALSE(is_our_ticket(key, 7, {ticket.session, "9" + ticket.nonce}, test::kNoon));
  EXPECT_FALSE(is_our_ticket(key, 7, {ticket.session, ""}, test::kNoon));
  EXPECT_FALSE(is_our_ticket(key, 7, {ticket.session, "12"}, test::kNoon));
}

TEST(PageTicket, EveryPageLoadHasItsOwnSession) {
  auto key = random_bytes(32);
  EXPECT_NE(issue_ticket(key, 7, test::kNoon).session, issue_ticket(key, 7, test::kNoon).session);
}

}  // namespace
}  // namespace candid::track
