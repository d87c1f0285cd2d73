#include "core/fields.h"

#include <algorithm>

#include <fmt/format.h>

#include "core/text.h"

namespace candid {

Result<FieldText> FieldText::parse(std::string_view text) {
  FieldText parsed;
  parsed.source_ = text;
  std::string literal;
  auto flush = [&] {
    if (!literal.empty()) parsed.pieces_.push_back({false, std::exchange(literal, {})});
  };
  while (!text.empty()) {
    size_t open = text.find("{{");
    literal += text.substr(0, open);
    if (open == std::string_view::npos) break;
    text.remove_prefix(open + 2);
    if (text.starts_with("{{")) {
      literal += "{{";
      text.remove_prefix(2);
      continue;
    }
    size_t close = text.find("}}");
    if (close == std::string_view::npos) {
      return fail(ErrorKind::InvalidInput,
                  fmt::format("a field is opened but not closed: \"{{{{{}\"", shorten(text, 30)),
                  "write {{first_name}}; a literal {{ is written {{{{");
    }
    std::string name = trim(text.substr(0, close));
    if (name.empty() || name != identifier(name)) {
      return fail(ErrorKind::InvalidInput, fmt::format("\"{{{{{}}}}}\" is not a field", text.substr(0, close)),
                  "a field is the header of a roster column in lower case, with _ for spaces: {{first_name}}");
    }
    text.remove_prefix(close + 2);
    flush();
    if (std::find(parsed.fields_.begin(), parsed.fields_.end(), name) == parsed.fields_.end()) {
      parsed.fields_.push_back(name);
    }
    parsed.pieces_.push_back({true, std::move(name)});
  }
  flush();
  return parsed;
}

Result<std::string> FieldText::expand(const Fields& values) const {
  std::string text;
  for (const Piece& piece : pieces_) {
    if (!piece.is_field) {
      text += piece.text;
      continue;
    }
    auto found = values.find(piece.text);
    if (found == values.end())
      return fail(ErrorKind::NotFound, fmt::format("no value for field {{{{{}}}}}", piece.text));
    text += found->second;
  }
  return text;
}

}  // namespace candid
