#pragma once
// "Did you mean": the answer belongs in the error message.

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace candid {

// The candidate nearest to `word` by edit distance (Damerau-Levenshtein, optimal string alignment), or "" when none is
// near enough to be a likely slip.
std::string closest(std::string_view word, std::span<const std::string> candidates);

// "a, b, c"
std::string join(std::span<const std::string> words, std::string_view separator = ", ");

}  // namespace candid
