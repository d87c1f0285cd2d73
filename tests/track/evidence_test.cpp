#include "track/evidence/evidence.h"

#include <algorithm>
#include <random>

#include <gtest/gtest.h>

#include "tests/track/visit.h"

namespace candid::track {
namespace {

using test::kNoon;
using test::kPhone;
using test::Visit;

constexpr const char* kDesktop =
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36";

ViewContext of_one_minute() {
  ViewContext context;
  context.duration = std::chrono::seconds(60);
  return context;
}

CandidateView judge_events(std::vector<Event> events, const ViewContext& context = of_one_minute(),
                           Purpose purpose = Purpose::Candidate) {
  LinkHistory history;
  history.link.id = 1;
  history.link.purpose = purpose;
  history.link.created_at = kNoon;
  history.events = std::move(events);
  return judge(std::span(&history, 1), context);
}

struct Case {
  const char* claim;
  ViewState state;
  std::vector<Event> events;
  std::string reason = {};  // a part of it; empty: any
};

class Evidence : public testing::TestWithParam<Case> {};

TEST_P(Evidence, Proves) {
  auto view = judge_events(GetParam().events);
  EXPECT_EQ(to_string(view.state), to_string(GetParam().state)) << view.reason;
  EXPECT_NE(view.reason.find(GetParam().reason), std::string::npos) << view.reason;
}

std::string claim_of(const testing::TestParamInfo<Case>& info) {
  return info.param.claim;
}

Visit agent(const char* name) {
  return Visit("s1", name).at(0).page();
}

// A machine that does all that a person would; only its name, or one sign, gives it away.
Visit watching_agent(const char* name) {
  return Visit("s1", name).begin().watch(0, 60);
}

INSTANTIATE_TEST_SUITE_P(
    Requests, Evidence,
    testing::Values(
        Case{"NothingIsSent", ViewState::Sent, {}, "link made 2026-11-22T12:00:00Z, not opened yet"},
        Case{"APageRequestAloneIsUnverified", ViewState::PageUnverified, Visit().page(), "script reported nothing"},
        Case{"ThePageAndTheWholeVideoFetchedIsUnverified", ViewState::PageUnverified, Visit().page().media()},
        Case{"TheVideoAloneIsUnverified", ViewState::PageUnverified, Visit().media(), "not the page"},
        Case{"ManyRangesAreUnverified", ViewState::PageUnverified, Visit().media().media().media()},
        Case{"HeadOnlyIsAScanner", ViewState::MachineScanner, Visit().head().head()},
        Case{"HeadBeforeAPageLoadIsNotHeadOnly", ViewState::PageUnverified, Visit().page().at(1).head()},
        Case{"PrefetchNeverShownIsPrefetch", ViewState::Prefetch, Visit().page(true)},
        Case{"PrefetchWithHiddenScriptIsPrefetch", ViewState::Prefetch,
             Visit().page(true).load({.visible = false, .prerendered = true})},
        Case{"PrefetchShownLaterCounts", ViewState::PageHuman, Visit().page(true).load().at(3).input()},
        Case{"ARealRequestEndsAPrefetch", ViewState::PageUnverified, Visit().page(true).at(5).page()},
        Case{"PrerenderNeverShownIsPrefetch", ViewState::Prefetch,
             Visit().page().load({.visible = false, .prerendered = true})}),
    claim_of);

INSTANTIATE_TEST_SUITE_P(
    Machines, Evidence,
    testing::Values(
        Case{"NoAgentIsAutomation", ViewState::MachineAutomation, agent("")},
        Case{"CurlIsAutomation", ViewState::MachineAutomation, agent("curl/8.5.0"), "only machines so far: curl"},
        Case{"PythonIsAutomation", ViewState::MachineAutomation, agent("python-requests/2.32")},
        Case{"HeadlessChromeIsAutomationEvenWhenItWatches", ViewState::MachineAutomation,
             watching_agent(
                 "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 HeadlessChrome/142.0.0.0 Safari/537.36")},
        Case{"WhatsAppIsAPreview", ViewState::MachinePreview, agent("WhatsApp/2.24.6 A")},
        Case{"SlackIsAPreview", ViewState::MachinePreview,
             agent("Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)"), "Slack"},
        Case{"AppleMessagesIsAPreview", ViewState::MachinePreview,
             agent("Mozilla/5.0 (Macintosh) facebookexternalhit/1.1 Facebot Twitterbot/1.0")},
        Case{"TeamsIsAPreview", ViewState::MachinePreview, agent("Mozilla/5.0 SkypeUriPreview Preview/0.5")},
        Case{"GmailsImageProxyIsAMailImage", ViewState::MailImageOnly,
             agent("Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)")},
        Case{"AnImageProxyThatPlaysIsNone", ViewState::MachineAutomation,
             watching_agent(
                 "Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)")},
        Case{"OutlookIsAScanner", ViewState::MachineScanner,
             agent("Microsoft Office/16.0 (Windows NT 10.0; Microsoft Outlook 16.0.17531; Pro)")},
        Case{"BarracudaIsAScanner", ViewState::MachineScanner, agent("BarracudaCentral/1.0")},
        Case{"GooglebotIsACrawler", ViewState::MachineCrawler,
             agent("Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)")},
        Case{"AnUnheardOfBotIsACrawler", ViewState::MachineCrawler, agent("Mozilla/5.0 SomethingBot/0.1")},
        Case{"GptBotIsAnAgent", ViewState::MachineAgent,
             agent("Mozilla/5.0; compatible; GPTBot/1.2; +https://openai.com/gptbot")},
        Case{"ClaudeUserIsAnAgent", ViewState::MachineAgent, agent("Mozilla/5.0 (compatible; Claude-User/1.0)")},
        Case{"UptimeRobotIsAMonitor", ViewState::MachineMonitor, agent("Mozilla/5.0+(compatible; UptimeRobot/2.0)")},
        Case{"CubotIsAPhone", ViewState::Watched95,
             watching_agent("Mozilla/5.0 (Linux; Android 14; CUBOT KINGKONG 9) Chrome/142.0.0.0 Mobile Safari/537.36")},
        Case{"CubotWithUnderscoreIsAPhone", ViewState::PageUnverified,
             agent("Mozilla/5.0 (Linux; Android 9; CUBOT_X19)")},
        Case{"ADesktopBrowserIsNoMachine", ViewState::Watched95, watching_agent(kDesktop)},
        Case{"WebdriverIsAutomationEvenWhenItWatches", ViewState::MachineAutomation,
             Visit().page().load({.webdriver = true}).at(2).input().play().media().watch(0, 60)},
        Case{"NoOuterSizeIsAutomation", ViewState::MachineAutomation,
             Visit().page().load({.outer = 0}).at(2).input().play().media().watch(0, 60)},
        Case{"NoOuterSizeIsAutomationAlsoBehindOthersAndNeverSeen", ViewState::MachineAutomation,
             Visit().page().load({.visible = false, .outer = 0})},
        Case{"BrowsersGiveNoOuterSizeBeforeTheyShowAPage", ViewState::Watched95,
             Visit().page().load({.visible = false, .outer = 0}).at(9).input().play().media().watch(0, 60)},
        Case{"ASizeThatIsToldLaterIsASize", ViewState::Watched95,
             Visit().page().load({.outer = 0}).load().at(2).input().play().media().watch(0, 60)},
        Case{"TheHiddenLinkIsAScannerEvenWhenItWatches", ViewState::MachineScanner,
             Visit().begin().trap().watch(0, 60)}),
    claim_of);

INSTANTIATE_TEST_SUITE_P(People, Evidence,
                         testing::Values(Case{"VisibleWithoutInputIsUnverified", ViewState::PageUnverified,
                                              Visit().page().load(), "nobody touched"},
                                         Case{"NeverVisibleIsUnverified", ViewState::PageUnverified,
                                              Visit().page().load({.visible = false}).at(3).input(), "never visible"},
                                         Case{"VisibleAndTouchedIsHuman", ViewState::PageHuman,
                                              Visit().page().load().at(2).input(1000)},
                                         Case{"TouchedJustUnderASecondIsNotConfirmed", ViewState::PageUnverified,
                                              Visit().page().load().input(999), "opened, not confirmed"},
                                         Case{"AnEarlyKeyIsInputButNotConfirmed", ViewState::PageUnverified,
                                              Visit().page().load().input(500, true, true), "within a second"},
                                         Case{"UntrustedInputIsNotHuman", ViewState::PageUnverified,
                                              Visit().page().load().input(3000, false), "came from a script"},
                                         Case{"ALostLoadReportIsForgiven", ViewState::Watched50,
                                              Visit().page().at(3).input().play().media().watch(0, 30)}),
                         claim_of);

INSTANTIATE_TEST_SUITE_P(
    Watching, Evidence,
    testing::Values(
        Case{"AStartWithoutProgressIsNotPlayed", ViewState::PageHuman, Visit().begin()},
        Case{"AMomentIsPlayed", ViewState::Played, Visit().begin().watch(0, 2)},
        Case{"FiveSecondsAreViewed", ViewState::Viewed, Visit().begin().watch(0, 5), "watched 5 of 60 s (8 %)"},
        Case{"JustUnderFiveSecondsArePlayed", ViewState::Played, Visit().begin().watch(0, 4.8)},
        Case{"AQuarter", ViewState::Watched25, Visit().begin().watch(0, 15)},
        Case{"JustUnderAQuarterIsViewed", ViewState::Viewed, Visit().begin().watch(0, 14.8)},
        Case{"Half", ViewState::Watched50, Visit().begin().watch(0, 30)},
        Case{"ThreeQuarters", ViewState::Watched75, Visit().begin().watch(0, 45)},
        Case{"NearlyAll", ViewState::Watched95, Visit().begin().watch(0, 57)},
        Case{"AutoplayIsNotPlayed", ViewState::PageHuman,
             Visit().page().load().at(2).input().play(false).media().watch(0, 60), "nobody started the video"},
        Case{"AutoplayThenAPersonCountsFromThere", ViewState::Viewed,
             Visit().page().load().at(2).input().play(false).media().watch(0, 30).play().watch(30, 40)},
        Case{"SeekingToTheEndGivesNoCredit", ViewState::Played, Visit().begin().watch(0, 2).watch(59, 60)},
        Case{"SeekingAboutCreditsOnlyWhatWasPlayed", ViewState::Viewed, Visit().begin().watch(0, 5).watch(50, 55)},
        Case{"WatchingTheSameAgainAddsNothing", ViewState::Viewed,
             Visit().begin().watch(0, 10).watch(0, 10).watch(0, 10).watch(0, 10)},
        Case{"HiddenAndMutedGivesNoCredit", ViewState::PageHuman,
             Visit().begin().at(62).played(0, 60, {.visible = false, .muted = true})},
        Case{"HiddenButAudibleCounts", ViewState::Watched95,
             Visit().begin().at(62).played(0, 60, {.visible = false, .muted = false})},
        Case{"MutedButVisibleCounts", ViewState::Watched95,
             Visit().begin().at(62).played(0, 60, {.visible = true, .muted = true})},
        Case{"AWholeVideoInNoTimeIsCappedAtFiveSeconds", ViewState::Viewed, Visit().begin().played(0, 60)},
        Case{"TwiceWallTimePlusFiveIsTheCap", ViewState::Watched25, Visit().begin().at(7).played(0, 60),
             "watched 15 of 60 s"},
        Case{"DoubleSpeedCountsInFull", ViewState::Watched95, Visit().begin().at(32).played(0, 60)},
        Case{"TheEndReportCounts", ViewState::Watched95,
             Visit().begin().watch(0, 55).at(62).played(55, 60, {.kind = EventKind::Ended})},
        Case{"APlayedVideoThatNobodyFetchedWasNotPlayed", ViewState::PageHuman,
             Visit().page().load().at(2).input().play().watch(0, 60), "never fetched"},
        Case{"SecondsBeyondTheEndAreInvalid", ViewState::Sent, Visit().begin().at(200).played(0, 64)},
        Case{"WhatCannotBeIsLeftOutOfWhatCan", ViewState::Watched50, Visit().begin().watch(0, 30).played(70, 80),
             "watched 30 of 60 s (50 %); reports of what cannot be were left out"},
        Case{"ABrokenReportIsLeftOutOfWhatCanBe", ViewState::Watched50,
             Visit().begin().watch(0, 30).played(30, 35).body("{}")},
        Case{"OutOfSightAndHeardCountsWithoutEverBeingSeen", ViewState::Watched95,
             Visit()
                 .page()
                 .load({.visible = false})
                 .at(3)
                 .input()
                 .play()
                 .media()
                 .at(63)
                 .played(0, 60, {.visible = false, .muted = false})},
        Case{"NoInputArrivesBeforeItHappened", ViewState::PageUnverified, Visit().page().load().at(0.2).input(5000),
             "within a second"},
        Case{"NorDoesAStart", ViewState::PageUnverified,
             Visit().page().load().at(0.1).input(5000).play(true, 5000).media().played(0, 5), "within a second"},
        Case{"AReportThatComesLateIsFine", ViewState::PageHuman, Visit().page().load().at(600).input(5000)},
        Case{"ASecondOfRoundingAtTheEndIsFine", ViewState::Watched95, Visit().begin().at(62).played(0, 61.5)},
        Case{"ABrokenBodyIsInvalid", ViewState::Sent, Visit().begin().played(0, 5).body("{}")},
        Case{"AnEarlyStartNeedsHalfTheVideo", ViewState::PageUnverified,
             Visit().page().load().play(true, 400).media().at(3).input(3000).watch(0, 25), "opened, not confirmed"},
        Case{"AnEarlyStartWithInputAndHalfTheVideoCounts", ViewState::Watched50,
             Visit().page().load().play(true, 400).media().at(3).input(3000).watch(0, 30)},
        Case{"AnEarlyStartWithoutInputNeverCounts", ViewState::PageUnverified,
             Visit().page().load().play(true, 400).media().watch(0, 60)}),
    claim_of);

TEST(EvidenceRules, ShortVideosAreViewedFromHalf) {
  ViewContext context;
  context.duration = std::chrono::seconds(6);
  EXPECT_EQ(judge_events(Visit().begin().watch(0, 2.8), context).state, ViewState::Played);
  EXPECT_EQ(judge_events(Visit().begin().watch(0, 3), context).state, ViewState::Watched50);
}

TEST(EvidenceRules, UnderAMinuteAfterTheMailRaisesTheBar) {
  ViewContext context = of_one_minute();
  context.mail_accepted_at = kNoon - std::chrono::seconds(59);
  EXPECT_EQ(judge_events(Visit().begin().watch(0, 20), context).state, ViewState::PageUnverified);
  EXPECT_EQ(judge_events(Visit().begin().watch(0, 30), context).state, ViewState::Watched50);
  context.mail_accepted_at = kNoon - std::chrono::seconds(60);
  EXPECT_EQ(judge_events(Visit().begin().watch(0, 20), context).state, ViewState::Watched25);
}

TEST(EvidenceRules, MediaServedElsewhereNeedsNoFetchHere) {
  ViewContext context = of_one_minute();
  context.media_served_here = false;
  EXPECT_EQ(judge_events(Visit().page().load().at(2).input().play().watch(0, 60), context).state, ViewState::Watched95);
}

// Within the tolerance it is forgiven; beyond it nothing is granted.
TEST(EvidenceRules, BytesAreForgivenATenthAndASecond) {
  auto watched = [](double seconds) {
    return judge_events(Visit().page().media(450).load().at(2).input().play().watch(0, seconds)).watched_seconds;
  };
  EXPECT_NEAR(watched(30.5), 30.5, 0.01);
  EXPECT_NEAR(watched(31), 27, 0.01);
  EXPECT_NEAR(watched(60), 27, 0.01);
}

TEST(EvidenceRules, TheClockRunsFromTheGesture) {
  auto visit = Visit().page().load().media().at(0.5).play(false);
  for (int second = 5; second < 60; second += 5) visit.at(second).played(0, 0.1);
  visit.at(61).input(60'000).play().at(61.2).played(0, 60);
  EXPECT_NEAR(judge_events(visit).watched_seconds, 5.4, 0.01);
}

TEST(EvidenceRules, NobodyWatchesMoreThanWasSent) {
  auto watched = [](int sent) {
    return judge_events(Visit().page().media(sent).load().at(2).input().play().watch(0, 60), of_one_minute());
  };
  EXPECT_EQ(watched(1).state, ViewState::Played);  // a probe of the first bytes is no view
  EXPECT_LE(watched(1).watched_seconds, 1.1);
  EXPECT_EQ(watched(300).state, ViewState::Watched25);
  EXPECT_EQ(watched(1000).state, ViewState::Watched95);
}

TEST(EvidenceRules, ATransferCountsTheSameHoweverItsEndWasNoted) {
  for (int sent : {1, 300, 700, 1000}) {
    auto at_once = judge_events(Visit().begin().media(sent).watch(0, 60), one_minute());
    auto apart = judge_events(Visit().begin().media_in_two(sent).watch(0, 60), one_minute());
    EXPECT_EQ(at_once.state, apart.state) << sent;
    EXPECT_EQ(at_once.watched_seconds, apart.watched_seconds) << sent;
  }
}

// Ten times the same tenth is a tenth.
TEST(EvidenceRules, BytesCountOnceHoweverOftenTheyAreSent) {
  auto visit = Visit().page().load().at(2).input().play();
  for (int i = 0; i < 10; ++i) visit.media(100);
  auto view = judge_events(visit.watch(0, 60));
  EXPECT_EQ(view.state, ViewState::Viewed);
  EXPECT_LE(view.watched_seconds, 7.7);
}

std::vector<Event> of_session(std::vector<Event> events, const std::string& session) {
  for (Event& event : events) {
    if (event.session.empty()) event.session = session;
  }
  return events;
}

TEST(EvidenceRules, WhatWasSentToAnotherPageLoadProvesNothing) {
  auto events = of_session(Visit("one").begin().watch(0, 60), "one");
  for (const Event& event : Visit("two").page().load().at(3).input().play().watch(0, 6).events())
    events.push_back(event);
  auto view = judge_events(events);
  ASSERT_EQ(view.sessions.size(), 2u);
  for (const SessionVerdict& verdict : view.sessions) {
    EXPECT_EQ(verdict.state, verdict.session == "one" ? ViewState::Watched95 : ViewState::PageHuman) << verdict.reason;
  }
}

TEST(EvidenceRules, AnyKnownNameOfAPageLoadDecides) {
  const std::string headless =
      "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 HeadlessChrome/142.0.0.0 Safari/537.36";
  auto renamed = [&](EventKind kind) {
    auto events = of_session(Visit().begin().watch(0, 60), "s1");
    for (Event& event : events) {
      if (event.kind == kind) event.agent = headless;
    }
    return judge_events(events).state;
  };
  for (EventKind kind : {EventKind::Page, EventKind::Load, EventKind::Input, EventKind::Beat, EventKind::Media}) {
    EXPECT_EQ(renamed(kind), ViewState::MachineAutomation) << to_string(kind);
  }
  auto nameless = Visit().begin().watch(0, 60).events();
  nameless.front().agent.clear();
  EXPECT_EQ(judge_events(nameless).state, ViewState::MachineAutomation);
}

// Exactly N percent is N percent, of any duration.
TEST(EvidenceRules, ThresholdsAreExact) {
  const std::pair<double, ViewState> steps[] = {{0.25, ViewState::Watched25},
                                                {0.5, ViewState::Watched50},
                                                {0.75, ViewState::Watched75},
                                                {0.95, ViewState::Watched95}};
  ViewContext context;
  for (int tenths = 201; tenths < 2000; tenths += 7) {
    const double duration = tenths / 10.0;
    context.duration = std::chrono::milliseconds(tenths * 100);
    for (auto [fraction, state] : steps) {
      auto at = [&](double seconds) { return judge_events(Visit().begin().at(300).played(0, seconds), context).state; };
      ASSERT_EQ(at(fraction * duration), state) << fraction << " of " << duration;
      ASSERT_LT(at(fraction * duration - 0.01), state) << fraction << " of " << duration;
    }
  }
  context.duration = std::chrono::seconds(45);
  EXPECT_EQ(judge_events(Visit().begin().at(300).played(0, 42.7), context).reason, "watched 42.7 of 45 s (94 %)");
}

TEST(EvidenceRules, TheOwnersVisitsNeverCount) {
  auto view = judge_events(Visit().begin().watch(0, 60), of_one_minute(), Purpose::Owner);
  EXPECT_EQ(view.state, ViewState::Sent);
  ASSERT_EQ(view.sessions.size(), 1u);
  EXPECT_EQ(view.sessions[0].state, ViewState::OwnerExcluded);
}

TEST(EvidenceRules, TheBestHumanSessionDecides) {
  auto events = Visit("one").begin().watch(0, 5).events();
  for (const Event& event : Visit("two").begin().watch(0, 30).events()) events.push_back(event);
  for (const Event& event : watching_agent("curl/8").events()) events.push_back(event);
  auto view = judge_events(events);
  EXPECT_EQ(view.state, ViewState::Watched50);
  EXPECT_NEAR(view.watched_seconds, 30, 0.01);
  EXPECT_EQ(view.sessions.size(), 3u);
}

TEST(EvidenceRules, SessionsAreNotAddedUp) {
  auto events = Visit("one").begin().watch(0, 25).events();
  for (const Event& event : Visit("two").begin().watch(25, 50).events()) events.push_back(event);
  EXPECT_EQ(judge_events(events).state, ViewState::Watched25);
}

TEST(EvidenceRules, SaysWhenTheCandidateAskedNotToBeTracked) {
  LinkHistory history;
  history.link.do_not_track = true;
  auto view = judge(std::span(&history, 1), of_one_minute());
  EXPECT_EQ(view.state, ViewState::Sent);
  EXPECT_TRUE(view.do_not_track);
  EXPECT_EQ(view.reason, "the candidate asked not to be tracked");
}

TEST(EvidenceRules, ReplayedThreeTimesGivesTheSame) {
  auto once = Visit().begin().watch(0, 32).events();
  auto events = once;
  for (int copy = 0; copy < 2; ++copy) {
    for (Event event : once) {
      if (!event.sequence) continue;
      event.received_at += std::chrono::hours(72);
      events.push_back(event);
    }
  }
  auto expected = judge_events(once);
  auto view = judge_events(events);
  EXPECT_EQ(view.state, expected.state);
  EXPECT_EQ(view.watched_seconds, expected.watched_seconds);
  EXPECT_EQ(view.reason, expected.reason);
}

TEST(EvidenceRules, OrderDoesNotMatter) {
  auto events = Visit().begin().watch(0, 20).watch(5, 25).watch(40, 47).events();
  auto expected = judge_events(events);
  std::mt19937 random(7);
  for (int round = 0; round < 200; ++round) {
    std::shuffle(events.begin(), events.end(), random);
    auto view = judge_events(events);
    ASSERT_EQ(view.state, expected.state);
    ASSERT_EQ(view.watched_seconds, expected.watched_seconds);
    ASSERT_EQ(view.reason, expected.reason);
  }
}

TEST(EvidenceRules, PerturbedMachinesAreNeverViewed) {
  const std::vector<const char*> agents = {"",
                                           "curl/8.5.0",
                                           "Slackbot 1.0",
                                           "Mozilla/5.0 HeadlessChrome/142",
                                           "Mozilla/5.0 (compatible; bingbot/2.0)",
                                           "GPTBot/1.2"};
  std::mt19937 random(11);
  auto chance = [&] { return random() % 2 == 0; };
  for (int round = 0; round < 3000; ++round) {
    Visit visit("s1", agents[random() % agents.size()]);
    visit.at(0).page(chance()).load({.webdriver = chance(), .visible = chance(), .outer = chance() ? 0 : 800});
    if (chance()) visit.at(2).input(static_cast<double>(random() % 4000), chance());
    if (chance()) visit.play(chance()).media();
    visit.watch(0, static_cast<double>(random() % 60));
    ASSERT_LT(judge_events(visit).state, ViewState::PageUnverified);
  }
}

TEST(ViewStates, HaveTheirNamesInOrder) {
  EXPECT_EQ(to_string(ViewState::Sent), "sent");
  EXPECT_EQ(to_string(ViewState::MailImageOnly), "mail_image_only");
  EXPECT_EQ(to_string(ViewState::PageUnverified), "page_unverified");
  EXPECT_EQ(to_string(ViewState::Watched95), "watched_95");
  EXPECT_EQ(to_string(ViewState::InvalidEvent), "invalid_event");
  for (int i = 0; i <= static_cast<int>(ViewState::InvalidEvent); ++i) {
    auto state = static_cast<ViewState>(i);
    EXPECT_EQ(view_state(to_string(state)), state);
  }
  EXPECT_FALSE(view_state("seen"));
}

TEST(Agents, RefusesALineItCannotRead) {
  EXPECT_FALSE(AgentList::parse("just words\n"));
  EXPECT_FALSE(AgentList::parse("x\tviewed\ta person\n"));
  EXPECT_FALSE(AgentList::parse("\tmachine_crawler\tnothing\n"));
  EXPECT_TRUE(AgentList::parse("# a comment\n\nx\tmachine_crawler\tx\n"));
}

TEST(Agents, PeoplesBrowsersAreNotOnTheList) {
  for (const char* name : {kPhone, kDesktop, "Mozilla/5.0 (X11; Linux x86_64; rv:143.0) Gecko/20100101 Firefox/143.0",
                           "Mozilla/5.0 (Linux; Android 15; SM-S938B) AppleWebKit/537.36 SamsungBrowser/28.0 "
                           "Chrome/130 Mobile Safari/537.36",
                           "Mozilla/5.0 (iPhone) AppleWebKit/605.1.15 Mobile/15E148 [FBAN/FBIOS;FBAV/500.0]",
                           "Mozilla/5.0 (iPhone) AppleWebKit/605.1.15 Mobile/15E148 LinkedInApp",
                           "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/140 Safari/537.36 Edg/140.0"}) {
    auto known = AgentList::built_in().find(name);
    EXPECT_FALSE(known) << name << ": " << known->what;
  }
}

}  // namespace
}  // namespace candid::track
