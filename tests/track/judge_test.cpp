#include <algorithm>
#include <random>
#include <sstream>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include "core/files.h"
#include "tests/support/results.h"
#include "track/evidence/judge_lines.h"
#include "track/evidence/outside_session.h"
#include "track/evidence/rules.h"

namespace candid::track {
namespace {

using nlohmann::json;
using test::must;
using testing::HasSubstr;

constexpr const char* kBrowser =
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36";

struct Told {
  std::vector<json> verdicts;
  std::vector<std::pair<size_t, std::string>> refused;
  std::vector<std::string> slips;
};

Told judged(const std::string& lines) {
  std::istringstream input(lines);
  Told told;
  told.slips = must(judge_lines(
                        input, [&](const std::string& verdict) { told.verdicts.push_back(json::parse(verdict)); },
                        [&](size_t line, const Error& error) {
                          told.refused.emplace_back(line, fmt::format("{} ({})", error.message(), error.hint()));
                        }))
                   .slips;
  return told;
}

json judged_one(json session) {
  if (!session.contains("agent")) session["agent"] = kBrowser;
  Told told = judged(session.dump() + "\n");
  if (told.verdicts.size() != 1) throw std::runtime_error(told.refused.empty() ? "nothing" : told.refused[0].second);
  return told.verdicts[0];
}

json page_request() {
  return {{"method", "GET"}, {"path kind", "page"}, {"at", 0}};
}

// A person, as the page would report them.
json low_level() {
  return {
      {"requests", {page_request(), {{"method", "GET"}, {"path kind", "media"}, {"range", "bytes=0-"}, {"at", 3}}}},
      {"events",
       {{{"kind", "load"},
         {"at", 0.4},
         {"visible", true},
         {"webdriver", false},
         {"prerendered", false},
         {"outer", {1280, 800}}},
        {{"kind", "input"}, {"at", 2.4}, {"trusted", true}, {"keyboard", false}, {"ms", 2000}},
        {{"kind", "play"}, {"at", 2.5}, {"trusted", true}, {"ms", 2100}},
        {{"kind", "beat"}, {"at", 7.5}, {"ranges", {{0, 5}}}, {"visible", true}, {"muted", false}, {"rate", 1}},
        {{"kind", "ended"}, {"at", 32.5}, {"ranges", {{5, 30}}}, {"visible", true}, {"muted", false}, {"rate", 1}}}}};
}

json higher_level() {
  return {{"requests", {page_request()}},
          {"inputs", {{{"trusted", true}, {"ms", 2000}, {"keyboard", false}}}},
          {"played", {{0, 30}}},
          {"wall_seconds", 30},
          {"webdriver", false},
          {"outer", {1280, 800}},
          {"visible", true},
          {"muted", false},
          {"rate", 1},
          {"gpu", "ANGLE (NVIDIA, NVIDIA GeForce RTX 3060 Direct3D11 vs_5_0 ps_5_0, D3D11)"}};
}

TEST(Judge, TellsStateVerdictReasonAndSeconds) {
  json session = low_level();
  session["id"] = "sample";
  session["duration"] = 60;
  json verdict = judged_one(session);
  EXPECT_EQ(verdict["id"], "sample");
  EXPECT_EQ(verdict["state"], "watched_50");
  EXPECT_EQ(verdict["verdict"], "human");
  EXPECT_EQ(verdict["reason"], "watched 30 of 60 s (50 %)");
  EXPECT_EQ(verdict["watched_seconds"], 30.0);
  EXPECT_EQ(verdict["watched_fraction"], 0.5);
  EXPECT_EQ(verdict["rules"], kEvidenceRules);
}

TEST(Judge, BothFormsComeToTheSame) {
  EXPECT_EQ(judged_one(low_level())["state"], judged_one(higher_level())["state"]);
}

TEST(Judge, SortsStatesIntoVerdicts) {
  auto verdict = [](json session) { return judged_one(std::move(session))["verdict"]; };
  EXPECT_EQ(verdict({{"agent", "curl/8"}}), "machine");
  EXPECT_EQ(verdict({{"agent", "YahooMailProxy"}}), "machine");
  EXPECT_EQ(verdict({{"requests", {page_request()}}}), "unverified");
  EXPECT_EQ(verdict({{"inputs", {{{"ms", 3000}}}}}), "human");
  EXPECT_EQ(verdict({{"owner", true}}), "owner");
  EXPECT_EQ(verdict({{"inputs", {{{"ms", 3000}}}}, {"played", {{0, 9000}}}}), "invalid");
  EXPECT_EQ(judged_one({{"requests", json::array()}})["state"], "sent");
}

TEST(Judge, BadLinesAreToldByTheirNumberAndTheRestGoesOn) {
  Told told = judged(fmt::format("{0}\n\nnot JSON\n{0}\n[1]\n{{\"agent\":7}}\r\n{0}", R"({"agent":"curl/8"})"));
  EXPECT_EQ(told.verdicts.size(), 3u);
  ASSERT_EQ(told.refused.size(), 3u);
  EXPECT_EQ(told.refused[0].first, 3u);
  EXPECT_EQ(told.refused[1].first, 5u);
  EXPECT_EQ(told.refused[2].first, 6u);
  EXPECT_THAT(told.refused[0].second, HasSubstr("not JSON"));
  EXPECT_THAT(told.refused[2].second, HasSubstr("\"agent\" is no text"));
  EXPECT_EQ(told.verdicts[1]["id"], "4");  // its line, where it has no name
}

TEST(Judge, ALineThatIsTooLongIsToldAndReadAway) {
  Told told = judged(std::string(2 << 20, ' ') + "\n" + std::string(2 << 20, '[') + "\n{\"agent\":\"curl/8\"}\n");
  EXPECT_EQ(told.verdicts.size(), 1u);
  ASSERT_EQ(told.refused.size(), 1u);
  EXPECT_EQ(told.refused[0].first, 2u);
}

TEST(Judge, KeysItDoesNotKnowAreNoConcern) {
  json session = low_level();
  session["campaign"] = {{"anything", {1, 2, 3}}};
  session["events"][0]["battery"] = 0.7;
  session["requests"][0]["referer"] = "https://mail.example.com/";
  EXPECT_EQ(judged_one(session)["state"], "watched_50");
}

TEST(Judge, WrongTypesAreRefused) {
  for (const char* line :
       {R"({"id":[7]})", R"({"agent":["x"]})", R"({"requests":[7]})", R"({"requests":[{"method":1}]})",
        R"({"requests":[{"at":"now"}]})", R"({"events":[{"kind":"beat","ranges":[[1]]}]})",
        R"({"events":[{"kind":"beat","ranges":[["a",2]]}]})", R"({"inputs":[{"ms":"soon"}]})",
        R"({"played":[[0,30],5]})", R"({"played":[{"from":0}]})", R"({"requests":[{"headers":"none"}]})",
        R"({"played":[[0,30,60]]})", R"({"owner":"me"})", R"("text")", R"(null)", R"({"a":1)",
        R"({"agent":"\ud800"})"}) {
    Told told = judged(fmt::format("{}\n", line));
    EXPECT_TRUE(told.verdicts.empty()) << line;
    EXPECT_EQ(told.refused.size(), 1u) << line;
  }
}

TEST(Judge, WhatAFairReaderUnderstandsIsTaken) {
  for (const char* line : {R"({"network":1})",
                           R"({"id":1.5})",
                           R"({"id":true})",
                           R"({"seconds_since_mail":"12"})",
                           R"({"seconds_since_mail":1e12})",
                           R"({"duration":"60"})",
                           R"({"requests":{}})",
                           R"({"requests":"GET page"})",
                           R"({"requests":[{"prefetch":"yes"}]})",
                           R"({"requests":[{"kind":"media","range":[0,1]}]})",
                           R"({"requests":[{"at":"2026-11-26T10:00:00.5Z"}]})",
                           R"({"events":[{}]})",
                           R"({"events":[{"kind":"dance"}]})",
                           R"({"events":[{"kind":"page"}]})",
                           R"({"events":["load","click"]})",
                           R"({"events":[{"kind":"input","trusted":1,"ms":5}]})",
                           R"({"events":[{"kind":"input"}]})",
                           R"({"inputs":3})",
                           R"({"inputs":["click"]})",
                           R"({"inputs":[2400]})",
                           R"({"played":"0-60"})",
                           R"({"played":["0-20","20-60"]})",
                           R"({"played":[0,20,20,60]})",
                           R"({"requests":[{"kind":"media","bytes":"0-1"}]})",
                           R"({"network":[["deep",{"er":{"still":true}}]],"datacenter":true})",
                           R"({"inputs":{"trusted":true,"ms":2000}})",
                           R"({"played":{"from":0,"to":5}})",
                           R"({"wall_ms":"5","played":[[0,5]]})",
                           R"({"webdriver":"false"})",
                           R"({"outer":1280,"visible":true})",
                           R"({"starts_at":1764150000})",
                           R"({"starts_at_ms":1764150000000})",
                           R"({"visible":1})"}) {
    Told told = judged(fmt::format("{}\n", line));
    EXPECT_EQ(told.verdicts.size(), 1u) << line << (told.refused.empty() ? "" : told.refused[0].second);
  }
}

// Such numbers are reports of what cannot be, and leave the session its verdict.
TEST(Judge, NumbersThatCannotBeAreInvalid) {
  for (const char* line :
       {R"({"inputs":[{"ms":-259200000}],"played":[[0,60]]})", R"({"duration":-5})",
        R"({"inputs":[{"ms":2500}],"played":[[0,60]],"wall_seconds":-5})", R"({"duration":0})",
        R"({"inputs":[{"ms":2500}],"played":[[0,60]],"rate":100})", R"({"played":-5})",
        R"({"inputs":[{"ms":2500}],"played":[[20,10]]})", R"({"events":[{"kind":"load","sequence":-1}]})"}) {
    EXPECT_EQ(judged_one(json::parse(line))["state"], "invalid_event") << line;
  }
  json session = higher_level();
  session["played"].push_back({70, 80});
  EXPECT_EQ(judged_one(session)["state"], "watched_50");
  session["played"] = {{0, 62.1}};
  session["wall_seconds"] = 62;
  EXPECT_EQ(judged_one(session)["watched_seconds"], 60);
}

// One session, told in other words than those of docs/views.md.
TEST(Judge, ObviousOtherNamesAreUnderstood) {
  const json plain = judged_one(higher_level());
  ASSERT_EQ(plain["state"], "watched_50");
  using Forms = std::vector<std::pair<const char*, json>>;
  const std::pair<const char*, Forms> others[] = {
      {"agent", {{"user_agent", kBrowser}, {"User-Agent", kBrowser}, {"userAgent", kBrowser}, {"ua", kBrowser}}},
      {"inputs",
       {{"input_events", {{{"isTrusted", true}, {"ms", 2000}}}},
        {"Input Events", {{{"trusted", true}, {"at", 2.0}}}},
        {"inputs", {{{"type", "click"}, {"at_ms", 2000}}}}}},
      {"played",
       {{"played_ranges", {{0, 30}}},
        {"played", {0, 30}},
        {"watched", {{{"from", 0}, {"to", 30}}}},
        {"playedRanges", {{{"start", 0}, {"end", 12}}, {{"start", 12}, {"end", 30}}}}}},
      {"wall_seconds", {{"wall_time", 30}, {"wall", 30}, {"wall_ms", 30000}, {"wallTimeSeconds", 30}}},
      {"outer", {{"outer", {{"width", 1280}, {"height", 800}}}, {"outerWidth", 1280}}},
      {"requests", {{"requests", {"GET page"}}, {"requests", {"/v/token"}}, {"requests", {"GET /v/token"}}}},
      {"visible", {{"hidden", false}}},
      {"rate", {{"playback_rate", 1}}},
  };
  for (const auto& [name, forms] : others) {
    for (const auto& [other, value] : forms) {
      json session = higher_level();
      session["agent"] = kBrowser;
      session.erase(name);
      session[other] = value;
      Told told = judged(session.dump());
      ASSERT_EQ(told.verdicts.size(), 1u) << other << value << (told.refused.empty() ? "" : told.refused[0].second);
      EXPECT_EQ(told.verdicts[0]["state"], plain["state"]) << other << value;
      EXPECT_EQ(told.verdicts[0]["watched_seconds"], plain["watched_seconds"]) << other << value;
      EXPECT_TRUE(told.slips.empty()) << told.slips[0];
    }
  }
}

TEST(Judge, ObviousOtherNamesDecideAsTheirOwnDo) {
  auto state = [](json session) { return judged_one(std::move(session))["state"]; };
  json short_view = higher_level();
  short_view["played"] = {{0, 20}};
  EXPECT_EQ(state(short_view), "watched_25");
  for (const json& sign : {json{{"ip", "205.139.110.77"}}, json{{"asn", 8075}}, json{{"asn", "AS8075"}},
                           json{{"network", {{"ip", "203.0.113.9"}, {"org", "Mimecast North America"}}}},
                           json{{"network_type", "data-center"}}, json{{"ip", "203.0.113.9"}, {"org", "Proofpoint"}},
                           json{{"since_mail", 20}}, json{{"seconds_since_mail_ms", 20'000}}}) {
    json session = short_view;
    session.update(sign);
    EXPECT_EQ(state(session), "page_unverified") << sign;
  }
  json session = short_view;
  session["hidden"] = true;
  session.erase("visible");
  session["muted"] = true;
  EXPECT_EQ(state(session), "page_unverified");
  EXPECT_EQ(state({{"requests", {"HEAD page", "HEAD"}}}), "machine_scanner");
  EXPECT_EQ(state({{"requests", {{{"path", "/v/token"}, {"sec_purpose", "prefetch;prerender"}}}}}), "prefetch");
  EXPECT_EQ(state({{"inputs", {{{"type", "keydown"}, {"at", 0.2}, {"isTrusted", true}}}}, {"played", {{0, 31}}}}),
            "watched_50");
  EXPECT_EQ(state({{"inputs", {{{"ms", 3000}}}}, {"watched_seconds", 31}}), "watched_50");
  EXPECT_EQ(state({{"requests", {{{"path", "/v/token"}, {"headers", {{"Sec-Purpose", "prefetch"}}}}}}}), "prefetch");
  json headers = {{"requests", {{{"headers", {{"User-Agent", "Slackbot 1.0"}}}}}}};
  EXPECT_EQ(judged(headers.dump()).verdicts.at(0)["state"], "machine_preview");
  session = low_level();
  session["events"][3]["kind"] = "heartbeat";
  session["events"][1]["kind"] = "touchend";
  EXPECT_EQ(state(session), "watched_50");
  session = low_level();
  for (json& event : session["events"]) event.erase("ms");  // when it was says how long after load
  EXPECT_EQ(state(session), "watched_50");
}

TEST(Judge, AnErrorNamesTheFieldAndWhatIsValid) {
  auto refusal = [](const char* line) {
    Told told = judged(line);
    return told.refused.empty() ? std::string() : told.refused[0].second;
  };
  EXPECT_THAT(refusal(R"({"played":[[0,5],[7]]})"),
              testing::AllOf(HasSubstr("\"played\"[1]"), HasSubstr("[0, 5]"), HasSubstr("\"from\"")));
  EXPECT_THAT(refusal(R"({"requests":[{},{"method":5}]})"), HasSubstr("\"requests\"[1]: \"method\" is no text"));
  EXPECT_THAT(refusal(R"({"wall_time":"long","played":[[0,5]]})"), HasSubstr("\"wall_time\" is no number"));
}

TEST(Judge, ASlipIsToldOnceAndIgnored) {
  json session = higher_level();
  session["agent"] = kBrowser;
  session["seconds_since_mial"] = 5;
  session["expect"] = "watched_50";
  session["inputs"][0]["trustd"] = false;
  Told told = judged(session.dump() + "\n" + session.dump());
  ASSERT_EQ(told.verdicts.size(), 2u);
  EXPECT_EQ(told.verdicts[0]["state"], "watched_50");
  ASSERT_EQ(told.slips.size(), 2u);
  EXPECT_THAT(told.slips[0],
              HasSubstr("line 1: \"seconds_since_mial\" is ignored; did you mean \"seconds_since_mail\"?"));
  EXPECT_THAT(told.slips[1], HasSubstr("trustd"));
}

TEST(Judge, WhatIsIgnoredIsTold) {
  Told told =
      judged(R"({"agent":"x","battery":1,"inputs":[{"trusted":true}],"events":[{"kind":"ratechange"},{"at":1}]})");
  ASSERT_EQ(told.verdicts.size(), 1u);
  EXPECT_THAT(told.slips, testing::UnorderedElementsAre(
                              HasSubstr("\"battery\" is not known"), HasSubstr("an input tells no \"ms\""),
                              HasSubstr("\"ratechange\" is nothing that counts"), HasSubstr("without a \"kind\"")));
}

TEST(Judge, EachRequestHasItsOwnName) {
  json session = higher_level();
  session["requests"] = {{{"kind", "page"}}, {{"kind", "page"}, {"agent", "Slackbot-LinkExpanding 1.0"}}};
  EXPECT_EQ(judged_one(session)["state"], "machine_preview");
  session["requests"] = {{{"kind", "page"}}, {{"kind", "media"}, {"agent", "Mozilla/5.0 (X11) HeadlessChrome/142.0"}}};
  EXPECT_EQ(judged_one(session)["state"], "machine_automation");
  session["requests"] = {{{"kind", "page"}}, {{"kind", "media"}, {"agent", "stagefright/1.2 (Linux;Android 7.0)"}}};
  EXPECT_EQ(judged_one(session)["state"], "watched_50");
}

TEST(Judge, ALongNameIsCutAsALedgerCutsIt) {
  json session = {{"agent", std::string(kBrowser) + std::string(9000, 'x')}, {"requests", {page_request()}}};
  EXPECT_EQ(judged_one(session)["state"], "page_unverified");
  session["agent"] = std::string(600, 'x') + " Slackbot";
  EXPECT_EQ(judged_one(session)["state"], "machine_automation");
  session["agent"] = " " + std::string(kBrowser) + " ";
  EXPECT_EQ(judged_one(session)["state"], "page_unverified");
}

TEST(Judge, APersonsOtherSignsAreFoundUnderOtherNames) {
  json session = {{"requests", {page_request()}}, {"inputs", {{{"ms", 2400}}}}};
  EXPECT_EQ(judged_one(session)["state"], "page_human");
  for (const json& hidden :
       {json{{"visibility", "hidden"}}, json{{"visibilityState", "hidden"}}, json{{"page_hidden", true}},
        json{{"document_hidden", true}}, json{{"document", {{"hidden", true}}}}}) {
    json other = session;
    other.update(hidden);
    EXPECT_EQ(judged_one(other)["state"], "page_unverified") << hidden;
  }
  for (const auto& [sign, state] :
       {std::pair(json{{"navigator", {{"webdriver", true}}}}, "machine_automation"),
        std::pair(json{{"trap", true}}, "machine_scanner"), std::pair(json{{"owner_cookie", true}}, "owner_excluded"),
        std::pair(json{{"no_outer_size", true}}, "machine_automation"),
        std::pair(json{{"headers", {{"User-Agent", "Slackbot 1.0"}}}, {"agent", nullptr}}, "machine_preview")}) {
    json other = session;
    other.update(sign);
    if (sign.contains("agent")) {
      EXPECT_EQ(judged(other.dump()).verdicts.at(0)["state"], state) << sign;
    } else {
      EXPECT_EQ(judged_one(other)["state"], state) << sign;
    }
  }
  for (const json& advance :
       {json{{"prefetch", true}}, json{{"sec_purpose", "prefetch"}}, json{{"purpose", "prefetch"}},
        json{{"headers", {{"Sec-Purpose", "prefetch;prerender"}}}}}) {
    EXPECT_EQ(judged_one(advance)["state"], "prefetch") << advance;
  }
}

TEST(Judge, ReportsWithoutTimesTakeAsLongAsWasPlayed) {
  json session = {
      {"requests", {page_request()}},
      {"events", {{{"kind", "load"}}, {{"kind", "input"}, {"ms", 2000}}, {{"kind", "play"}, {"ms", 2000}}}}};
  for (int i = 0; i < 60; i += 5) session["events"].push_back({{"kind", "beat"}, {"ranges", {{i, i + 5}}}});
  EXPECT_EQ(judged_one(session)["state"], "watched_95");
  session["wall_seconds"] = 60;
  EXPECT_EQ(judged_one(session)["state"], "watched_95");
  session["wall_seconds"] = 5;
  EXPECT_EQ(judged_one(session)["watched_seconds"], 15);
}

TEST(Judge, ANameThatIsMissingIsNone) {
  EXPECT_EQ(judged_one({{"agent", nullptr}})["state"], "machine_automation");
  EXPECT_EQ(judged_one({{"agent", ""}})["state"], "machine_automation");
}

TEST(Judge, HeadersAloneAreHeadersAloneWhateverElseIsToldOfTheBrowser) {
  json session = {{"requests", {{{"method", "HEAD"}, {"path kind", "page"}}}},
                  {"inputs", json::array()},
                  {"played", json::array()},
                  {"webdriver", false},
                  {"visible", false},
                  {"gpu", nullptr}};
  EXPECT_EQ(judged_one(session)["state"], "machine_scanner");
}

TEST(Judge, WithinAMinuteOfTheMailCountsBothWays) {
  json session = higher_level();
  session["played"] = {{0, 20}};
  for (auto [seconds, state] : {std::pair(59, "page_unverified"), std::pair(60, "watched_25"),
                                std::pair(-10, "page_unverified"), std::pair(-90, "watched_25")}) {
    session["seconds_since_mail"] = seconds;
    EXPECT_EQ(judged_one(session)["state"], state) << seconds;
  }
}

TEST(Judge, TheVideoMustHaveBeenFetchedWhereThatIsTold) {
  json session = higher_level();
  EXPECT_EQ(judged_one(session)["state"], "watched_50");
  session["media_served_here"] = true;
  EXPECT_THAT(judged_one(session)["reason"].get<std::string>(), HasSubstr("never fetched"));
  session["requests"].push_back({{"method", "GET"}, {"path kind", "media"}, {"range", "bytes=0-1"}});
  EXPECT_EQ(judged_one(session)["state"], "played");
  session["requests"].push_back({{"method", "GET"}, {"path kind", "media"}, {"range", "bytes=0-"}});
  EXPECT_EQ(judged_one(session)["state"], "watched_50");
}

TEST(Judge, AnAnswerOfAPersonSupportsAPage) {
  json session = {
      {"events",
       {{{"kind", "input"}, {"at", 5}, {"ms", 4000}}, {{"kind", "reply"}, {"at", 20}, {"text", "Thank you!"}}}}};
  EXPECT_EQ(judged_one(session)["state"], "page_human");
  session["events"][0]["trusted"] = false;
  EXPECT_EQ(judged_one(session)["state"], "page_unverified");
}

TEST(Judge, AnAnswerIsNeverWatching) {
  json session = {{"events", {{{"kind", "reaction"}, {"at", 2}, {"name", "like"}}, {{"kind", "reply"}, {"at", 3}}}}};
  EXPECT_EQ(judged_one(session)["state"], "page_unverified");
}

TEST(Judge, LinesOfOneMailAreJudgedTogether) {
  json one = higher_level();
  one["agent"] = kBrowser;
  json two = one;
  one.update({{"id", "one"}, {"mail", "m"}, {"link", "first"}, {"starts_at", 0}});
  two.update({{"id", "two"}, {"mail", "m"}, {"link", "second"}, {"starts_at", 8}});
  Told told = judged(one.dump() + "\n" + two.dump() + "\n");
  EXPECT_EQ(told.verdicts[0]["state"], "machine_scanner");
  EXPECT_EQ(told.verdicts[1]["state"], "machine_scanner");
  two["mail"] = "another";
  told = judged(one.dump() + "\n" + two.dump() + "\n");
  EXPECT_EQ(told.verdicts[0]["state"], "watched_50");
}

TEST(Judge, LinesThatNameNoLinkOrNoTimeAreNoSign) {
  json session = higher_level();
  session["agent"] = kBrowser;
  session.update({{"mail", "m"}, {"network", "203.0.113.9"}, {"seconds_since_mail", 5400}});
  for (const json& verdict : judged(session.dump() + "\n" + session.dump() + "\n").verdicts) {
    EXPECT_EQ(verdict["state"], "watched_50");
  }
  session.erase("seconds_since_mail");
  session["played"] = {{0, 20}};
  session["source_group"] = "s";
  std::string lines;
  for (const char* mail : {"a", "b", "c"}) {
    session["mail"] = mail;
    lines += session.dump() + "\n";
  }
  for (const json& verdict : judged(lines).verdicts) EXPECT_EQ(verdict["state"], "watched_25");
}

TEST(Judge, RequestsTellWhenALineBeganWhereNothingElseDoes) {
  auto states = [](double apart) {
    json one = higher_level();
    one["agent"] = kBrowser;
    json two = one;
    one.update({{"mail", "m"}, {"link", "1"}});
    two.update({{"mail", "m"}, {"link", "2"}});
    two["requests"][0]["at"] = apart;
    std::vector<std::string> all;
    for (const json& verdict : judged(one.dump() + "\n" + two.dump() + "\n").verdicts) all.push_back(verdict["state"]);
    return all;
  };
  EXPECT_THAT(states(5), testing::Each("machine_scanner"));
  EXPECT_THAT(states(60), testing::Each("watched_50"));
  EXPECT_THAT(states(0), testing::Each("watched_50"));  // each from its own beginning
}

TEST(Judge, ANetworkIsTheSourceOfNamedCandidates) {
  auto lines = [](double apart, const char* network) {
    std::string all;
    for (int i = 0; i < 3; ++i) {
      json session = higher_level();
      session.update({{"agent", kBrowser}, {"network", network}, {"candidate", fmt::format("c{}", i)}});
      session.update({{"starts_at", i * apart}, {"played", {{0, 20}}}});
      all += session.dump() + "\n";
    }
    return all;
  };
  for (const json& verdict : judged(lines(20, "203.0.113.7")).verdicts) EXPECT_EQ(verdict["state"], "page_unverified");
  for (const json& verdict : judged(lines(100, "203.0.113.7")).verdicts) EXPECT_EQ(verdict["state"], "watched_25");
  for (const json& verdict : judged(lines(20, "Deutsche Telekom")).verdicts) EXPECT_EQ(verdict["state"], "watched_25");
  for (const json& verdict : judged(lines(20, "104.28.20.9")).verdicts) EXPECT_EQ(verdict["state"], "watched_25");
}

TEST(Judge, TwoLinksInOneLineAreTwoLinks) {
  EXPECT_EQ(judged_one({{"requests", {"/v/aaa", "/v/bbb"}}})["state"], "machine_scanner");
  EXPECT_EQ(judged_one({{"requests", {"/v/aaa", "/v/aaa?again", "https://video.example.org/v/aaa"}}})["state"],
            "page_unverified");
  json apart = {{"requests", {{{"path", "/v/aaa"}, {"at", 0}}, {{"path", "/v/bbb"}, {"at", 30}}}}};
  EXPECT_EQ(judged_one(apart)["state"], "page_unverified");
}

TEST(Judge, PathsAreReadByTheirFoldersAndEndings) {
  auto state = [](const char* path) { return judged_one({{"requests", {{{"path", path}}}}})["state"]; };
  EXPECT_EQ(state("/v/imgPixelTrapEventScript"), "page_unverified");
  EXPECT_EQ(state("/v/abc/contents/x"), "machine_scanner");
  EXPECT_EQ(state("/m/abc/poster.jpg"), "mail_image_only");
  EXPECT_EQ(judged_one({{"requests", {"HEAD /v/abc/contents/x"}}})["state"], "machine_scanner");
}

TEST(Judge, LinesThatDoNotSaySoHaveNothingToDoWithEachOther) {
  json session = higher_level();
  session["agent"] = kBrowser;
  session["network"] = "203.0.113.0/24";
  session["played"] = {{0, 20}};
  std::string lines;
  for (int i = 0; i < 20; ++i) lines += session.dump() + "\n";
  for (const json& verdict : judged(lines).verdicts) EXPECT_EQ(verdict["state"], "watched_25");
}

TEST(Judge, RandomBytesAreToldAsBad) {
  std::mt19937 random(5);
  for (int round = 0; round < 20'000; ++round) {
    std::string bytes(random() % 200, '\0');
    for (char& byte : bytes) byte = static_cast<char>(random());
    auto session = read_outside_session(bytes);
    EXPECT_FALSE(session) << bytes;
  }
}

// Bytes of real lines changed, cut, doubled and joined: every one is judged or told as bad, and none ends the program.
TEST(Judge, BrokenLinesNeverEndIt) {
  std::mt19937 random(6);
  auto below = [&](size_t most) { return most == 0 ? 0 : random() % most; };
  std::vector<std::string> seeds = {low_level().dump(), higher_level().dump()};
  std::istringstream cases(
      must(read_text_file(std::filesystem::path(CANDID_SOURCE_DIR) / "tests/evidence/cases.jsonl")));
  for (std::string line; std::getline(cases, line);) seeds.push_back(line);
  const std::vector<std::string> pieces = {
      "null", "true", "-1",   "1e308",  "[[", "]]",          "{\"kind\":\"beat\"}",
      "\"\"", ",",    "-0.0", "1e-400", "{}", "\"\\u0000\"", "18446744073709551616"};
  size_t judged_count = 0;
  for (int round = 0; round < 30'000; ++round) {
    std::string line = seeds[below(seeds.size())];
    for (size_t change = 1 + below(4); change > 0 && !line.empty(); --change) {
      size_t at = below(line.size());
      switch (below(4)) {
        case 0:
          line[at] = static_cast<char>(random());
          break;
        case 1:
          line.erase(at, 1 + below(12));
          break;
        case 2:
          line.insert(at, pieces[below(pieces.size())]);
          break;
        default:
          line.replace(at, below(6), pieces[below(pieces.size())]);
      }
    }
    std::replace(line.begin(), line.end(), '\n', ' ');
    std::istringstream input(line);
    auto count = must(judge_lines(
        input, [](const std::string& verdict) { ASSERT_TRUE(json::accept(verdict)) << verdict; },
        [](size_t, const Error&) {}));
    judged_count += count.judged;
  }
  EXPECT_GT(judged_count, 100u);  // the changes do not all end at the parser
}

TEST(Judge, DeepNestingIsNoConcern) {
  Told told = judged("{\"x\":" + std::string(500'000, '[') + std::string(500'000, ']') + ",\"agent\":\"curl/8\"}\n" +
                     std::string(1'000'000, '[') + "\n");
  EXPECT_EQ(told.verdicts.size(), 1u);
  EXPECT_EQ(told.refused.size(), 1u);
}

}  // namespace
}  // namespace candid::track
