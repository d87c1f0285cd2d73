#include "campaign/toml_edit.h"

#include <algorithm>
#include <limits>

#include "tests/support/results.h"

namespace candid::campaign {
namespace {

using test::must;
using testing::HasSubstr;

const TomlPlace kRoot{};
const TomlPlace kVideo{{"video"}};

TomlPlace nth_layer(size_t number) {
  return {{"layer"}, number};
}

const std::string kCommented = R"(# The campaign.
name = "Backend"   # what it is called
roster = "candidates.csv"

[brand]            # ours
  company = "Acme" # since 1999
# color = "#1f6feb"

# The logo.
[[layer]]
kind = "image"
image = "logo.svg"
# opacity = 0.5

[[layer]]
kind = "lower_third"
text = "{{name}}"

# The rest.

[page]
headline = "Hi"
# booking = "https://example.com"
)";

std::string swapped(std::string text, const std::string& what, const std::string& with) {
  size_t at = text.find(what);
  EXPECT_NE(at, std::string::npos) << what;
  return text.replace(at, what.size(), with);
}

std::string with_crlf(const std::string& text) {
  std::string out;
  for (char c : text) {
    if (c == '\n') out += '\r';
    out += c;
  }
  return out;
}

TEST(TomlEdit, AValueIsReplacedAndNothingElse) {
  EXPECT_EQ(must(with_value(kCommented, kRoot, "name", "Other")), swapped(kCommented, "\"Backend\"", "\"Other\""));
  EXPECT_EQ(must(with_value(kCommented, {{"brand"}}, "company", "B")), swapped(kCommented, "\"Acme\"", "\"B\""));
  EXPECT_EQ(must(with_value(kCommented, nth_layer(1), "text", "{{first_name}}")),
            swapped(kCommented, "{{name}}", "{{first_name}}"));
}

TEST(TomlEdit, ANewKeyComesAfterTheLastOfItsTable) {
  EXPECT_EQ(must(with_value(kCommented, kRoot, "look", "warm")),
            swapped(kCommented, "\"candidates.csv\"\n", "\"candidates.csv\"\nlook = \"warm\"\n"));
  EXPECT_EQ(must(with_value(kCommented, {{"brand"}}, "logo", "a.svg")),
            swapped(kCommented, "# since 1999\n", "# since 1999\n  logo = \"a.svg\"\n"))
      << "indented as the others";
  EXPECT_EQ(must(with_value(kCommented, nth_layer(0), "opacity", 0.5)),
            swapped(kCommented, "\"logo.svg\"\n", "\"logo.svg\"\nopacity = 0.5\n"));
  EXPECT_EQ(must(with_value("[video]\n[page]\n", kVideo, "fps", 30.0)), "[video]\nfps = 30\n[page]\n");
  EXPECT_EQ(must(with_value("[video] # all of it", kVideo, "fps", 30.0)), "[video] # all of it\nfps = 30");
  EXPECT_EQ(must(with_value("[page]\nreply = true\n", kRoot, "name", "A")), "name = \"A\"\n[page]\nreply = true\n");
}

TEST(TomlEdit, AMissingTableComesAtTheEnd) {
  EXPECT_EQ(must(with_value(kCommented, kVideo, "size", "720p")), kCommented + "\n[video]\nsize = \"720p\"\n");
  EXPECT_EQ(must(with_value("name = 'A'", {{"fields", "first name"}}, "required", false)),
            "name = 'A'\n\n[fields.\"first name\"]\nrequired = false\n");
  EXPECT_EQ(must(with_value("", kVideo, "size", "720p")), "[video]\nsize = \"720p\"\n");
  EXPECT_EQ(must(with_value("[fields.role]\nrequired = true\n", {{"fields"}}, "x", true)),
            "[fields.role]\nrequired = true\n\n[fields]\nx = true\n");
}

TEST(TomlEdit, EveryKindOfValueReadsBack) {
  const TomlValue values[] = {
      "text", true, false, 3.0, -0.25, 1e300, std::vector<std::string>{"0.8s", "-0.5s"}, std::vector<std::string>{}};
  for (const TomlValue& value : values) {
    std::string text = must(with_value(kCommented, kVideo, "key", value));
    EXPECT_EQ(toml_value(text, kVideo, "key"), value);
  }
  EXPECT_THAT(must(with_value("", kRoot, "trim", std::vector<std::string>{"0.8s", "-0.5s"})),
              HasSubstr("trim = [\"0.8s\", \"-0.5s\"]"));
}

TEST(TomlEdit, HostileStringsStayWords) {
  std::string all_controls;
  for (char c = 1; c < 32; ++c) all_controls += c;
  for (const std::string& text :
       {std::string("say \"hi\"\\"), std::string("\"\n[publish]\nserver = \"http://evil\"\n#"),
        std::string("a\r\nb\tc"), all_controls + "\x7F", std::string("🎉 王小明 \u202Eabc"), std::string("'''\"\"\""),
        std::string("a\0b", 3), std::string("# no comment"), std::string("\\u0041")}) {
    std::string edited = must(with_value(kCommented, {{"page"}}, "headline", text));
    EXPECT_EQ(toml_value(edited, {{"page"}}, "headline"), TomlValue(text));
    EXPECT_EQ(std::count(edited.begin(), edited.end(), '\n'), std::count(kCommented.begin(), kCommented.end(), '\n'));
    std::string key = must(with_value("", {{"fields", text}}, text, true));
    EXPECT_EQ(toml_value(key, {{"fields", text}}, text), TomlValue(true));
  }
}

TEST(TomlEdit, RefusesWhatTomlCannotSay) {
  for (const TomlValue& value :
       {TomlValue("\xC3("), TomlValue(std::numeric_limits<double>::quiet_NaN()),
        TomlValue(std::numeric_limits<double>::infinity()), TomlValue(std::vector<std::string>{"a", "\xFF"})}) {
    auto result = with_value(kCommented, kRoot, "name", value);
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().kind(), ErrorKind::InvalidInput);
  }
  EXPECT_FALSE(with_value(kCommented, kRoot, "\xC3(", true));
  EXPECT_FALSE(with_value("name = ", kRoot, "name", "A")) << "not TOML before";
}

