#include "core/fields.h"

#include "tests/support/results.h"

namespace candid {
namespace {

using test::must;
using testing::ElementsAre;
using testing::HasSubstr;

std::string expanded(std::string_view text, const Fields& values) {
  return must(must(FieldText::parse(text)).expand(values));
}

TEST(Fields, ReplacesEachField) {
  Fields values{{"first_name", "Ada"}, {"role", "engineer"}};
  EXPECT_EQ(expanded("Hello {{first_name}}, {{ role }}{{role}}!", values), "Hello Ada, engineerengineer!");
}

TEST(Fields, ListsEachFieldOnceInOrder) {
  FieldText text = must(FieldText::parse("{{b}} {{a}} {{ b }}"));
  EXPECT_THAT(text.fields(), ElementsAre("b", "a"));
  EXPECT_TRUE(text.is_personal());
  EXPECT_FALSE(text.empty());
  EXPECT_EQ(text.source(), "{{b}} {{a}} {{ b }}");
}

TEST(Fields, PlainTextIsNotPersonal) {
  FieldText text = must(FieldText::parse("a } b { c }} d"));
  EXPECT_FALSE(text.is_personal());
  EXPECT_EQ(must(text.expand({})), "a } b { c }} d");
  EXPECT_TRUE(must(FieldText::parse("")).empty());
  EXPECT_EQ(must(FieldText().expand({})), "");
}

TEST(Fields, FourBracesAreTwo) {
  EXPECT_EQ(expanded("{{{{name}} is {{name}}", {{"name", "Ada"}}), "{{name}} is Ada");
  EXPECT_EQ(expanded("{{{{", {}), "{{");
  EXPECT_EQ(expanded("{{{{{{name}}", {{"name", "Ada"}}), "{{Ada");
}

TEST(Fields, RefusesWhatIsNoField) {
  for (std::string_view bad :
       {"{{", "{{name", "Hi {{name}", "{{}}", "{{ }}", "{{First Name}}", "{{a-b}}", "{{{name}}}", "{{a {{b}}"}) {
    auto text = FieldText::parse(bad);
    ASSERT_FALSE(text) << bad;
    EXPECT_EQ(text.error().kind(), ErrorKind::InvalidInput);
    EXPECT_FALSE(text.error().hint().empty());
  }
}

TEST(Fields, AFieldWithoutAValueIsNamed) {
  auto text = must(FieldText::parse("Hello {{first_name}}")).expand({{"last_name", "x"}});
  ASSERT_FALSE(text);
  EXPECT_EQ(text.error().kind(), ErrorKind::NotFound);
  EXPECT_THAT(text.error().message(), HasSubstr("{{first_name}}"));
}

TEST(Fields, AnEmptyValueIsAValue) {
  EXPECT_EQ(expanded("[{{a}}]", {{"a", ""}}), "[]");
}

TEST(Fields, ValuesAreNeverReadAsTemplates) {
  Fields values{{"name", "{{email}}"}, {"email", "secret@example.com"}, {"odd", "{{{{"}, {"markup", "<&\">"}};
  EXPECT_EQ(expanded("{{name}} {{odd}} {{markup}}", values), "{{email}} {{{{ <&\">");
  EXPECT_EQ(expanded("{{#name}}{{name | default:\"{{email}}\"}}{{/name}}", values), "{{email}}");
}

TEST(Fields, FiltersChangeAValueOneAfterTheOther) {
  Fields values{{"name", "JOSÉ O'NEIL-łódź"}, {"empty", "  "}};
  EXPECT_EQ(expanded("{{name | title}}", values), "José O'Neil-łódź");
  EXPECT_EQ(expanded("{{ name|title|upper }}", values), "JOSÉ O'NEIL-ŁÓDŹ");
  EXPECT_EQ(expanded("{{name | first_word | lower}}", values), "josé");
  EXPECT_EQ(expanded("{{name | first_word | title | possessive}}", values), "José’s");
  EXPECT_EQ(expanded("Hi {{empty | default:\"there\"}}!", values), "Hi there!");
  EXPECT_EQ(expanded("Hi {{empty | default:'you}} | ok' | upper}}!", values), "Hi YOU}} | OK!");
  EXPECT_EQ(expanded("{{name | default:there | first_word}}", values), "JOSÉ");
  EXPECT_EQ(expanded("{{city | upper:\"tr\"}}", {{"city", "istanbul"}}), "İSTANBUL");
}

TEST(Fields, TitleLeavesAloneWhatSomebodyChose) {
  for (const char* name :
       {"Ronald McDonald", "DeShawn LaToya", "Ludwig van Beethoven", "DJ Shadow", "J.R. Ewing", "王小明"})
    EXPECT_EQ(expanded("{{name | title}}", {{"name", name}}), name);
  EXPECT_EQ(expanded("{{name | title}}", {{"name", "JANE Doe"}}), "Jane Doe");
  EXPECT_EQ(expanded("{{name | title}}", {{"name", "jane van der berg"}}), "Jane Van Der Berg");
}

TEST(Fields, SectionsShowOnlyWhatIsNotEmpty) {
  const std::string_view text = "You{{#role}}, as {{role}}{{/role}}{{^role}} (no role){{/role}}.";
  EXPECT_EQ(expanded(text, {{"role", "engineer"}}), "You, as engineer.");
  EXPECT_EQ(expanded(text, {{"role", ""}}), "You (no role).");
  const std::string_view choice = "{{#stage | is:\"onsite\"}}see you{{/stage}}{{#stage|is:phone}}call you{{/ stage }}";
  EXPECT_EQ(expanded(choice, {{"stage", "Onsite"}}), "see you");
  EXPECT_EQ(expanded(choice, {{"stage", "phone"}}), "call you");
  EXPECT_EQ(expanded(choice, {{"stage", "offer"}}), "");
}

TEST(Fields, KnowWhichOfThemLeaveAHole) {
  FieldText text = must(FieldText::parse(
      "{{first_name | default:\"there\"}} {{#role}}{{role}} at {{company}}{{/role}} {{name | upper}} {{^x}}y{{/x}}"));
  EXPECT_THAT(text.fields(), ElementsAre("first_name", "role", "company", "name", "x"));
  EXPECT_THAT(text.needed_fields(), ElementsAre("company", "name"));
}

TEST(Fields, FiltersAndSectionsThatAreWrongAreNamed) {
  auto message = [](std::string_view text) {
    auto parsed = FieldText::parse(text);
    return parsed ? std::string("accepted") : parsed.error().message() + " / " + parsed.error().hint();
  };
  EXPECT_THAT(message("{{name | uper}}"), HasSubstr("\"uper\" is not a filter / did you mean upper?"));
  EXPECT_THAT(message("{{name | default}}"), HasSubstr("needs a text"));
  EXPECT_THAT(message("{{name | possessive:\"x\"}}"), HasSubstr("takes no text"));
  EXPECT_THAT(message("{{name |}}"), HasSubstr("is not a filter"));
  EXPECT_THAT(message("{{name upper}}"), HasSubstr("is not a field"));
  EXPECT_THAT(message("{{name | upper x}}"), HasSubstr("is not a field"));
  EXPECT_THAT(message("{{#role}}x"), HasSubstr("{{#role}} is not closed"));
  EXPECT_THAT(message("x{{/role}}"), HasSubstr("not open"));
  EXPECT_THAT(message("{{#a}}{{#b}}{{/a}}{{/b}}"), HasSubstr("{{/b}} is due first"));
  for (std::string_view bad :
       {"{{>file}}", "{{=<% %>=}}", "{{&name}}", "{{! note}}", "{{{name}}}", "{{name | default:\"x}}"})
    EXPECT_NE(message(bad), "accepted") << bad;
}

TEST(Fields, AreNamedInEveryScript) {
  EXPECT_EQ(expanded("{{prénom}} {{名前}}", {{"prénom", "Ada"}, {"名前", "エイダ"}}), "Ada エイダ");
}

}  // namespace
}  // namespace candid
