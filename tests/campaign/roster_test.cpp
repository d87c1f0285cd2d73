#include "campaign/roster.h"

#include "tests/campaign/workbench.h"

namespace candid::campaign {
namespace {

using test::Workbench;

Roster roster_of(const std::string& csv) {
  Workbench bench;
  bench.write("candidates.csv", csv);
  return bench.job().roster;
}

TEST(Roster, ABadRowFailsAloneAndIsNamed) {
  Roster roster = roster_of(
      "id,name,role,email\n"
      "1,Jane,Engineer,jane@example.com\n"
      "2,,Engineer,x@example.com\n"
      "3,Mail,Engineer,not a mail\n"
      "4,Fine,Engineer,\n"
      "1,Twin,Engineer,twin@example.com\n"
      "6,Too,many,cells@example.com,here\n"
      "7,Short\n");
  ASSERT_EQ(roster.candidates.size(), 2u);
  EXPECT_EQ(roster.candidates[1].name, "Fine");
  struct Rejection {
    int line;
    std::string column, words;
  };
  const Rejection expected[] = {{3, "name", "empty"},
                                {4, "email", "not a mail address"},
                                {6, "id", "line 2 already"},
                                {7, "", "cells"},
                                {8, "role", "empty"}};
  ASSERT_EQ(roster.rejected.size(), std::size(expected));
  for (size_t i = 0; i < std::size(expected); ++i) {
    EXPECT_EQ(roster.rejected[i].line, expected[i].line);
    EXPECT_EQ(roster.rejected[i].findings[0].line, expected[i].line);
    EXPECT_EQ(roster.rejected[i].findings[0].column, expected[i].column);
    EXPECT_THAT(roster.rejected[i].findings[0].message, testing::HasSubstr(expected[i].words));
  }
}

TEST(Roster, TheIdOfARefusedRowIsNobodyElses) {
  Roster roster = roster_of("id,name,role,email\n2,Jane,Engineer,no mail\n2,Joe,Engineer,joe@example.com\n");
  EXPECT_TRUE(roster.candidates.empty());
  ASSERT_EQ(roster.rejected.size(), 2u);
  EXPECT_THAT(roster.rejected[1].findings[0].message, testing::HasSubstr("line 2 already"));
}

TEST(Roster, ADefaultFillsAnEmptyCell) {
  Workbench bench;
  bench.write("campaign.toml", test::kToml + "\n[fields.role]\ndefault = \"the role\"\n");
  bench.write("candidates.csv", "id,name,role\n1,Jane,\n");
  EXPECT_EQ(bench.job().roster.candidates.at(0).fields.at("role"), "the role");
}

TEST(Roster, AnOptionalFieldMayStayEmpty) {
  Workbench bench;
  bench.write("campaign.toml", test::kToml + "\n[fields.role]\nrequired = false\n");
  bench.write("candidates.csv", "id,name,role\n1,Jane,\n");
  EXPECT_EQ(bench.job().roster.candidates.at(0).fields.at("role"), "");
}

TEST(Roster, HeadersBecomeFieldNames) {
  Roster roster = roster_of("ID;Name ; Role;E-Mail\n7;Jane;Engineer;jane@example.com\n");
  EXPECT_EQ(roster.columns, (std::vector<std::string>{"id", "name", "role", "e_mail"}));
  EXPECT_EQ(roster.candidates.at(0).email, "jane@example.com");
}

TEST(Roster, WithoutAnIdTheMailAddressStandsForThePerson) {
  Roster first = roster_of("name,role,email\nJane,Engineer,Jane@Example.com\n");
  Roster later = roster_of("email,name,role\njane@example.com,Jane Married,Lead\n");
  EXPECT_EQ(first.candidates.at(0).id, later.candidates.at(0).id);
}

TEST(Roster, SpreadsheetEncodingsKeepTheirNames) {
  EXPECT_EQ(roster_of("id,name,role\n1,Jos\xE9 M\xFCller,Engineer\n").candidates.at(0).name, "José Müller");
  std::string utf16 = "\xFF\xFE";
  for (char c : std::string("id,name,role\n1,Jane,Engineer\n")) utf16 += std::string{c, '\0'};
  EXPECT_EQ(roster_of(utf16).candidates.at(0).name, "Jane");
}

TEST(Roster, AnEmptyRosterIsAnError) {
  Workbench bench;
  bench.write("candidates.csv", "id,name,role\n");
  Findings findings;
  EXPECT_FALSE(load_job(bench.folder(), findings));
  EXPECT_THAT(findings.at(0).message, testing::HasSubstr("no candidate"));
}

TEST(Roster, TenThousandRowsAreRead) {
  std::string csv = "id,name,role\n";
  for (int i = 0; i < 10000; ++i) csv += std::to_string(i) + ",Sample " + std::to_string(i) + ",Engineer\n";
  EXPECT_EQ(roster_of(csv).candidates.size(), 10000u);
}

TEST(Roster, AMegabyteInACellFailsThatRowAlone) {
  Roster roster = roster_of("id,name,role\n1," + std::string(1 << 20, 'x') + ",Engineer\n2,Jane,Engineer\n");
  EXPECT_EQ(roster.candidates.size(), 1u);
  ASSERT_EQ(roster.rejected.size(), 1u);
  EXPECT_EQ(roster.rejected[0].findings[0].column, "name");
}

TEST(Roster, ARowThatIsNoTextIsRefusedAlone) {
  Workbench bench;
  using namespace std::string_literals;
  bench.write(
      "candidates.csv",
      "id,name,role\n1,José,Engineer\n2,Bj\xF6rn,Engineer\n3,Ja\0ne,Engineer\n4,Be\all,Engineer\n5,Łukasz,QA\n"s);
  Job job = bench.job();
  ASSERT_EQ(job.roster.candidates.size(), 2u);
  EXPECT_EQ(job.roster.candidates[0].name, "José");
  EXPECT_EQ(job.roster.candidates[1].name, "Łukasz");
  ASSERT_EQ(job.roster.rejected.size(), 3u);
  EXPECT_EQ(job.roster.rejected[0].line, 3);
  EXPECT_THAT(job.roster.rejected[2].findings[0].message, testing::HasSubstr("U+0007"));
}

}  // namespace
}  // namespace candid::campaign
