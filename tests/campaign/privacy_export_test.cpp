// That a candidate gets all that is held about them, and nothing of anybody else.

#include <cstdlib>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include "campaign/plan.h"
#include "campaign/privacy/export_data.h"
#include "campaign/privacy/zip_writer.h"
#include "tests/campaign/privacy_bench.h"
#include "tests/support/clips.h"

namespace candid::campaign {
namespace {

using nlohmann::json;
using test::must;
using test::quoted;
using test::Reached;
using testing::HasSubstr;
using testing::Not;

class ExportTest : public test::PrivacyTest {
 protected:
  void SetUp() override {
    bench.write(
        "candidates.csv",
        "id,name,role,email\n1,<b>Jane</b> Sample,Engineer,jane@example.com\n2,Ben Sample,Designer,ben@example.com\n");
    publish();
    add(urls.at(0), track::EventKind::Reply, R"({"text":"<script>alert(1)</script> thanks"})");
    add(urls.at(1), track::EventKind::Reply, R"({"text":"a word of Ben"})");
  }

  void add(const std::string& url, track::EventKind kind, const std::string& body) {
    auto ledger = bench.ledger();
    track::Event event;
    event.link_id = must(ledger->find_link(sha256(token_of(url))))->id;
    event.received_at = Clock::system().now();
    event.kind = kind;
    event.body = body;
    event.agent = "Sample Browser/1.0";
    must(ledger->append_and_wait({event}));
  }

  ExportReport give_out(const std::filesystem::path& where, bool knows_replies = true) {
    Reached reached(bench);
    Subject subject = must(find_subject(reached.campaign, "1", *reached.ledger));
    return must(export_data({.ledger = *reached.ledger,
                             .store = reached.store.get(),
                             .replies = knows_replies ? &reached.replies : nullptr,
                             .work_folder = work_},
                            {subject}, where, Clock::system()));
  }

  std::string read(const std::filesystem::path& file) const {
    auto bytes = must(read_file(file));
    return {bytes.begin(), bytes.end()};
  }

