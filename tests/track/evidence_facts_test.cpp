// What a session's facts hold, what several candidates' sessions show together, and how all of it is told.

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include "core/digest.h"
#include "core/encoding.h"
#include "tests/support/results.h"
#include "tests/track/visit.h"
#include "track/evidence/evidence.h"
#include "track/evidence/evidence_assets.h"
#include "track/evidence/explain.h"
#include "track/evidence/kept_list.h"
#include "track/evidence/networks.h"
#include "track/evidence/seen_time.h"
#include "track/evidence/session_groups.h"
#include "track/evidence/software_gpus.h"
#include "track/evidence/source_labels.h"

namespace candid::track {
namespace {

using candid::test::must;
using test::kNoon;
using test::kPhone;
using test::Visit;
using testing::Contains;
using testing::HasSubstr;

ViewContext one_minute() {
  ViewContext context;
  context.duration = std::chrono::seconds(60);
  return context;
}

LinkHistory history_of(std::vector<Event> events, int64_t link = 1) {
  LinkHistory history;
  history.link.id = link;
  history.link.created_at = kNoon;
  history.events = std::move(events);
  for (Event& event : history.events) event.link_id = link;
  return history;
}

CandidateView view_of(std::vector<Event> events) {
  LinkHistory history = history_of(std::move(events));
  return judge(std::span(&history, 1), one_minute());
}

std::vector<Event> with_body(std::vector<Event> events, EventKind kind, const std::string& body) {
  for (Event& event : events) {
    if (event.kind == kind) event.body = body;
  }
  return events;
}

std::vector<Event> from(std::vector<Event> events, const std::string& network) {
  for (Event& event : events) event.network = network;
  return events;
}

// ---- facts

TEST(EvidenceFacts, ASoftwareGpuRaisesTheBar) {
  const std::string load =
      R"({"webdriver":false,"visible":true,"prerendered":false,"outer":[844,844],"inner":[390,700],"gpu":"Google SwiftShader"})";
  auto short_view = view_of(with_body(Visit().begin().watch(0, 20), EventKind::Load, load));
  EXPECT_EQ(short_view.state, ViewState::PageUnverified);
  EXPECT_THAT(short_view.reason, HasSubstr("no graphics card"));
  EXPECT_EQ(view_of(with_body(Visit().begin().watch(0, 30), EventKind::Load, load)).state, ViewState::Watched50);
}

TEST(EvidenceFacts, AGpuThatIsNoneOrIsNotTextIsNotKnown) {
  for (const char* gpu : {"\"\"", "null", "7", "\"Apple GPU\"", "[\"SwiftShader\"]"}) {
    const std::string load = fmt::format(
        R"({{"webdriver":false,"visible":true,"prerendered":false,"outer":[844,844],"inner":[390,700],"gpu":{}}})",
        gpu);
    EXPECT_EQ(view_of(with_body(Visit().begin().watch(0, 20), EventKind::Load, load)).state, ViewState::Watched25)
        << gpu;
  }
}

TEST(EvidenceFacts, SoftwareGpusAreKnownByTheirNames) {
  EXPECT_FALSE(software_gpu("Google SwiftShader").empty());
  EXPECT_FALSE(software_gpu("llvmpipe (LLVM 17.0.6, 256 bits)").empty());
  EXPECT_FALSE(software_gpu("ANGLE (Microsoft, Microsoft Basic Render Driver Direct3D11 vs_5_0 ps_5_0)").empty());
  for (const char* none : {"software", "Software Renderer", "WARP", "Swift Shader", "Microsoft Basic Display Adapter",
                           "ANGLE (Software Adapter Direct3D11 vs_5_0 ps_5_0)"}) {
    EXPECT_FALSE(software_gpu(none).empty()) << none;
  }
  for (const char* card :
       {"", "Apple GPU", "Apple M3", "Adreno (TM) 740", "Mali-G78", "ANGLE (Intel, Intel(R) Iris(R) Xe)",
        "NVIDIA GeForce RTX 3060/PCIe/SSE2", "AMD Radeon 780M Graphics (radeonsi)"}) {
    EXPECT_EQ(software_gpu(card), "") << card;
  }
}

TEST(EvidenceFacts, ADataCentreRaisesTheBarAndNeverDecides) {
  auto view = view_of(from(Visit().begin().watch(0, 20), "3.90.10.0/24"));
  EXPECT_EQ(view.state, ViewState::PageUnverified);
  EXPECT_EQ(view.reason, "opened, not confirmed: came from Amazon's data centres");
  EXPECT_EQ(view_of(from(Visit().begin().watch(0, 30), "3.90.10.0/24")).state, ViewState::Watched50);
  EXPECT_EQ(view_of(from(Visit().begin().watch(0, 20), "172.225.46.0/24")).state, ViewState::Watched25);
}

TEST(EvidenceFacts, WhoseNetworkItWasOutlivesTheNetwork) {
  auto events =
      with_body(from(Visit().begin().watch(0, 20), ""), EventKind::Page, R"({"prefetch":false,"from":"Mimecast"})");
  EXPECT_EQ(view_of(events).reason, "opened, not confirmed: came from Mimecast");
  events = with_body(events, EventKind::Page, R"({"prefetch":false,"from":""})");
  EXPECT_EQ(view_of(events).state, ViewState::Watched25);
}

TEST(EvidenceFacts, AReplySupportsAPersonWhoseLoadWasLost) {
  auto visit = Visit().page().at(3).input().events();
  EXPECT_EQ(view_of(visit).state, ViewState::PageUnverified);
  visit.push_back(
      {1, "s1", 1, kNoon + std::chrono::seconds(9), EventKind::Reply, R"({"text":"Thank you"})", kPhone, ""});
  auto view = view_of(visit);
  EXPECT_EQ(view.state, ViewState::PageHuman);
  EXPECT_EQ(view.reason, "touched and answered by a person");
}

TEST(EvidenceFacts, AReplyWithoutInputIsNothing) {
  auto visit = Visit().page().load().events();
  visit.push_back({1, "s1", 1, kNoon, EventKind::Reaction, R"({"name":"like"})", kPhone, ""});
  visit.push_back({1, "s1", std::nullopt, kNoon, EventKind::Reply, R"({"text":"x"})", kPhone, ""});
  visit.push_back({1, "s1", std::nullopt, kNoon, EventKind::Consent, R"({"agreed":true})", kPhone, ""});
  EXPECT_EQ(view_of(visit).state, ViewState::PageUnverified);
}

// ---- the seconds that were seen

TEST(SeenTime, CountsWhatWasPlayedAndNoMore) {
  SeenTime seen(60);
  for (int i = 0; i < 120; ++i) seen.add(i * 0.5, i * 0.5 + 0.26);
  EXPECT_NEAR(seen.seconds(), 31.2, 1e-9);
}

TEST(SeenTime, CountsEachMomentOnce) {
  SeenTime seen(10);
  seen.add(0, 5);
  seen.add(2, 4);
  seen.add(4.5, 6);
  seen.add(9, 30);
  seen.add(-3, 1);
  seen.add(7, 7);
  seen.add(8, 7);
  EXPECT_NEAR(seen.seconds(), 7, 1e-9);
}

TEST(SeenTime, NeverExceedsTheVideo) {
  SeenTime seen(4.25);
  seen.add(0, 1e300);
  EXPECT_EQ(seen.seconds(), 4.25);
}

// Each range is the whole of a long video: a loop over its tenths would take minutes.
TEST(SeenTime, TakesAFloodOfLongRanges) {
  SeenTime seen(24 * 3600);
  for (int i = 0; i < 4'000'000; ++i) seen.add(0, 24 * 3600);
  EXPECT_EQ(seen.seconds(), 24 * 3600);
}

// ---- groups

TEST(SessionGroups, AFileBelongsToThePageLoadThatBeganLastBeforeIt) {
  auto events = Visit("one").at(0).page().events();
  for (const Event& event : Visit("two").at(100).page().at(110).media_in_two().events()) events.push_back(event);
  for (const Event& event : Visit("-").at(50).media_in_two().events()) events.push_back(event);
  auto groups = group_by_session(events);
  ASSERT_EQ(groups.size(), 2u);
  EXPECT_EQ(groups["one"].size(), 3u);
  EXPECT_EQ(groups["two"].size(), 3u);
}

TEST(SessionGroups, AFileOfAnotherSourceStandsAlone) {
  auto events = Visit("one").at(0).page().events();
  for (const Event& event : Visit("-", "another").at(1).media().events()) events.push_back(event);
  for (const Event& event : Visit("-").at(-10).media().events()) events.push_back(event);  // before any page
  EXPECT_EQ(group_by_session(events).size(), 3u);
}

TEST(SessionGroups, WhatACandidateSaysIsNoVisit) {
  auto events = Visit("one").at(0).page().events();
  Event said{1, "", std::nullopt, kNoon + std::chrono::seconds(9), EventKind::Reply, R"({"text":"x"})", "", ""};
  events.push_back(said);  // kept without agent and network, as a candidate who is not tracked is promised
  said.agent = kPhone;
  said.network = "203.0.113.0/24";
  events.push_back(said);
  auto groups = group_by_session(events);
  ASSERT_EQ(groups.size(), 1u);
  EXPECT_EQ(groups["one"].size(), 2u);
  EXPECT_EQ(view_of({events[1]}).state, ViewState::Sent);
}

TEST(SessionGroups, TakeAFlood) {
  std::vector<Event> events;
  for (int i = 0; i < 10'000; ++i) {
    for (const Event& event : Visit(fmt::format("s{}", i)).at(i).page().at(i + 0.5).head().events())
      events.push_back(event);
  }
  EXPECT_EQ(group_by_session(events).size(), 10'000u);
}

// ---- several candidates

std::vector<CandidateRecord> campaign(int candidates, double apart, const std::string& network, double watched) {
  std::vector<CandidateRecord> records;
  for (int i = 0; i < candidates; ++i) {
    auto events = from(Visit(fmt::format("s{}", i)).begin().watch(0, watched), network);
    for (Event& event : events) event.received_at += std::chrono::milliseconds(static_cast<int64_t>(i * apart * 1000));
    LinkHistory history = history_of(std::move(events), i + 1);
    records.push_back(examine(std::span(&history, 1), one_minute()));
  }
  mark_shared_signs(records);
  return records;
}

TEST(SharedEvidence, OneSourceOverThreeCandidatesRaisesTheBar) {
  for (const CandidateRecord& candidate : campaign(3, 50, "203.0.113.0/24", 20)) {
    auto view = judge(candidate);
    EXPECT_EQ(view.state, ViewState::PageUnverified);
    EXPECT_THAT(view.reason, HasSubstr("the same source opened 3 candidates' links within two minutes"));
  }
  for (const CandidateRecord& candidate : campaign(3, 50, "203.0.113.0/24", 30)) {
    EXPECT_EQ(judge(candidate).state, ViewState::Watched50);
  }
  for (const CandidateRecord& candidate : campaign(3, 61, "203.0.113.0/24", 20)) {
    EXPECT_EQ(judge(candidate).state, ViewState::Watched25);
  }
  for (const CandidateRecord& candidate : campaign(3, 50, "", 20)) {
    EXPECT_EQ(judge(candidate).state, ViewState::Watched25);
  }
}

// As the server notes them; afterwards the ledger drops the networks.
std::vector<CandidateRecord> noted(std::vector<LinkHistory>& histories, bool dropped) {
  std::vector<CandidateRecord> records;
  for (LinkHistory& history : histories) {
    for (Event& event : history.events) {
      if (dropped) event.network.clear();
    }
    records.push_back(examine(std::span(&history, 1), one_minute()));
  }
  mark_shared_signs(records);
  return records;
}

TEST(SharedEvidence, NoVerdictChangesWhenNetworksAreDropped) {
  SourceLabels labels;
  std::vector<LinkHistory> histories;
  for (int i = 0; i < 60; ++i) {
    // Of every five, three come from one source within two minutes; one from a data centre; one asks for headers.
    const std::string network = i % 5 < 3 ? "203.0.113.0/24" : i % 5 == 3 ? "3.90.10.0/24" : "198.51.100.0/24";
    std::vector<Event> events = from(Visit(fmt::format("s{}", i)).begin().watch(0, 20), network);
    if (i % 5 == 4) {
      for (Event& event : from(Visit("none", "LinkCheck").head(), "192.0.2.0/24")) events.push_back(event);
      for (Event& event : from(Visit("none").at(40).head(), "192.0.2.0/24")) events.push_back(event);  // of its name
    }
    for (Event& event : events) {
      event.received_at += std::chrono::seconds(i / 5 * 600 + i % 5 * 20);
      if (event.kind != EventKind::Page && event.kind != EventKind::Head && event.kind != EventKind::Load) continue;
      auto body = nlohmann::json::parse(event.body);
      body["from"] = machine_network(event.network);
      if (event.kind != EventKind::Load) body["source"] = labels.of(event.network, event.received_at);
      event.body = body.dump();
    }
    histories.push_back(history_of(std::move(events), i + 1));
  }
  auto before = noted(histories, false);
  auto after = noted(histories, true);
  int unconfirmed = 0;
  for (size_t i = 0; i < before.size(); ++i) {
    CandidateView then = judge(before[i]);
    CandidateView now = judge(after[i]);
    EXPECT_EQ(now.state, then.state) << i;
    EXPECT_EQ(now.reason, then.reason) << i;
    ASSERT_EQ(now.sessions.size(), then.sessions.size()) << i;
    for (size_t s = 0; s < now.sessions.size(); ++s) {
      EXPECT_EQ(now.sessions[s].state, then.sessions[s].state) << i;
      EXPECT_EQ(explain(now.sessions[s]), explain(then.sessions[s])) << i;
    }
    unconfirmed += now.state == ViewState::PageUnverified ? 1 : 0;
  }
  EXPECT_EQ(unconfirmed, 48);  // four of every five
}

TEST(EvidenceFacts, APlayerThatFetchesTheVideoIsNotTheBrowser) {
  auto events = Visit().begin().watch(0, 30).events();
  for (Event& event : events) {
    if (event.kind == EventKind::Media || event.kind == EventKind::MediaEnd) {
      event.session = "s1";
      event.agent = "stagefright/1.2 (Linux;Android 7.0)";
    }
  }
  auto view = view_of(events);
  EXPECT_EQ(view.state, ViewState::Watched50);
  ASSERT_EQ(view.sessions.size(), 1u);
  for (Event& event : events) {
    if (event.kind == EventKind::Media) event.agent = "yt-dlp/2026.10";  // who fetches it again has not watched less
  }
  EXPECT_EQ(view_of(events).state, ViewState::Watched50);
}

TEST(SharedEvidence, SeveralLinksOfOneMailWithinSecondsAreAScanner) {
  std::vector<LinkHistory> histories = {history_of(Visit("one").begin().watch(0, 60), 1),
                                        history_of(Visit("two").at(5).page(), 2)};
  auto view = judge(histories, one_minute());
  EXPECT_EQ(view.state, ViewState::MachineScanner);
  EXPECT_THAT(view.reason, HasSubstr("opened 2 links of one mail within ten seconds"));
  histories[1] = history_of(Visit("two").at(11).page(), 2);
  EXPECT_EQ(judge(histories, one_minute()).state, ViewState::Watched95);
  histories[1] = history_of(Visit("two").at(5).page(), 2);
  histories[1].link.purpose = Purpose::Owner;  // the recruiter looks at their own
  EXPECT_EQ(judge(histories, one_minute()).state, ViewState::Watched95);
}

TEST(SharedEvidence, TakesTenThousandLinks) {
  auto records = campaign(10'000, 0.01, "203.0.113.0/24", 20);
  int unconfirmed = 0;
  for (const CandidateRecord& candidate : records) {
    unconfirmed += judge(candidate).state == ViewState::PageUnverified ? 1 : 0;
  }
  EXPECT_EQ(unconfirmed, 10'000);
}

TEST(EvidenceWords, NotOpenedIsSaidOnlyWhereVisitsAreRecorded) {
  LinkHistory history = history_of({});
  ViewContext context = one_minute();
  EXPECT_EQ(judge(std::span(&history, 1), context).reason, "link made 2026-11-22T12:00:00Z, not opened yet");
  context.recorded = false;
  EXPECT_EQ(judge(std::span(&history, 1), context).reason,
            "visits are not recorded for each candidate in this campaign");
}

// ---- words

TEST(Explain, TellsWhatDecides) {
  auto view = view_of(from(Visit().begin().watch(0, 20), "3.90.10.0/24"));
  auto words = explain(view.sessions.at(0));
  EXPECT_THAT(words, Contains(HasSubstr("calls itself Mozilla/5.0 (iPhone")));
  EXPECT_THAT(words, Contains("network: Amazon's data centres"));
  EXPECT_THAT(words, Contains("asked for the page"));
  EXPECT_THAT(words, Contains("first input 2.0 s after the page was there"));
  EXPECT_THAT(words, Contains("the video was started by a gesture"));
  EXPECT_THAT(words, Contains("20.0 s of the video were played, each counted once; the clock allows 45.0 s"));
  EXPECT_THAT(words, Contains("speaks for a machine: came from Amazon's data centres"));
}

TEST(Explain, HoldsNoAddressAndNoLineBreak) {
  auto view = view_of(Visit("s1", "Mozilla/5.0 \n\x1b[31m odd").begin());
  for (const std::string& words : explain(view.sessions.at(0))) {
    EXPECT_EQ(words.find("203.0.113"), std::string::npos) << words;
    EXPECT_EQ(words.find_first_of("\n\x1b"), std::string::npos) << words;
  }
}

// ---- the version

// Whoever changes a list changes verdicts: kEvidenceRules grows, and then this.
TEST(EvidenceRulesVersion, GrowsWithTheLists) {
  EXPECT_EQ(kEvidenceRules, 6);
  std::string all;
  for (const auto& [name, text] : evidence_assets()) {
    for (const ListRow& row : must(read_list(name, text, name == "software_gpus.txt" ? 2 : 3))) {
      for (std::string_view column : row.columns) all += fmt::format("{}\t", column);
    }
  }
  EXPECT_EQ(to_hex(sha256(all)).substr(0, 16), "8994b47f709603d4");
}

}  // namespace
}  // namespace candid::track
