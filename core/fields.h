#pragma once
// Text with fields: "Hello {{first_name}}". The grammar is mustache's (mustache.5), without partials and unescaped
// tags, plus filters: {{name | filter}}, {{name | filter:"argument"}}, one after the other (filters.h).
//
//   {{first_name | default:"there"}}        a value, or another in its place
//   {{#role}}, about the {{role}} role{{/role}}   only where the cell is not empty; {{^role}} … {{/role}} where it is
//   {{#stage | is:"onsite"}} … {{/stage}}   only where a filtered value is not empty
//   {{{{                                    a literal {{
//
// A field's value is data and is never read as template text again.

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"

namespace candid {

using Fields = std::map<std::string, std::string, std::less<>>;

// What goes around a value in a text.
enum class Isolation {
  None,
  // Marks (U+2068 … U+2069, Unicode Bidirectional Algorithm X5c) that keep a value which reads from the right from
  // reordering the words around it. For pictures; a link or a file name would carry the marks along.
  OfForeignDirection,
};

// Cheap to copy; may be used by several threads at once.
class FieldText {
 public:
  FieldText() = default;  // empty text

  // Fails on an unclosed or misnamed field, an unknown filter, a section that is not closed.
  static Result<FieldText> parse(std::string_view text);

  bool empty() const { return source_.empty(); }
  // The fields this text asks for, each once, in order of appearance.
  const std::vector<std::string>& fields() const { return fields_; }
  // Those of them that leave a hole in the text where their value is empty: without a default, and outside a section
  // that asks for them.
  const std::vector<std::string>& needed_fields() const { return needed_fields_; }
  bool is_personal() const { return !fields_.empty(); }
  // The text as it was written, for keys and messages.
  const std::string& source() const { return source_; }

  // Fails with NotFound when a field is missing; an empty value is a value.
  Result<std::string> expand(const Fields& values, Isolation isolation = Isolation::None) const;

 private:
  struct Parsed;
  std::shared_ptr<const Parsed> parsed_;  // none: the text is its source
  std::vector<std::string> fields_;
  std::vector<std::string> needed_fields_;
  std::string source_;
};

}  // namespace candid