  const std::filesystem::path out_ = bench.folder().parent_path() / "given";
  const std::filesystem::path work_ = bench.folder().parent_path() / "outgoing";
};

TEST_F(ExportTest, HoldsPageLinksEventsVerdictAndMedia) {
  ExportReport report = give_out(out_);
  EXPECT_EQ(report.messages, 1U);
  EXPECT_EQ(report.events, 1U);
  EXPECT_THAT(report.missing, testing::IsEmpty());
  json data = json::parse(read(out_ / "data.json"));
  EXPECT_EQ(data["candidate"][0]["roster"]["role"], "Engineer");
  const json& message = data["messages"][0];
  EXPECT_EQ(message["page"]["headline"], "For <b>Jane</b> Sample");
  EXPECT_EQ(message["links"].size(), 1U);
  EXPECT_EQ(message["events"][0]["details"]["text"], "<script>alert(1)</script> thanks");
  EXPECT_EQ(message["events"][0]["browser"], "Sample Browser/1.0");
  EXPECT_FALSE(message["what_we_believe"]["reason"].get<std::string>().empty());
  EXPECT_EQ(read(out_ / "message-1/video.mp4"), read(bench.video("1"))) << "the very video, byte by byte";
  EXPECT_THAT(read(out_ / "message-1/poster.jpg"), testing::StartsWith("\xFF\xD8"));
}

TEST_F(ExportTest, HoldsNobodyElseNoTokenAndNoVisitOfTheRecruiter) {
  {
    auto ledger = bench.ledger();
    std::string owner = track::make_token();
    must(ledger->put_link(sha256(owner), message_id("test_campaign", "1"), track::Purpose::Owner, {}));
  }
  give_out(out_);
  for (const auto& path : must(files_below(out_))) {
    std::string text = read(path);
    for (const std::string& word :
         {std::string("Ben"), std::string("ben@example.com"), token_of(urls.at(0)), token_of(urls.at(1))}) {
      EXPECT_THAT(text, Not(HasSubstr(word))) << path;
    }
  }
  EXPECT_EQ(json::parse(read(out_ / "data.json"))["messages"][0]["links"].size(), 1U);
}

TEST_F(ExportTest, WhatIsNotInItIsToldInItself) {
  ExportReport report = give_out(out_, false);
  ASSERT_EQ(report.missing.size(), 1U);
  EXPECT_THAT(report.missing[0], HasSubstr("video replies"));
  EXPECT_EQ(json::parse(read(out_ / "data.json"))["missing"], json(report.missing));
  EXPECT_THAT(read(out_ / "index.html"), HasSubstr("video replies"));
}

TEST_F(ExportTest, EventsThatAreLeftOutAreTold) {
  {
    auto ledger = bench.ledger();
    int64_t link = must(ledger->find_link(sha256(token_of(urls.at(0)))))->id;
    std::vector<track::Event> events(track::kMostEventsOfLink + 1);
    for (size_t i = 0; i < events.size(); ++i) {
      events[i].link_id = link;
      events[i].session = "s";
      events[i].sequence = static_cast<int64_t>(i);
      events[i].received_at = Clock::system().now();
      events[i].kind = track::EventKind::Page;
      events[i].body = "{}";
    }
    must(ledger->append_and_wait(std::move(events)));
  }
  ExportReport report = give_out(out_);
  ASSERT_EQ(report.missing.size(), 1U);
  EXPECT_THAT(report.missing[0], HasSubstr("10000"));
  EXPECT_EQ(json::parse(read(out_ / "data.json"))["missing"].size(), 1U);
}

TEST_F(ExportTest, WhatAKilledExportLeftIsRemovedByTheNext) {
  must(make_folder(work_ / "work/data"));
  must(write_file(work_ / "work/data/data.json", "Jane"));
  give_out(out_.string() + ".zip");
  EXPECT_FALSE(std::filesystem::exists(work_ / "work"));
  EXPECT_EQ(std::filesystem::status(work_).permissions() & std::filesystem::perms::group_all,
            std::filesystem::perms::none);
}

TEST_F(ExportTest, ThePageRunsNothingThatCandidatesWrote) {
  give_out(out_);
  std::string page = read(out_ / "index.html");
  EXPECT_THAT(page, Not(HasSubstr("<script")));
  EXPECT_THAT(page, Not(HasSubstr("<b>Jane")));
  EXPECT_THAT(page, HasSubstr("&lt;script&gt;alert(1)"));
  EXPECT_THAT(page, HasSubstr("<video controls preload=\"metadata\" src=\"message-1/video.mp4\">"));
}

TEST_F(ExportTest, AZipHoldsTheSameAndOtherProgramsReadIt) {
  give_out(out_);
  std::filesystem::path zip = bench.folder().parent_path() / "given.zip";
  give_out(zip);
  std::filesystem::path unpacked = bench.folder().parent_path() / "unpacked";
  std::string command = fmt::format(
      "python3 -c 'import sys, zipfile; z = zipfile.ZipFile(sys.argv[1]); "
      "assert z.testzip() is None; z.extractall(sys.argv[2])' {} {}",
      quoted(zip), quoted(unpacked));
  ASSERT_EQ(std::system(command.c_str()), 0);
  for (const auto& path : must(files_below(out_))) {
    std::string name = path.lexically_relative(out_).string();
    if (name == "data.json" || name == "index.html") continue;  // they tell when they were made
    EXPECT_EQ(read(path), read(unpacked / "your-data" / name)) << name;
  }
  EXPECT_EQ(std::filesystem::status(zip).permissions() & std::filesystem::perms::others_all,
            std::filesystem::perms::none);
}

TEST_F(ExportTest, ReplacesNothing) {
  must(make_folder(out_));
  Reached reached(bench);
  Subject subject = must(find_subject(reached.campaign, "1", *reached.ledger));
  auto refused = export_data({.ledger = *reached.ledger}, {subject}, out_, Clock::system());
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind(), ErrorKind::Exists);
}

TEST_F(ExportTest, WhatTheStoreLostIsToldAndTheRestIsGivenOut) {
  std::filesystem::remove_all(bench.data().store() / "recipes");
  ExportReport report = give_out(out_);
  ASSERT_EQ(report.missing.size(), 1U);
  EXPECT_THAT(report.missing[0], HasSubstr("your video"));
  EXPECT_TRUE(std::filesystem::exists(out_ / "message-1/poster.jpg"));
  EXPECT_EQ(json::parse(read(out_ / "data.json"))["missing"].size(), 1U);
}

TEST(ZipWriterTest, ChecksumsAreThoseOfTheStandard) {
  EXPECT_EQ(crc32(0, "123456789"), 0xCBF43926u);
  EXPECT_EQ(crc32(crc32(0, "1234"), "56789"), 0xCBF43926u);
  EXPECT_EQ(crc32(0, ""), 0u);
}

}  // namespace
}  // namespace candid::campaign