TEST(TomlEdit, KeepsLineBreaksOfWindows) {
  const std::string text = with_crlf(kCommented);
  EXPECT_EQ(must(with_value(text, kRoot, "name", "Other")), with_crlf(swapped(kCommented, "Backend", "Other")));
  EXPECT_EQ(must(with_value(text, nth_layer(1), "start", "1s")),
            with_crlf(swapped(kCommented, "{{name}}\"\n", "{{name}}\"\nstart = \"1s\"\n")));
  EXPECT_EQ(must(with_value(text, kVideo, "size", "720p")), with_crlf(kCommented + "\n[video]\nsize = \"720p\"\n"));
  EXPECT_EQ(must(without_value(text, nth_layer(0), "image")),
            with_crlf(swapped(kCommented, "image = \"logo.svg\"\n", "")));
  EXPECT_EQ(must(with_table(text, {"layer"}, 1, {{"kind", "text"}})),
            with_crlf(must(with_table(kCommented, {"layer"}, 1, {{"kind", "text"}}))));
  EXPECT_EQ(must(without_table(text, {"layer"}, 1)), with_crlf(must(without_table(kCommented, {"layer"}, 1))));
  EXPECT_EQ(must(with_moved_table(text, {"layer"}, 0, 1)),
            with_crlf(must(with_moved_table(kCommented, {"layer"}, 0, 1))));
}

TEST(TomlEdit, KeepsAByteOrderMark) {
  const std::string mark = "\xEF\xBB\xBF";
  EXPECT_EQ(must(with_value(mark + kCommented, kRoot, "name", "Other")),
            mark + swapped(kCommented, "Backend", "Other"));
  EXPECT_EQ(must(with_value(mark + "[page]\n", kRoot, "name", "A")), mark + "name = \"A\"\n[page]\n");
  EXPECT_EQ(must(without_value(mark + "name = 1\nroster = 2\n", kRoot, "name")), mark + "roster = 2\n");
}

