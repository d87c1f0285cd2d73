#include "campaign/preflight.h"

#include "tests/campaign/workbench.h"

namespace candid::campaign {
namespace {

using test::must;
using test::Workbench;
using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;

// "warning 2 name: …" for each finding of each row.
std::vector<std::string> judged(const std::string& rows, const std::string& header = "id,name,role") {
  Workbench bench;
  bench.write("campaign.toml", test::kToml + "\n[fields.role]\nrequired = false\n");
  bench.write("candidates.csv", header + "\n" + rows);
  Job job = bench.job();
  std::vector<std::string> told;
  for (const Findings& findings : preflight(job.campaign, job.roster)) {
    for (const Finding& finding : findings)
      told.push_back(std::string(to_string(finding.severity)) + " " + std::to_string(finding.line) + " " +
                     finding.column + ": " + finding.message);
  }
  return told;
}

TEST(Preflight, HasNothingToSayAboutEverydayRows) {
  EXPECT_THAT(
      judged(
          "1,Nguyễn Thị Hồng,Engineer\n2,Łukasz Żółć,QA\n3,王小明,UX\n4,محمد,HR\n5,Zoë 👩‍💻 "
          "Roy,R&D\n"
          "6,Martin Luther King Jr.,Engineer\n7,van der Berg,Engineer\n8,Jean-Luc O'Neil,Engineer\n9,J.,IT\n"
          "10,नेहा शर्मा,Engineer\n11,Ольга Иванова,Engineer\n12,DJ,Engineer\n"),
      IsEmpty());
}

TEST(Preflight, FindsWhatNobodyMeant) {
  auto told = judged(
      "1,N/A,Engineer\n2,JANE ROE,Engineer\n3,jane roe,Engineer\n4,\"Roe,\",Engineer\n5,jane@example.org,Engineer\n"
      "6,#REF!,Engineer\n7,JosÃ© Roe,Engineer\n8,Jane Roe 3,Engineer\n9,https://example.org,Engineer\n"
      "10,Test,Engineer\n11,Jo Li,\n12,Jane\u202EeoR,Engineer\n13,J\u043Ehn Roe,Engineer\n14,\"Roe, Jane\",Engineer\n"
      "15,Ann  Roe,Engineer\n16,{{name}},Engineer\n17,\u3164,Engineer\n18,M\u00E9,Engineer\n19,Null,Engineer\n");
  for (const char* expected : {
           "warning 2 name: \"N/A\" looks like a placeholder",
           "warning 3 name: \"JANE ROE\" is in capitals",
           "warning 4 name: \"jane roe\" is in small letters",
           "warning 5 name: \"Roe,\" ends with ,",
           "error 6 name: \"jane@example.org\" is a mail address",
           "error 7 name: \"#REF!\" is what a spreadsheet writes when it cannot calculate a cell",
           "warning 8 name: \"JosÃ© Roe\" looks like UTF-8 that was read as something else",
           "warning 9 name: \"Jane Roe 3\" holds digits",
           "error 10 name: \"https://example.org\" is a link",
           "warning 11 name: \"Test\" looks like a placeholder",
           "note 12 role: is empty; the text's default stands in",
           "error 13 name: holds U+202E, which is not seen and turns the direction of reading",
           "warning 14 name: \"J\u043Ehn Roe\" mixes letters of two alphabets in a word",
           "note 15 name: \"Roe, Jane\" has the last name first",
           "warning 16 name: \"Ann  Roe\" holds spaces or lines that a name has not",
           "error 18 name: holds only characters that nobody sees",
           "warning 17 name: \"{{name}}\" holds braces, which are drawn as they are",
       })
    EXPECT_THAT(told, Contains(expected));
}

TEST(Preflight, TellsRowsThatAreThereTwice) {
  auto told =
      judged("1,Jane Roe,a,jane@corp.org\n2,jane Roe,b,JANE@corp.org\n3,Joe Li,c,joe@corp.org\n", "id,name,role,email");
  EXPECT_THAT(told, Contains("warning 2 name: \"Jane Roe\" is the name of row 3, too"));
  EXPECT_THAT(told, Contains("warning 3 email: \"JANE@corp.org\" is the mail address of row 2, too"));
  EXPECT_THAT(told, testing::Not(Contains(HasSubstr(" 4 "))));
}

// The worst that can happen: the rejection of one in the mail of another.
TEST(Preflight, TellsAMailAddressOfAnotherRow) {
  auto told = judged(
      "1,Jane Roe,a,hans.mueller@corp.org\n2,Hans Müller,b,jane.roe@corp.org\n3,Łukasz Żółć,c,l.zolc@corp.org\n"
      "4,Ann Li,d,team@corp.org\n5,Bo Ek,e,nora.quist@corp.org\n",
      "id,name,role,email");
  EXPECT_THAT(told, Contains("warning 2 email: \"hans.mueller@corp.org\" looks like the address of \"Hans Müller\" in "
                             "row 3, not of \"Jane Roe\""));
  EXPECT_THAT(told,
              Contains(HasSubstr("warning 3 email: \"jane.roe@corp.org\" looks like the address of \"Jane Roe\"")));
  EXPECT_THAT(told, Contains(HasSubstr("warning 6 email: \"nora.quist@corp.org\" does not look like the address")));
  EXPECT_EQ(told.size(), 3u) << testing::PrintToString(told);
}

TEST(Preflight, FirstNameAndNameAreOfOnePerson) {
  auto told = judged("1,Jane Roe,a,Hans\n2,José Álvarez,b,Jose\n3,Robert Li,c,Rob\n4,王小明,d,小明\n",
                     "id,name,role,first_name");
  ASSERT_EQ(told.size(), 1u) << testing::PrintToString(told);
  EXPECT_THAT(told[0], HasSubstr("warning 2 first_name: \"Hans\" is no part of the name \"Jane Roe\""));
}

TEST(Preflight, TenThousandRowsTakeNoTime) {
  std::string rows;
  for (int i = 0; i < 10'000; ++i)
    rows += std::to_string(i) + ",Jane Roe" + std::string(1, static_cast<char>('a' + i % 26)) + ",Engineer,jane.roe" +
            std::to_string(i) + "@corp.org\n";
  auto begin = std::chrono::steady_clock::now();
  judged(rows, "id,name,role,email");
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(60));  // quadratic work would take minutes
}

}  // namespace
}  // namespace candid::campaign
