#pragma once
// What is said to a candidate in a greeting, and whether a greeting that was said once is still right.

#include <optional>
#include <string>

#include "campaign/roster.h"
#include "core/error.h"
#include "core/fields.h"

namespace candid::campaign {

// As it stood before the speaker's eyes.
struct GreetingWords {
  std::string name;      // Candidate::name; may be empty
  std::string script{};  // FieldText::source(); empty: none
  // The script with the candidate's fields; without a script the name, and without a name all cells of the row, as any
  // of them may be it. Empty: not known, in what an earlier candid wrote.
  std::string words{};
  bool operator==(const GreetingWords&) const = default;
};

Result<GreetingWords> words_for(const Candidate& candidate, const FieldText& script);

// What is wrong with it for the candidate as the roster has them now, to go on after a file's name: "was said to
// \"Jane\", and the roster has \"Janet\"". Nothing when name and words are the same but for letter case. The words are
// those of the script that was read then, with the fields of now: a new script makes no old greeting wrong, another
// nickname does. Words that are not known leave the name alone to judge by, and an empty one fits nobody.
std::optional<std::string> mismatch(const GreetingWords& said, const Candidate& now);

// How the name is spoken, of a column "Say it", "pronunciation", "phonetic" or the like; empty: the roster does not
// say.
std::string pronunciation_of(const Candidate& candidate);

}  // namespace candid::campaign