TEST(TomlEdit, KnowsInlineTables) {
  const std::string text = "video = { size = \"720p\", fps = 30 } # small\nbrand = {}\n";
  EXPECT_EQ(must(with_value(text, kVideo, "fps", 25.0)), swapped(text, "fps = 30", "fps = 25"));
  EXPECT_EQ(must(with_value(text, kVideo, "fit", "cover")), swapped(text, "fps = 30", "fps = 30, fit = \"cover\""));
  EXPECT_EQ(must(with_value(text, {{"brand"}}, "company", "A")), swapped(text, "{}", "{ company = \"A\" }"));
  EXPECT_EQ(must(without_value(text, kVideo, "size")), swapped(text, "size = \"720p\", ", ""));
  EXPECT_EQ(must(without_value(text, kVideo, "fps")), swapped(text, ", fps = 30", ""));
  EXPECT_EQ(must(without_value("a = { b = { c = 1 }, d = 2 }\n", {{"a", "b"}}, "c")), "a = { b = {}, d = 2 }\n");
}

TEST(TomlEdit, KnowsDottedKeys) {
  const std::string text = "name = \"A\"\nvideo.size = \"720p\" # small\nvideo . \"fps\" = 30\nlook = \"warm\"\n";
  EXPECT_EQ(must(with_value(text, kVideo, "fps", 25.0)), swapped(text, "30", "25"));
  EXPECT_EQ(must(with_value(text, kVideo, "fit", "cover")), swapped(text, "= 30\n", "= 30\nvideo.fit = \"cover\"\n"));
  EXPECT_EQ(must(without_value(text, kVideo, "size")), swapped(text, "video.size = \"720p\" # small\n", ""));
  EXPECT_EQ(must(without_value("a.b = 1\nc = 2\n", {{"a"}}, "b")), "c = 2\n") << "with its table";
  EXPECT_EQ(must(with_value("[fields]\nrole.required = true\n", {{"fields", "role"}}, "default", "x")),
            "[fields]\nrole.required = true\nrole.default = \"x\"\n");
}

TEST(TomlEdit, KnowsQuotedKeysAndHeaders) {
  const std::string text = "\"name\" = \"A\"\n'a b' = 1\n[ \"vi\\u0064eo\" ]\nsize = 1\n[\"a]b\".'c.d']\ne = 2\n";
  EXPECT_EQ(must(with_value(text, kRoot, "name", "B")), swapped(text, "\"A\"", "\"B\""));
  EXPECT_EQ(must(with_value(text, kRoot, "a b", 2.0)), swapped(text, "'a b' = 1", "'a b' = 2"));
  EXPECT_EQ(must(with_value(text, kVideo, "size", 2.0)), swapped(text, "size = 1", "size = 2"));
  EXPECT_EQ(must(with_value(text, {{"a]b", "c.d"}}, "e", 3.0)), swapped(text, "e = 2", "e = 3"));
}

TEST(TomlEdit, KnowsValuesOverSeveralLines) {
  const std::string text =
      "trim = [ # both ends\n  \"1s\", # ] not yet\n  \"-1s\",\n] # there\nname = \"\"\"\n[page]\n# no "
      "comment\"\"\"\"\n"
      "note = '''\na = 1\n''' # end\n[page]\nheadline = \"x\"\n";
  EXPECT_EQ(must(with_value(text, kRoot, "trim", std::vector<std::string>{"2s"})),
            swapped(text, "[ # both ends\n  \"1s\", # ] not yet\n  \"-1s\",\n]", "[\"2s\"]"));
  EXPECT_EQ(must(without_value(text, kRoot, "trim")), text.substr(text.find("name")));
  EXPECT_EQ(must(with_value(text, kRoot, "name", "A")), swapped(text, "\"\"\"\n[page]\n# no comment\"\"\"\"", "\"A\""));
  EXPECT_EQ(must(with_value(text, {{"page"}}, "headline", "y")), swapped(text, "\"x\"", "\"y\""));
  EXPECT_EQ(must(with_value(text, kRoot, "look", "warm")), swapped(text, "# end\n", "# end\nlook = \"warm\"\n"));
}

