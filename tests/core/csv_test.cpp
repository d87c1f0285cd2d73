#include "core/csv.h"

#include <fmt/format.h>

#include "core/files.h"
#include "tests/core/bytes.h"
#include "tests/support/results.h"

namespace candid {
namespace {

using test::ByteOrder;
using test::must;
using test::utf16;
using testing::ElementsAre;
using testing::HasSubstr;

CsvTable parsed(std::string_view text) {
  return must(parse_csv(bytes_of(text)));
}

Error refused(std::string_view text) {
  auto table = parse_csv(bytes_of(text));
  EXPECT_FALSE(table) << text;
  return table ? Error(ErrorKind::Internal, "was accepted") : table.error();
}

constexpr std::u16string_view kWide = u"name,city\r\nJos\u00E9 M\u00FCller,K\u00F6ln\r\n";

void expect_jose(const CsvTable& table, std::string_view encoding) {
  EXPECT_EQ(table.encoding, encoding);
  EXPECT_THAT(table.header.cells, ElementsAre("name", "city"));
  ASSERT_EQ(table.rows.size(), 1U);
  EXPECT_THAT(table.rows[0].cells, ElementsAre("José Müller", "Köln"));
}

TEST(Csv, ReadsUtf8) {
  expect_jose(parsed("name,city\r\nJosé Müller,Köln\r\n"), "UTF-8");
}

TEST(Csv, ReadsUtf8WithAByteOrderMark) {
  expect_jose(parsed("\xEF\xBB\xBFname,city\r\nJosé Müller,Köln\r\n"), "UTF-8");
}

TEST(Csv, ReadsUtf16WithAByteOrderMark) {
  expect_jose(parsed("\xFF\xFE" + utf16(kWide, ByteOrder::Little)), "UTF-16LE");
  expect_jose(parsed("\xFE\xFF" + utf16(kWide, ByteOrder::Big)), "UTF-16BE");
}

TEST(Csv, RecognisesUtf16WithoutAMark) {
  expect_jose(parsed(utf16(kWide, ByteOrder::Little)), "UTF-16LE");
  expect_jose(parsed(utf16(kWide, ByteOrder::Big)), "UTF-16BE");
}

TEST(Csv, ReadsWindows1252) {
  expect_jose(parsed("name,city\r\nJos\xE9 M\xFCller,K\xF6ln\r\n"), "windows-1252");
}

TEST(Csv, TakesNoHalfLetterForTheSeparator) {
  const CsvTable table = parsed("sep=\xFF\nname,city\nJos\xE9,K\xF6ln\n");
  EXPECT_EQ(table.separator, ',');
  ASSERT_EQ(table.rows.size(), 1U);
  EXPECT_THAT(table.rows[0].cells, ElementsAre("José", "Köln"));
}

TEST(Csv, RefusesUtf16ThatIsCutInTheMiddleOfACharacter) {
  std::string cut = "\xFF\xFE" + utf16(kWide, ByteOrder::Little);
  cut.pop_back();
  EXPECT_EQ(refused(cut).kind(), ErrorKind::Corrupt);
}

TEST(Csv, FindsTheSeparator) {
  for (char separator : {',', ';', '\t'}) {
    std::string text = fmt::format("name{0}mail\nAda{0}ada@example.com\n", separator);
    CsvTable table = parsed(text);
    EXPECT_EQ(table.separator, separator);
    EXPECT_THAT(table.header.cells, ElementsAre("name", "mail"));
    ASSERT_EQ(table.rows.size(), 1U);
    EXPECT_THAT(table.rows[0].cells, ElementsAre("Ada", "ada@example.com"));
  }
}

TEST(Csv, CountsNoSeparatorsInsideAQuotedHeader) {
  CsvTable table = parsed("\"name, first, and last\";mail\nAda;ada@example.com\n");
  EXPECT_EQ(table.separator, ';');
  EXPECT_THAT(table.header.cells, ElementsAre("name, first, and last", "mail"));
}

TEST(Csv, ObeysASeparatorLine) {
  CsvTable table = parsed("sep=;\r\na,b;c\r\n1;2\r\n");
  EXPECT_EQ(table.separator, ';');
  EXPECT_EQ(table.header.line, 2);
  EXPECT_THAT(table.header.cells, ElementsAre("a,b", "c"));
  ASSERT_EQ(table.rows.size(), 1U);
  EXPECT_EQ(table.rows[0].line, 3);
  EXPECT_THAT(table.rows[0].cells, ElementsAre("1", "2"));
}

TEST(Csv, ASeparatorLineAloneIsAFileWithoutAHeader) {
  for (std::string_view text : {"sep=;", "sep=;\n", "sep=\n", "sep="}) refused(text);
}

TEST(Csv, ReadsEveryLineEnding) {
  for (std::string_view text : {"a,b\n1,2\n3,4\n", "a,b\r\n1,2\r\n3,4\r\n", "a,b\n1,2\n3,4", "a,b\r\n1,2\r\n3,4"}) {
    CsvTable table = parsed(text);
    ASSERT_EQ(table.rows.size(), 2U) << text;
    EXPECT_THAT(table.rows[1].cells, ElementsAre("3", "4"));
    EXPECT_EQ(table.rows[1].line, 3);
  }
}

TEST(Csv, ReadsTheLineEndingsOfAnOldMac) {
  CsvTable table = parsed("a,b\r1,2\r3,4\r");
  ASSERT_EQ(table.rows.size(), 2U);
  EXPECT_THAT(table.rows[1].cells, ElementsAre("3", "4"));
  EXPECT_EQ(table.rows[1].line, 3);
}

TEST(Csv, ReadsQuotedNewlinesAsOneRow) {
  CsvTable table = parsed("a,b\r\n\"one\r\ntwo\nthree\",x\r\ny,z\r\n\"\n\",w\nlast,1\n");
  ASSERT_EQ(table.rows.size(), 4U);
  EXPECT_THAT(table.rows[0].cells, ElementsAre("one\r\ntwo\nthree", "x"));
  EXPECT_EQ(table.rows[0].line, 2);
  EXPECT_EQ(table.rows[1].line, 5);
  EXPECT_EQ(table.rows[2].line, 6);
  EXPECT_EQ(table.rows[3].line, 8);
}

TEST(Csv, ADoubledQuoteIsAQuote) {
  CsvTable table = parsed("a,b\n\"the \"\"best\"\" one\",\"\"\"\"\n");
  ASSERT_EQ(table.rows.size(), 1U);
  EXPECT_THAT(table.rows[0].cells, ElementsAre("the \"best\" one", "\""));
}

TEST(Csv, LeavesOutBlankLinesAndCountsThem) {
  CsvTable table = parsed("\n\na,b\n\n , \n,\n1,2\n\n");
  EXPECT_EQ(table.header.line, 3);
  ASSERT_EQ(table.rows.size(), 1U);
  EXPECT_EQ(table.rows[0].line, 7);
}

TEST(Csv, KeepsAsManyCellsAsTheFileHas) {
  CsvTable table = parsed("a,b,c\n1\n1,2,3,4\n,,3\n");
  ASSERT_EQ(table.rows.size(), 3U);
  EXPECT_THAT(table.rows[0].cells, ElementsAre("1"));
  EXPECT_THAT(table.rows[1].cells, ElementsAre("1", "2", "3", "4"));
  EXPECT_THAT(table.rows[2].cells, ElementsAre("", "", "3"));
}

TEST(Csv, TrimsCells) {
  CsvTable table = parsed("a , b\n  x\t,\xC2\xA0y\xC2\xA0\n");
  EXPECT_THAT(table.header.cells, ElementsAre("a", "b"));
  ASSERT_EQ(table.rows.size(), 1U);
  EXPECT_THAT(table.rows[0].cells, ElementsAre("x", "y"));
}

TEST(Csv, ReadsTenThousandRows) {
  std::string text = "name,mail\n";
  for (int i = 0; i < 10'000; ++i) text += fmt::format("\"Person\n{}\",p{}@example.com\r\n", i, i);
  CsvTable table = parsed(text);
  ASSERT_EQ(table.rows.size(), 10'000U);
  EXPECT_THAT(table.rows[9'999].cells, ElementsAre("Person\n9999", "p9999@example.com"));
  EXPECT_EQ(table.rows[9'999].line, 2 + 2 * 9'999);
}

TEST(Csv, ReadsACellOfAMegabyte) {
  std::string cell;
  while (cell.size() < 1 << 20) cell += "a long note, with \"\" quotes\n";
  CsvTable table = parsed("note,b\n\"" + cell + "end\",2\n");
  ASSERT_EQ(table.rows.size(), 1U);
  EXPECT_GT(table.rows[0].cells[0].size(), 1'000'000U);
  EXPECT_TRUE(table.rows[0].cells[0].ends_with("quotes\nend"));
  EXPECT_EQ(table.rows[0].cells[1], "2");
}

TEST(Csv, AnUnclosedQuoteNamesTheLineOfItsRow) {
  Error error = refused("a,b\n1,2\n3,\"four\n5,6\n7,8\n");
  EXPECT_EQ(error.kind(), ErrorKind::InvalidInput);
  EXPECT_THAT(error.message(), HasSubstr("line 3"));
  EXPECT_FALSE(error.hint().empty());
}

TEST(Csv, AnUnclosedQuoteNamesTheLineWhereItOpened) {
  Error error = refused("a,b\n\"one\ntwo\",\"three\nfour\nfive\n");
  EXPECT_THAT(error.message(), HasSubstr("line 3"));
}

TEST(Csv, AStrayQuoteNamesItsLine) {
  for (std::string_view text : {"a,b\n1,2\n3,fo\"ur\n", "a,b\n1,2\n3,\"fo\"ur\n", "a,b\n\"1\n\",fo\"ur\n"}) {
    Error error = refused(text);
    EXPECT_EQ(error.kind(), ErrorKind::InvalidInput);
    EXPECT_THAT(error.message(), HasSubstr("line 3")) << text;
    EXPECT_FALSE(error.hint().empty());
  }
}

TEST(Csv, AZeroByteMarksItsOwnCell) {
  using namespace std::string_literals;
  CsvTable table = parsed("name,mail\nA\0da,ada@example.com\nJosé,jose@example.com\n"s);
  EXPECT_THAT(table.rows[0].cells, ElementsAre("A\uFFFDda", "ada@example.com"));
  EXPECT_THAT(table.rows[1].cells, ElementsAre("José", "jose@example.com"));
}

TEST(Csv, RefusesAnEmptyFile) {
  for (std::string_view text : {"", "\n", "\r\n\r\n", "\xEF\xBB\xBF", "\xFF\xFE", ",,\n"}) {
    EXPECT_EQ(refused(text).kind(), ErrorKind::InvalidInput) << text;
  }
}

TEST(Csv, AHeaderAloneIsATableWithoutRows) {
  for (std::string_view text : {"name,mail", "name,mail\n", "name,mail\r\n\r\n"}) {
    CsvTable table = parsed(text);
    EXPECT_THAT(table.header.cells, ElementsAre("name", "mail"));
    EXPECT_TRUE(table.rows.empty());
  }
}

TEST(Csv, ReadsFiles) {
  auto folder = must(TemporaryFolder::create());
  must(write_file(folder.path() / "roster.csv", std::string_view("a;b\n1;2\n")));
  EXPECT_EQ(must(read_csv(folder.path() / "roster.csv")).rows.size(), 1U);
  auto missing = read_csv(folder.path() / "missing.csv");
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().kind(), ErrorKind::NotFound);
}

std::string row(std::vector<std::string> cells) {
  return csv_row(cells);
}

TEST(CsvRow, QuotesOnlyWhatNeedsIt) {
  EXPECT_EQ(row({"plain", "two words", "", "1.5"}), "plain,two words,,1.5\r\n");
  EXPECT_EQ(row({"a,b", "say \"hi\"", "two\nlines", "c;d"}), "\"a,b\",\"say \"\"hi\"\"\",\"two\nlines\",\"c;d\"\r\n");
}

TEST(CsvRow, NoCellIsAFormula) {
  for (std::string formula : {"=1+1", "+1", "-1", "@x", "\t=1", "\r=1", "=HYPERLINK(\"http://evil\",\"x\")"}) {
    CsvTable table = parsed("h\r\n" + row({formula}));
    ASSERT_EQ(table.rows.size(), 1U) << formula;
    EXPECT_EQ(table.rows[0].cells[0].front(), '\'') << formula;
  }
}

TEST(CsvRow, RoundTripsThroughParse) {
  const std::vector<std::string> cells = {"Ada \"the first\" Lovelace",
                                          "a,b;c\td",
                                          "two\nlines\r\nthree",
                                          "José 👩‍💻 عربى",
                                          "",
                                          "O'Brien",
                                          "last"};
  CsvTable table = parsed(row({"1", "2", "3", "4", "5", "6", "7"}) + row(cells) + row(cells));
  ASSERT_EQ(table.rows.size(), 2U);
  EXPECT_EQ(table.rows[0].cells, cells);
  EXPECT_EQ(table.rows[1].cells, cells);
}

}  // namespace
}  // namespace candid
