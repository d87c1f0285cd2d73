#pragma once
// Text with fields: "Hello {{first_name}}". A field's value is data and is never read as template text again.

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"

namespace candid {

using Fields = std::map<std::string, std::string, std::less<>>;

class FieldText {
 public:
  FieldText() = default;  // empty text

  // "{{name}}", spaces allowed inside; "{{{{" writes a literal "{{". Fails on an unclosed, empty or misnamed field.
  static Result<FieldText> parse(std::string_view text);

  bool empty() const { return pieces_.empty(); }
  // The fields this text needs, each once, in order of appearance.
  const std::vector<std::string>& fields() const { return fields_; }
  bool is_personal() const { return !fields_.empty(); }
  // The text as it was written, for keys and messages.
  const std::string& source() const { return source_; }

  // Fails with NotFound when a needed field is missing; an empty value is a value.
  Result<std::string> expand(const Fields& values) const;

 private:
  struct Piece {
    bool is_field = false;
    std::string text;  // literal text, or the field's name
  };
  std::vector<Piece> pieces_;
  std::vector<std::string> fields_;
  std::string source_;
};

}  // namespace candid
