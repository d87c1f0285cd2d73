#pragma once
// What may be done to a field's value where it is drawn: {{name | title}}.

#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"

namespace candid {

// One step of a chain, checked when the text is read.
//   upper, lower, title   letter case by Unicode's rules; upper:"tr" by those of a language. title mends what is
//                         all in capitals or all in small letters, and leaves "McDonald" and "van der Berg" alone
//   default:"there"       instead of an empty value
//   possessive            an English name's genitive, with 's for every singular name (Chicago Manual of Style 7.16)
//   first_word            up to the first white space
//   is:"onsite"           the value where it equals the argument, without regard to case, else nothing
class Filter {
 public:
  // InvalidInput names the valid ones, or what is wrong with the argument.
  static Result<Filter> parse(std::string_view name, std::string argument);

  std::string apply(const std::string& value) const;
  bool is_default() const { return kind_ == Kind::Default; }

 private:
  enum class Kind { Upper, Lower, Title, Default, Possessive, FirstWord, Is };
  Filter(Kind kind, std::string argument) : kind_(kind), argument_(std::move(argument)) {}
  Kind kind_;
  std::string argument_;
};

}  // namespace candid
