#include "core/fields.h"

#include <algorithm>
#include <deque>
#include <optional>

#include <fmt/format.h>
#include <kainjow/mustache.hpp>

#include "core/filters.h"
#include "core/text.h"

namespace candid {
namespace {

using kainjow::mustache::data;
using Mustache = kainjow::mustache::mustache;

// What stands between {{ and }}: a field and what is done to its value. Without a field: a literal {{.
struct Expression {
  std::string field;
  std::vector<Filter> filters;
};

void skip_spaces(std::string_view& text) {
  text.remove_prefix(std::min(text.find_first_not_of(" \t"), text.size()));
}

// Up to the "}}" that is not within quotes; nothing when there is none.
std::optional<size_t> end_of_tag(std::string_view text) {
  char quote = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    if (quote != 0) {
      if (text[i] == quote) quote = 0;
    } else if (text.substr(i).starts_with("}}")) {
      return i;
    } else if (text[i] == '"' || (text[i] == '\'' && i > 0 && (text[i - 1] == ':' || text[i - 1] == ' '))) {
      quote = text[i];
    }
  }
  return std::nullopt;
}

Result<Expression> not_a_field(std::string_view content) {
  return fail(ErrorKind::InvalidInput, fmt::format("\"{{{{{}}}}}\" is not a field", shorten(content, 40)),
              "a field is the header of a roster column in lower case, with _ for spaces: {{first_name}}; filters "
              "follow a bar: {{first_name | default:\"there\"}}");
}

// `rest` begins after the bar.
Result<Filter> parse_filter(std::string_view& rest) {
  skip_spaces(rest);
  std::string_view name = rest.substr(0, rest.find_first_of(" \t:|"));
  rest.remove_prefix(name.size());
  skip_spaces(rest);
  std::string argument;
  if (rest.starts_with(':')) {
    rest.remove_prefix(1);
    skip_spaces(rest);
    bool is_quoted = rest.starts_with('"') || rest.starts_with('\'');
    size_t end = is_quoted ? rest.find(rest.front(), 1) : rest.find_first_of(" \t|");
    argument = is_quoted ? rest.substr(1, end == std::string_view::npos ? end : end - 1) : rest.substr(0, end);
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + (is_quoted ? 1 : 0));
    skip_spaces(rest);
  }
  return Filter::parse(name, std::move(argument));
}

Result<Expression> parse_expression(std::string_view content) {
  std::string_view rest = content;
  size_t bar = rest.find('|');
  Expression expression;
  expression.field = trim(rest.substr(0, bar));
  if (expression.field.empty() || expression.field != identifier(expression.field)) return not_a_field(content);
  rest.remove_prefix(std::min(bar, rest.size()));
  while (!rest.empty()) {
    if (!rest.starts_with('|')) return not_a_field(content);
    rest.remove_prefix(1);
    expression.filters.push_back(TRY(parse_filter(rest)));
  }
  return expression;
}

// Looks expressions up by their number: what mustache takes for names.
class ValueContext : public kainjow::mustache::basic_context<std::string> {
 public:
  ValueContext(const std::vector<Expression>& expressions, const Fields& values, bool isolates)
      : expressions_(expressions), values_(values), isolates_(isolates) {}

  void push(const data*) override {}
  void pop() override {}
  const data* get_partial(const std::string&) const override { return nullptr; }
  // An empty value is false: its section is left out, and nothing is drawn for it.
  const data* get(const std::string& number) const override {
    const Expression& expression = expressions_[std::stoul(number)];
    std::string value = "{{";
    if (!expression.field.empty()) {
      auto found = values_.find(expression.field);
      if (found == values_.end()) {
        if (!missing_) missing_ = expression.field;
        return nullptr;
      }
      value = found->second;
      for (const Filter& filter : expression.filters) value = filter.apply(value);
    }
    if (isolates_ && reads_from_right(value)) value = "\u2068" + value + "\u2069";
    drawn_.push_back(value.empty() ? data(false) : data(value));
    return &drawn_.back();
  }
  const std::optional<std::string>& missing() const { return missing_; }

 private:
  const std::vector<Expression>& expressions_;
  const Fields& values_;
  bool isolates_;
  mutable std::deque<data> drawn_;  // mustache is given pointers to them
  mutable std::optional<std::string> missing_;
};

void add_once(std::vector<std::string>& names, const std::string& name) {
  if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
}

