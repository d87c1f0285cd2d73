// How one line is read, in whatever words, and judged.

#include <fmt/format.h>
#include <gmock/gmock.h>

#include "tests/track/judged_lines.h"
#include "track/evidence/rules.h"

namespace candid::track {
namespace {

using nlohmann::json;
using testing::HasSubstr;

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

TEST(Judge, PathsAreReadByTheirFoldersAndEndings) {
  auto state = [](const char* path) { return judged_one({{"requests", {{{"path", path}}}}})["state"]; };
  EXPECT_EQ(state("/v/imgPixelTrapEventScript"), "page_unverified");
  EXPECT_EQ(state("/v/abc/contents/x"), "machine_scanner");
  EXPECT_EQ(state("/m/abc/poster.jpg"), "mail_image_only");
  EXPECT_EQ(judged_one({{"requests", {"HEAD /v/abc/contents/x"}}})["state"], "machine_scanner");
}

// Bytes of real lines changed, cut, doubled and joined: every one is judged or told as bad, and none ends the program.

}  // namespace
}  // namespace candid::track