TEST(TomlEdit, AKeyIsRemovedWithItsLine) {
  EXPECT_EQ(must(without_value(kCommented, {{"brand"}}, "company")),
            swapped(kCommented, "  company = \"Acme\" # since 1999\n", ""));
  EXPECT_EQ(must(without_value("a = 1\nb = 2", kRoot, "b")), "a = 1\n");
  auto gone = without_value(kCommented, kRoot, "company");
  ASSERT_FALSE(gone);
  EXPECT_EQ(gone.error().kind(), ErrorKind::NotFound);
}

TEST(TomlEdit, ATableIsNoValue) {
  for (const char* key : {"brand", "layer"}) {
    auto set = with_value(kCommented, kRoot, key, "x");
    ASSERT_FALSE(set) << key;
    EXPECT_EQ(set.error().kind(), ErrorKind::InvalidInput);
    EXPECT_FALSE(without_value(kCommented, kRoot, key)) << key;
  }
  auto inside = with_value("video = 3\n", kVideo, "size", "720p");
  ASSERT_FALSE(inside);
  EXPECT_EQ(inside.error().kind(), ErrorKind::NotFound);
}

TEST(TomlEdit, TablesOfOtherListsAreNotMistaken) {
  const std::string text =
      "[page]\nreply = true\n[[page.button]]\nlabel = \"a\"\n[[layer]]\ntext = \"1\"\n[[page.button]]\nlabel = \"b\"\n"
      "[[layer]]\ntext = \"2\"\n[layer.style]\ntext = \"3\"\n[video]\ntext = \"4\"\n";
  EXPECT_EQ(must(with_value(text, {{"page", "button"}, 1}, "label", "c")), swapped(text, "\"b\"", "\"c\""));
  EXPECT_EQ(must(with_value(text, nth_layer(1), "text", "c")), swapped(text, "\"2\"", "\"c\""));
  EXPECT_EQ(must(with_value(text, nth_layer(1), "start", "1s")), swapped(text, "\"2\"\n", "\"2\"\nstart = \"1s\"\n"));
  EXPECT_EQ(must(with_value(text, {{"page"}}, "headline", "c")),
            swapped(text, "reply = true\n", "reply = true\nheadline = \"c\"\n"));
  EXPECT_EQ(
      must(with_moved_table(text, {"layer"}, 1, 0)),
      "[page]\nreply = true\n[[page.button]]\nlabel = \"a\"\n[[layer]]\ntext = \"2\"\n[layer.style]\ntext = \"3\"\n"
      "[[page.button]]\nlabel = \"b\"\n[[layer]]\ntext = \"1\"\n[video]\ntext = \"4\"\n");
}

TEST(TomlEdit, ALayerThatIsNotThereIsNotFound) {
  for (const auto& result :
       {with_value(kCommented, nth_layer(2), "text", "x"), without_value(kCommented, nth_layer(7), "text"),
        without_table(kCommented, {"layer"}, 2), with_moved_table(kCommented, {"layer"}, 0, 2),
        with_moved_table(kCommented, {"layer"}, 2, 0), with_table(kCommented, {"layer"}, 3, {}),
        with_value("name = 1\n", nth_layer(0), "text", "x")}) {
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().kind(), ErrorKind::NotFound) << result.error().describe();
  }
}

TEST(TomlEdit, AListInBracketsIsLeftToTheUser) {
  const std::string text = "layer = [{ kind = \"image\" }, { kind = \"text\" }]\n";
  EXPECT_EQ(count_tables(text, {"layer"}), 2U);
  for (const auto& result : {with_value(text, nth_layer(0), "kind", "x"), without_table(text, {"layer"}, 0),
                             with_table(text, {"layer"}, 0, {}), with_moved_table(text, {"layer"}, 0, 1)}) {
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().kind(), ErrorKind::Unsupported) << result.error().describe();
    EXPECT_FALSE(result.error().hint().empty());
  }
}

