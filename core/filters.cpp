#include "core/filters.h"

#include <algorithm>
#include <iterator>

#include <fmt/format.h>

#include "core/suggest.h"
#include "core/text.h"

namespace candid {
namespace {

// In the order of Filter::Kind.
const std::vector<std::string> kNames = {"upper", "lower", "title", "default", "possessive", "first_word", "is"};

std::string possessive(const std::string& name) {
  if (name.empty()) return name;
  return name + "\u2019s";
}

std::string first_word(const std::string& text) {
  std::string trimmed = trim(text);
  return trimmed.substr(0, trimmed.find_first_of(" \t\n"));
}

}  // namespace

Result<Filter> Filter::parse(std::string_view name, std::string argument) {
  auto found = std::find(kNames.begin(), kNames.end(), name);
  if (found == kNames.end()) {
    std::string near = closest(name, kNames);
    return fail(ErrorKind::InvalidInput, fmt::format("\"{}\" is not a filter", shorten(name, 30)),
                (near.empty() ? "" : fmt::format("did you mean {}? ", near)) + "valid: " + join(kNames));
  }
  auto kind = static_cast<Kind>(std::distance(kNames.begin(), found));
  bool needs = kind == Kind::Default || kind == Kind::Is;
  bool takes = needs || kind == Kind::Upper || kind == Kind::Lower || kind == Kind::Title;
  if (needs && argument.empty()) {
    return fail(ErrorKind::InvalidInput, fmt::format("the filter {} needs a text", name),
                fmt::format("write {{{{first_name | {}:\"there\"}}}}", name));
  }
  if (!takes && !argument.empty()) {
    return fail(ErrorKind::InvalidInput, fmt::format("the filter {} takes no text", name),
                fmt::format("write {{{{first_name | {}}}}}", name));
  }
  return Filter(kind, std::move(argument));
}

std::string Filter::apply(const std::string& value) const {
  switch (kind_) {
    case Kind::Upper:
      return to_upper(value, argument_);
    case Kind::Lower:
      return to_lower(value, argument_);
    case Kind::Title:
      return to_title(value, argument_);
    case Kind::Default:
      return trim(value).empty() ? argument_ : value;
    case Kind::Possessive:
      return possessive(value);
    case Kind::FirstWord:
      return first_word(value);
    case Kind::Is:
      break;
  }
  return to_lower(trim(value)) == to_lower(trim(argument_)) ? value : std::string();
}

}  // namespace candid
