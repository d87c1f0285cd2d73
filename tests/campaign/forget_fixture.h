#pragma once
// A campaign of three whose first candidate is to be erased: published, approved, with a proof sheet and video replies.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "campaign/decisions.h"
#include "campaign/plan.h"
#include "tests/campaign/privacy_bench.h"
#include "track/replies/reply_files.h"

namespace candid::campaign {

// Three, so that words still differ when one is gone: those of one alone are encoded in another way.
inline const std::string kThree = test::kRoster + "4,Ole Sample,Tester,ole@example.com\n";

class ForgetTest : public test::PrivacyTest {
 protected:
  void SetUp() override {
    bench.write("candidates.csv", kThree);
    publish();
    token_ = token_of(urls.at(0));
    test::must(write_decisions(
        bench.folder(), {{"1", {Decision::Approve, "", "Jane Sample"}}, {"2", {Decision::Approve, "", "王小明"}}}));
    test::must(make_folder(bench.out() / "proof"));
    bench.write("out/proof/sheet.html", "<p>Jane Sample</p>");
    add_reply(id_of("1"));
    add_reply(id_of("2"));
  }

  static std::string id_of(const std::string& candidate) { return message_id("test_campaign", candidate); }

  void add_reply(const std::string& message) const {
    track::ReplyVideos replies(bench.data().replies());
    std::filesystem::path folder = replies.folder_of(message, std::string(32, 'a'));
    test::must(make_folder(folder));
    test::must(track::write_reply_note(folder, {.message_id = message, .link_id = 1, .type = "video/webm", .size = 9}));
    test::must(write_file(folder / track::kReplyRaw, message == id_of("1") ? "a reply of Jane Sample" : "a reply"));
  }

  std::vector<std::string> words_of_jane() const {
    return {"Jane", "jane@example.com", token_, id_of("1"), "Engineer"};
  }

  void expect_jane_is_gone() {
    EXPECT_THAT(found(words_of_jane()), testing::IsEmpty());
    EXPECT_FALSE(plays(urls.at(0)));
    EXPECT_TRUE(plays(urls.at(1))) << "another candidate's video stays";
    EXPECT_EQ(test::must(read_text_file(bench.folder() / "candidates.csv")),
              "id,name,role,email\n2,王小明,Designer,xm@example.com\n4,Ole Sample,Tester,ole@example.com\n");
    EXPECT_EQ(bench.booked().size(), 2U);
    EXPECT_EQ(test::must(track::ReplyVideos(bench.data().replies()).of_message(id_of("2"))).size(), 1U);
    EXPECT_FALSE(std::filesystem::exists(bench.folder() / "erasures/begun.json"));
    EXPECT_EQ(bench.render()["2"], RenderState::Unchanged);
  }

  std::string token_;
};

}  // namespace candid::campaign
