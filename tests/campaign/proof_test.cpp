#include "campaign/proof.h"

#include "tests/campaign/workbench.h"

namespace candid::campaign {
namespace {

using test::must;
using test::Workbench;

Proof proof_of(const Workbench& bench) {
  Job job = bench.job();
  auto workspace = must(Workspace::open(bench.folder()));
  return must(make_proof(job, workspace, {}, {}, {}));
}

TEST(Proof, ShowsEveryRowWithItsPicture) {
  Workbench bench;
  Proof proof = proof_of(bench);
  ASSERT_EQ(proof.rows.size(), 2u);
  for (const ProofRow& row : proof.rows) {
    ASSERT_EQ(row.pictures.size(), 1u);
    EXPECT_GT(std::filesystem::file_size(row.pictures[0].file), 1000u);
  }
  ASSERT_EQ(proof.sheets.size(), 1u);
  EXPECT_GT(std::filesystem::file_size(proof.sheets[0]), 1000u);
  std::string html = must(read_text_file(proof.html));
  EXPECT_THAT(html, testing::HasSubstr("王小明"));
  EXPECT_THAT(html.substr(html.find("<body")), testing::Not(testing::HasSubstr("{{")));
  EXPECT_THAT(html, testing::Not(testing::HasSubstr("http://")));
}

TEST(Proof, NamesAreTextNotMarkup) {
  Workbench bench;
  bench.write("candidates.csv", "id,name,role\n1,<script>alert(1)</script>,\"\"\"><img src=x onerror=alert(1)>\"\n");
  std::string html = must(read_text_file(proof_of(bench).html));
  EXPECT_THAT(html, testing::HasSubstr("&lt;script&gt;alert(1)&lt;/script&gt;"));
  EXPECT_THAT(html, testing::Not(testing::HasSubstr("<script>alert")));
  EXPECT_THAT(html, testing::Not(testing::HasSubstr("<img src=x")));
}

TEST(Proof, NamesRowsThatNeedALook) {
  Workbench bench;
  bench.write("candidates.csv", "id,name,role\n1,A\uE123B,Engineer\n2,Jane,Engineer\n");
  Proof proof = proof_of(bench);
  ASSERT_EQ(proof.rows[0].findings.size(), 1u);
  EXPECT_EQ(proof.rows[0].findings[0].line, 2);
  EXPECT_TRUE(proof.rows[1].findings.empty());
}

TEST(Proof, ListsTheRowsThatAreLeftOut) {
  Workbench bench;
  bench.write("candidates.csv", "id,name,role,email\n1,Jane,Engineer,x\n2,Joe,Engineer,joe@example.com\n");
  EXPECT_THAT(must(read_text_file(proof_of(bench).html)), testing::HasSubstr("is not a mail address"));
}

TEST(Proof, YesterdaysPicturesAreGone) {
  Workbench bench;
  proof_of(bench);
  bench.write("candidates.csv", "id,name,role\n1,Jane,Engineer\n");
  Proof proof = proof_of(bench);
  int pictures = 0;
  for (const auto& entry : std::filesystem::directory_iterator(bench.out() / "proof"))
    pictures += entry.path().extension() == ".jpg" ? 1 : 0;
  EXPECT_EQ(pictures, 1);
}

}  // namespace
}  // namespace candid::campaign
