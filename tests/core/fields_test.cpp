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
  Fields values{{"name", "{{email}}"}, {"email", "secret@example.com"}, {"odd", "{{{{"}};
  EXPECT_EQ(expanded("{{name}} {{odd}}", values), "{{email}} {{{{");
}

TEST(Fields, AreNamedInEveryScript) {
  EXPECT_EQ(expanded("{{prénom}} {{名前}}", {{"prénom", "Ada"}, {"名前", "エイダ"}}), "Ada エイダ");
}

}  // namespace
}  // namespace candid
