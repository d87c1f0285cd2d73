// How a video was started, and in which order things happened, as lines tell it in one way or the other, or in both.

#include <gmock/gmock.h>

#include "tests/track/judged_lines.h"

namespace candid::track {
namespace {

using nlohmann::json;
using testing::HasSubstr;

// A page that plays for a minute; how it was started stands in `start`.
json playing(std::vector<json> start) {
  json events = {{{"kind", "load"}, {"at", 0.4}}};
  for (json& event : start) events.push_back(std::move(event));
  for (int second = 0; second < 60; second += 5) {
    events.push_back({{"kind", "beat"}, {"at", second + 8}, {"ranges", {{second, second + 5}}}});
  }
  return {{"requests", {page_request()}}, {"events", std::move(events)}};
}

std::string state_of(const json& session) {
  return judged_one(session)["state"];
}

TEST(JudgeStart, APlayThatTellsNothingIsAPersonsAfterTheirInputAlone) {
  const json play = {{"kind", "play"}, {"at", 3}};
  EXPECT_EQ(state_of(playing({play})), "page_unverified");
  EXPECT_EQ(state_of(playing({{{"kind", "click"}, {"at", 2.9}}, play})), "watched_95");
  EXPECT_EQ(state_of(playing({{{"kind", "keydown"}, {"trusted", true}, {"at", 2}}, play})), "watched_95");
  EXPECT_EQ(state_of(playing({{{"kind", "click"}, {"trusted", false}, {"at", 2.9}}, play})), "page_unverified");
  EXPECT_EQ(state_of(playing({{{"kind", "mousemove"}, {"trusted", true}, {"at", 2.9}}, play})), "page_human");
  EXPECT_EQ(state_of(playing({play, {{"kind", "click"}, {"at", 40}}})), "page_human");
}

TEST(JudgeStart, OtherWordsForAGestureComeFirst) {
  const json click = {{"kind", "click"}, {"trusted", true}, {"at", 2}};
  for (const json& by_itself : {json{{"autoplay", true}}, json{{"by", "autoplay"}}, json{{"gesture", false}},
                                json{{"started_by", "script"}}, json{{"started_by", "scroll"}}}) {
    json play = {{"kind", "play"}, {"at", 3}};
    play.update(by_itself);
    EXPECT_EQ(state_of(playing({click, play})), "page_human") << by_itself;
  }
  const json play = {{"kind", "play"}, {"at", 3}, {"by", "click"}};
  EXPECT_EQ(state_of(playing({play})), "watched_95");
  json session = playing({play});
  session["events"][1].erase("by");
  session["started"] = true;  // not by whom
  EXPECT_EQ(state_of(session), "page_unverified");
  session = playing({click, {{"kind", "play"}, {"at", 3}}});
  session["autoplay"] = true;
  EXPECT_EQ(state_of(session), "page_human");
}

TEST(JudgeStart, MovesStartNothing) {
  json session = higher_level();
  for (const char* move : {"mousemove", "pointermove", "scroll", "wheel", "mouseover", "touchmove"}) {
    session["inputs"] = {{{"type", move}, {"trusted", true}, {"ms", 2000}}};
    EXPECT_EQ(state_of(session), "page_human") << move;
  }
  for (const char* press : {"click", "keydown", "mousedown", "pointerup", "touchend", "tap"}) {
    session["inputs"] = {{{"type", "mousemove"}, {"trusted", true}, {"ms", 1500}},
                         {{"type", press}, {"trusted", true}, {"ms", 2000}}};
    EXPECT_EQ(state_of(session), "watched_50") << press;
  }
  session["inputs"] = {{{"kind", "input"}, {"type", "mousemove"}, {"trusted", true}, {"ms", 2000}}};
  EXPECT_EQ(state_of(session), "page_human");
}

TEST(JudgeStart, TheLinesInputStartsWhatTheEventsPlay) {
  json session = playing({});
  EXPECT_EQ(state_of(session), "page_unverified");
  session["inputs"] = {{{"trusted", true}, {"ms", 2400}}};
  EXPECT_EQ(state_of(session), "watched_95");
  session["autoplay"] = true;
  EXPECT_EQ(state_of(session), "page_human");
}

TEST(JudgeStart, BeatsThatAloneAreNumberedAreAllCounted) {
  json session = playing({{{"kind", "play"}, {"at", 3}, {"trusted", true}, {"ms", 2600}}});
  int sequence = 0;
  for (json& event : session["events"]) {
    if (event["kind"] == "beat") event["sequence"] = sequence++;
  }
  EXPECT_EQ(judged_one(session)["watched_seconds"], 60);
  const json all = session["events"];
  for (json again : all) {  // as beacons that come twice, an hour later
    if (again["kind"] != "beat") continue;
    again["at"] = again["at"].get<double>() + 3600;
    session["events"].push_back(again);
  }
  EXPECT_EQ(judged_one(session)["watched_seconds"], 60);
}

TEST(JudgeStart, TimesWithoutAUnitAreMillisecondsWhereTheySpanSoMuch) {
  auto told_by = [](double factor) {
    json session = playing({{{"kind", "click"}, {"at", 2.4}}, {{"kind", "play"}, {"at", 2.5}, {"trusted", true}}});
    for (json& event : session["events"]) {
      event["t"] = event["at"].get<double>() * factor;
      event.erase("at");
    }
    return session;
  };
  EXPECT_EQ(judged_one(told_by(1)), judged_one(told_by(1000)));
  EXPECT_EQ(state_of(told_by(1000)), "watched_95");
  json session = told_by(1);
  session["events"].push_back({{"kind", "hide"}, {"t", 7200}, {"visible", false}});
  EXPECT_EQ(state_of(session), "watched_95");
}

TEST(JudgeStart, NumbersInWordsOfOtherSizesAreNoReasonToRefuse) {
  for (const char* line :
       {R"({"heartbeats":12})", R"({"status":"200 OK","requests":[{"kind":"media","status":"404 Not Found"}]})",
        R"({"events":[{"kind":"visibilitychange","visible":false,"from":"visible","to":"hidden"}]})",
        R"({"started":"2026-11-26T09:30:00Z"})", R"({"path":["a"],"method":7})"}) {
    Told told = judged(line);
    EXPECT_EQ(told.verdicts.size(), 1u) << line << (told.refused.empty() ? "" : told.refused[0].second);
  }
}

TEST(JudgeStart, AWrongTimeSaysHowOneIsWritten) {
  Told told = judged(R"({"starts_at":"tomorrow"})");
  ASSERT_EQ(told.refused.size(), 1u);
  EXPECT_THAT(told.refused[0].second, HasSubstr("2026-11-26T09:30:00Z"));
}

TEST(JudgeStart, WhereTheVideoStoodTellsWhatWasPlayed) {
  json session = playing({{{"kind", "play"}, {"at", 3}, {"trusted", true}, {"ms", 2600}}});
  for (json& event : session["events"]) {
    if (event["kind"] == "beat") event["position"] = event["ranges"][0][1];
    event.erase("ranges");
  }
  EXPECT_EQ(judged_one(session)["watched_seconds"], 60);
  session["events"][6]["position"] = 55;  // a jump to the end, and back
  EXPECT_EQ(judged_one(session)["watched_seconds"], 50);
}

// Of a list the first item that has it tells a slip, wherever it stands.
TEST(JudgeStart, AKeyThatALaterItemHasIsTold) {
  json session = playing({{{"kind", "play"}, {"at", 3}, {"trusted", true}}});
  session["events"][5]["buffered"] = 10;
  session["events"][6]["buffered"] = 15;
  session["agent"] = kBrowser;
  Told told = judged(session.dump());
  ASSERT_EQ(told.slips.size(), 1u);
  EXPECT_THAT(told.slips[0], HasSubstr("\"events\"[5]: \"buffered\""));
}

}  // namespace
}  // namespace candid::track