TEST(TomlEdit, ALayerMovesWithTheCommentsThatTouchIt) {
  EXPECT_EQ(must(with_moved_table(kCommented, {"layer"}, 0, 1)), R"(# The campaign.
name = "Backend"   # what it is called
roster = "candidates.csv"

[brand]            # ours
  company = "Acme" # since 1999
# color = "#1f6feb"

[[layer]]
kind = "lower_third"
text = "{{name}}"

# The logo.
[[layer]]
kind = "image"
image = "logo.svg"
# opacity = 0.5

# The rest.

[page]
headline = "Hi"
# booking = "https://example.com"
)");
  EXPECT_EQ(must(with_moved_table(kCommented, {"layer"}, 1, 0)), must(with_moved_table(kCommented, {"layer"}, 0, 1)));
  EXPECT_EQ(must(with_moved_table(kCommented, {"layer"}, 1, 1)), kCommented);
  EXPECT_EQ(must(with_moved_table("[[layer]]\na = 1\n\n[[layer]]\na = 2\n\n[[layer]]\na = 3", {"layer"}, 0, 2)),
            "[[layer]]\na = 2\n\n[[layer]]\na = 3\n\n[[layer]]\na = 1");
}

TEST(TomlEdit, ALayerIsAddedWhereItIsAsked) {
  const TomlFields fields = {{"kind", "text"}, {"text", "Hi \"{{name}}\""}};
  const std::string block = "[[layer]]\nkind = \"text\"\ntext = \"Hi \\\"{{name}}\\\"\"\n";
  EXPECT_EQ(must(with_table(kCommented, {"layer"}, 0, fields)),
            swapped(kCommented, "# The logo.\n", block + "\n# The logo.\n"));
  EXPECT_EQ(must(with_table(kCommented, {"layer"}, 1, fields)),
            swapped(kCommented, "[[layer]]\nkind = \"lower", block + "\n[[layer]]\nkind = \"lower"));
  EXPECT_EQ(must(with_table(kCommented, {"layer"}, 2, fields)),
            swapped(kCommented, "\n# The rest.\n", "\n" + block + "\n# The rest.\n"));
  EXPECT_EQ(must(with_table("name = 1", {"layer"}, 0, fields)), "name = 1\n\n" + block);
  EXPECT_EQ(must(with_table("[page]\nreply = true\n", {"page", "button"}, 0, {{"label", "x"}})),
            "[page]\nreply = true\n\n[[page.button]]\nlabel = \"x\"\n");
}

TEST(TomlEdit, ALayerIsRemovedWithTheCommentsThatTouchIt) {
  EXPECT_EQ(
      must(without_table(kCommented, {"layer"}, 0)),
      swapped(kCommented, "# The logo.\n[[layer]]\nkind = \"image\"\nimage = \"logo.svg\"\n# opacity = 0.5\n\n", ""));
  EXPECT_EQ(must(without_table(kCommented, {"layer"}, 1)),
            swapped(kCommented, "[[layer]]\nkind = \"lower_third\"\ntext = \"{{name}}\"\n\n", ""));
  EXPECT_EQ(must(without_table("name = 1\n\n[[layer]]\na = 1\n", {"layer"}, 0)), "name = 1\n");
  EXPECT_EQ(must(without_table("# mine\n[[layer]]\na = 1\n[page]\n", {"layer"}, 0)), "[page]\n");
}

TEST(TomlEdit, LayersWithoutBlankLinesKeepTheirComments) {
  const std::string text = "[[layer]]\na = 1\n# of the second\n[[layer]]\na = 2\n# below\n";
  EXPECT_EQ(must(with_moved_table(text, {"layer"}, 0, 1)),
            "# of the second\n[[layer]]\na = 2\n# below\n[[layer]]\na = 1\n");
}

// What no edit here was made for must come out as an error, never as another document.
TEST(TomlEdit, TextThatCannotBeChangedByItselfIsLeftAlone) {
  const std::string apart = "[[layer]]\na = 1\n[page]\nb = 1\n[layer.style]\nc = 1\n[[layer]]\na = 2\n";
  auto moved = with_moved_table(apart, {"layer"}, 0, 1);
  ASSERT_FALSE(moved);
  EXPECT_EQ(moved.error().kind(), ErrorKind::Unsupported);
}

}  // namespace
}  // namespace candid::campaign