// Reads a text into expressions and a mustache template that names them by their numbers.
class TemplateReader {
 public:
  Result<void> read(std::string_view text) {
    while (!text.empty()) {
      size_t open = text.find("{{");
      numbered += text.substr(0, open);
      if (open == std::string_view::npos) break;
      text.remove_prefix(open + 2);
      if (text.starts_with("{{")) {
        text.remove_prefix(2);
        add("", {});
        continue;
      }
      std::optional<size_t> close = end_of_tag(text);
      if (!close) {
        return fail(ErrorKind::InvalidInput,
                    fmt::format("a field is opened but not closed: \"{{{{{}\"", shorten(text, 30)),
                    "write {{first_name}}; a literal {{ is written {{{{");
      }
      TRY_VOID(read_tag(trim(text.substr(0, *close))));
      text.remove_prefix(*close + 2);
    }
    if (sections_.empty()) return {};
    return fail(ErrorKind::InvalidInput,
                fmt::format("the section {{{{#{}}}}} is not closed", expressions[sections_.back()].field),
                fmt::format("write {{{{/{}}}}} where it ends", expressions[sections_.back()].field));
  }

  std::vector<Expression> expressions;
  std::string numbered;
  std::vector<std::string> fields;
  std::vector<std::string> needed_fields;

 private:
  Result<void> read_tag(std::string_view content) {
    if (content.starts_with('/')) return close_section(content);
    bool is_section = content.starts_with('#') || content.starts_with('^');
    std::string_view kind = content.substr(0, is_section ? 1 : 0);
    Expression expression = TRY(parse_expression(content.substr(kind.size())));
    add_once(fields, expression.field);
    if (is_section) {
      sections_.push_back(expressions.size());
    } else if (leaves_a_hole(expression)) {
      add_once(needed_fields, expression.field);
    }
    add(kind, std::move(expression));
    return {};
  }

  Result<void> close_section(std::string_view content) {
    std::string_view name = content.substr(1);
    std::string field = trim(name.substr(0, name.find('|')));
    if (sections_.empty() || field != expressions[sections_.back()].field) {
      return fail(ErrorKind::InvalidInput,
                  fmt::format("{{{{{}}}}} closes a section that is not open", shorten(content, 40)),
                  sections_.empty() ? "a section reads {{#role}} … {{/role}}"
                                    : fmt::format("{{{{/{}}}}} is due first", expressions[sections_.back()].field));
    }
    numbered += fmt::format("{{{{/{}}}}}", sections_.back());
    sections_.pop_back();
    return {};
  }

  bool leaves_a_hole(const Expression& expression) const {
    bool has_default = std::any_of(expression.filters.begin(), expression.filters.end(),
                                   [](const Filter& filter) { return filter.is_default(); });
    bool is_asked_for = std::any_of(sections_.begin(), sections_.end(),
                                    [&](size_t i) { return expressions[i].field == expression.field; });
    return !has_default && !is_asked_for;
  }

  void add(std::string_view kind, Expression expression) {
    numbered += fmt::format("{{{{{}{}}}}}", kind, expressions.size());
    expressions.push_back(std::move(expression));
  }

  std::vector<size_t> sections_;  // those that are open, by their expressions
};

}  // namespace

struct FieldText::Parsed {
  std::vector<Expression> expressions;
  // Rendering changes it only where partials or lambdas fail, and there are none: threads may share it.
  std::unique_ptr<Mustache> mustache;
  bool is_one_value = false;  // nothing but {{field}}
};

Result<FieldText> FieldText::parse(std::string_view text) {
  TemplateReader reader;
  TRY_VOID(reader.read(text));
  FieldText parsed;
  parsed.source_ = text;
  parsed.fields_ = std::move(reader.fields);
  parsed.needed_fields_ = std::move(reader.needed_fields);
  if (reader.expressions.empty()) return parsed;
  auto made = std::make_shared<Parsed>();
  made->expressions = std::move(reader.expressions);
  made->is_one_value = reader.numbered == "{{0}}";
  made->mustache = std::make_unique<Mustache>(reader.numbered);
  if (!made->mustache->is_valid()) {
    return fail(ErrorKind::InvalidInput,
                fmt::format("the text cannot be read as a template ({})", made->mustache->error_message()));
  }
  made->mustache->set_custom_escape([](const std::string& value) { return value; });
  parsed.parsed_ = std::move(made);
  return parsed;
}

Result<std::string> FieldText::expand(const Fields& values, Isolation isolation) const {
  if (!parsed_) return source_;
  bool isolates = isolation == Isolation::OfForeignDirection && !parsed_->is_one_value;
  ValueContext context(parsed_->expressions, values, isolates);
  std::string text = parsed_->mustache->render(context);
  if (context.missing())
    return fail(ErrorKind::NotFound, fmt::format("no value for field {{{{{}}}}}", *context.missing()));
  return text;
}

}  // namespace candid
