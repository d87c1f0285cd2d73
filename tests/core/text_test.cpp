#include "core/text.h"

#include "tests/core/bytes.h"
#include "tests/support/results.h"

namespace candid {
namespace {

using test::must;
using testing::HasSubstr;
using testing::Not;

TEST(Text, DecodesWhatSpreadsheetsWrite) {
  EXPECT_EQ(must(decode_text(bytes_of("caf\xE9"))).utf8, "café");
  EXPECT_EQ(must(decode_text(bytes_of("\xEF\xBB\xBF"
                                      "café")))
                .utf8,
            "café");
  EXPECT_EQ(must(decode_text(bytes_of("\x93quoted\x94 \x80"
                                      "5")))
                .utf8,
            "“quoted” €5");
  EXPECT_EQ(must(decode_text({})).utf8, "");
}

TEST(Text, RefusesBytesThatBelieTheirMark) {
  auto decoded =
      decode_text(bytes_of("\xEF\xBB\xBF"
                           "caf\xE9"));
  ASSERT_FALSE(decoded);
  EXPECT_EQ(decoded.error().kind(), ErrorKind::Corrupt);
}

TEST(Text, KnowsValidUtf8) {
  for (std::string_view good : {"", "abc", "é", "漢字", "👩‍💻"}) EXPECT_TRUE(is_valid_utf8(good)) << good;
  // Stray, cut, overlong, surrogate, beyond Unicode.
  for (std::string_view bad : {"\x80", "\xC3", "\xE2\x82", "\xC0\xAF", "\xED\xA0\x80", "\xF4\x90\x80\x80", "\xFF"}) {
    EXPECT_FALSE(is_valid_utf8(bad));
  }
}

TEST(Text, TrimsWhatNoOneSees) {
  EXPECT_EQ(trim("  a b\t\r\n"), "a b");
  EXPECT_EQ(trim("\u00A0a\u00A0"), "a");              // no-break space
  EXPECT_EQ(trim("\u200Ba\u200B"), "a");              // zero-width space
  EXPECT_EQ(trim("\uFEFFa\uFEFF"), "a");              // byte order mark
  EXPECT_EQ(trim("\u3000\u2003漢字\u3000"), "漢字");  // ideographic and em space
  EXPECT_EQ(trim("a\u00A0b"), "a\u00A0b");
  EXPECT_EQ(trim(" \u00A0\u200B "), "");
  EXPECT_EQ(trim(""), "");
}

TEST(Text, NormalizesToComposedForm) {
  EXPECT_EQ(normalize("Jose\u0301"), "José");
  EXPECT_EQ(normalize("José"), "José");
  EXPECT_EQ(normalize("\u1112\u1161\u11AB"), "한");
}

TEST(Text, LowersEveryScript) {
  EXPECT_EQ(to_lower("ÅNGSTRÖM İ Σ"), "ångström i\u0307 σ");
}

TEST(Text, SingleLineKeepsTheJoinerOfAnEmoji) {
  EXPECT_EQ(single_line("Ada 👩‍💻"), "Ada 👩‍💻");
}

TEST(Text, SingleLineDropsBreaksAndControls) {
  EXPECT_EQ(single_line("one\r\ntwo\nthree"), "one two three");
  EXPECT_EQ(single_line("one\u2028two\u2029three\u0085"
                        "four"),
            "one two three four");
  EXPECT_EQ(single_line("\x1B[31mred\x07"), "[31mred");
  EXPECT_EQ(single_line("\n\na\n\n"), "a");
  EXPECT_EQ(single_line(""), "");
}

TEST(Text, SingleLineDropsDirectionalOverrides) {
  for (std::string_view control :
       {"\u202A", "\u202B", "\u202C", "\u202D", "\u202E", "\u2066", "\u2067", "\u2068", "\u2069"}) {
    std::string text = "invoice" + std::string(control) + "gpj.exe";
    EXPECT_THAT(single_line(text), Not(HasSubstr(std::string(control))));
    EXPECT_THAT(single_line(text), HasSubstr("gpj.exe"));
  }
}

TEST(FileStem, IsReadable) {
  EXPECT_EQ(file_stem("Ada Lovelace"), "ada-lovelace");
  EXPECT_EQ(file_stem("José Müller"), "josé-müller");
  EXPECT_EQ(file_stem("Jose\u0301"), "josé");
  EXPECT_EQ(file_stem("O'Brien, Jr."), "o-brien-jr");
  EXPECT_EQ(file_stem("王小明"), "王小明");
  EXPECT_EQ(file_stem("محمد علي"), "محمد-علي");
  EXPECT_EQ(file_stem("नमस्ते"), "नमस्ते");
}

TEST(FileStem, IsNeverAPathNorHiddenNorEmpty) {
  const std::string long_name(300, 'x');
  std::string long_script;
  for (int i = 0; i < 300; ++i) long_script += "漢";
  for (std::string_view name :
       {std::string_view("../../x"), std::string_view("/etc/passwd"), std::string_view("..\\..\\x"),
        std::string_view("."), std::string_view(".."), std::string_view(".hidden"), std::string_view("-rf"),
        std::string_view(""), std::string_view(" "), std::string_view("🎉👩‍💻"), std::string_view("a\nb"),
        std::string_view("a\0b", 3), std::string_view("C:\\x"), std::string_view("a:b*c?d\"e<f>g|h"),
        std::string_view("\xFF\xFE"), std::string_view("\u202Egpj"), std::string_view(long_name),
        std::string_view(long_script)}) {
    std::string stem = file_stem(name);
    EXPECT_FALSE(stem.empty()) << name;
    EXPECT_LE(stem.size(), 60U) << name;
    EXPECT_TRUE(is_valid_utf8(stem)) << name;
    EXPECT_EQ(stem.find_first_of(std::string_view("/\\:*?\"<>|\n\0. ", 14)), std::string::npos) << stem;
    EXPECT_NE(stem.front(), '-') << name;
  }
  EXPECT_EQ(file_stem("../../x"), "x");
}

TEST(FileStem, IsNeverADevice) {
  for (std::string name : {"CON", "con", "PRN", "AUX", "NUL", "COM1", "COM4", "COM5", "COM9", "LPT1", "LPT4", "LPT9"}) {
    EXPECT_NE(file_stem(name), to_lower(name));
    EXPECT_THAT(file_stem(name), testing::StartsWith(to_lower(name)));
  }
  EXPECT_EQ(file_stem("Conrad"), "conrad");
}

TEST(FileStem, IsCutBetweenCharacters) {
  EXPECT_EQ(file_stem("漢漢漢", 7), "漢漢");
  EXPECT_EQ(file_stem("abc def", 4), "abc");
}

TEST(FileStem, HoldsNothingFromBehindTheCut) {
  EXPECT_EQ(file_stem("漢漢b", 4), "漢");
}

TEST(Text, MakesIdentifiers) {
  EXPECT_EQ(identifier("First Name"), "first_name");
  EXPECT_EQ(identifier("  E-Mail (work) "), "e_mail_work");
  EXPECT_EQ(identifier("Prénom"), "prénom");
  EXPECT_EQ(identifier("Pre\u0301nom"), "prénom");
  EXPECT_EQ(identifier("名前"), "名前");
  EXPECT_EQ(identifier("first_name"), "first_name");
  EXPECT_EQ(identifier("?!"), "");
}

TEST(MailAddress, AcceptsWhatIsOne) {
  std::string longest_local(64, 'a');
  longest_local += "@example.com";
  for (std::string_view good : {std::string_view("a@b.co"), std::string_view("ada.lovelace+jobs@example.com"),
                                std::string_view("o'brien@example.ie"), std::string_view("x_y@sub.example.co.uk"),
                                std::string_view("josé@example.com"), std::string_view("用户@例子.广告"),
                                std::string_view("a@xn--bcher-kva.example"), std::string_view("1@2x.org"),
                                std::string_view("a-b@c-d.com"), std::string_view("!#$%&'*+/=?^_`{|}~-@example.com"),
                                std::string_view(longest_local), std::string_view("A.B@EXAMPLE.COM")}) {
    EXPECT_TRUE(is_mail_address(good)) << good;
  }
}

TEST(MailAddress, RefusesWhatIsNone) {
  std::string long_local(65, 'a');
  long_local += "@example.com";
  const std::string long_label = "a@" + std::string(64, 'b') + ".com";
  std::string long_domain = "a@";
  for (int i = 0; i < 130; ++i) long_domain += "b.";
  long_domain += "com";
  for (std::string_view bad : {std::string_view(""),
                               std::string_view("plain"),
                               std::string_view("@example.com"),
                               std::string_view("a@"),
                               std::string_view("a@b"),
                               std::string_view("a@@b.com"),
                               std::string_view("a b@c.com"),
                               std::string_view("a@b .com"),
                               std::string_view(".a@b.com"),
                               std::string_view("a.@b.com"),
                               std::string_view("a..b@c.com"),
                               std::string_view("a@.b.com"),
                               std::string_view("a@b..com"),
                               std::string_view("a@b.com."),
                               std::string_view("a@-b.com"),
                               std::string_view("a@b-.com"),
                               std::string_view("a@b_c.com"),
                               std::string_view("a@b.com,c@d.com"),
                               std::string_view("a@b.com;c@d.com"),
                               std::string_view("<a@b.com>"),
                               std::string_view("Ada <a@b.com>"),
                               std::string_view("a@b.com\n"),
                               std::string_view("a@b.com\r\nBcc: x@y.com"),
                               std::string_view("mailto:a@b.com"),
                               std::string_view("a@[127.0.0.1]"),
                               std::string_view("\xFF@b.com"),
                               std::string_view("a\0@b.com", 8),
                               std::string_view(long_local),
                               std::string_view(long_label),
                               std::string_view(long_domain)}) {
    EXPECT_FALSE(is_mail_address(bad)) << bad;
  }
}

TEST(MailAddress, RefusesADomainOfOtherCharactersThanLettersDigitsAndHyphens) {
  for (std::string_view bad :
       {"a@exa!mple.com", "a@example.com'", "a@exa$mple.com", "a@example.com?subject=x", "a@e&x.com"}) {
    EXPECT_FALSE(is_mail_address(bad)) << bad;
  }
}

TEST(Text, ShortensByCharactersAndSaysSo) {
  EXPECT_EQ(shorten("abc", 3), "abc");
  EXPECT_EQ(shorten("abcd", 3), "abc…");
  EXPECT_EQ(shorten("漢字漢字", 2), "漢字…");
  EXPECT_EQ(shorten("", 0), "");
}

TEST(Text, CharactersAreEachTheirBytes) {
  EXPECT_EQ(characters("aé漢🎉"), (std::vector<std::string_view>{"a", "é", "漢", "🎉"}));
  EXPECT_EQ(characters("a\xF0\x9F"
                       "b"),
            (std::vector<std::string_view>{"a", "\xF0\x9F", "b"}));
  EXPECT_TRUE(characters("").empty());
}

// One cell that a program wrote in another encoding must not turn everybody's names into "JosÃ©".
TEST(DecodeRows, OneBrokenRowDoesNotSpoilTheOthers) {
  auto decoded = must(decode_rows(bytes_of("name\nJosé\nŁukasz\nBj\xF6rn\n")));
  EXPECT_EQ(decoded.encoding, "UTF-8");
  EXPECT_EQ(decoded.utf8, "name\nJosé\nŁukasz\nBj\uFFFDrn\n");
  using namespace std::string_view_literals;
  EXPECT_EQ(must(decode_rows(bytes_of("name\na\0b\nJosé\nJane Roe\n"sv))).utf8, "name\na\uFFFDb\nJosé\nJane Roe\n");
}

TEST(DecodeRows, OtherEncodingsAreReadAsEver) {
  auto western = must(decode_rows(bytes_of("name\nJos\xE9\nBj\xF6rn\n")));
  EXPECT_EQ(western.encoding, "windows-1252");
  EXPECT_EQ(western.utf8, "name\nJosé\nBjörn\n");
  EXPECT_EQ(must(decode_rows(bytes_of("\xEF\xBB\xBFname\nJosé\n"))).utf8, "name\nJosé\n");
  using namespace std::string_view_literals;
  EXPECT_EQ(must(decode_rows(bytes_of("\xFF\xFEn\0a\0"sv))).utf8, "na");
}

}  // namespace
}  // namespace candid
