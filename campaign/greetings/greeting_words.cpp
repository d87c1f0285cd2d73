#include "campaign/greetings/greeting_words.h"

#include <algorithm>
#include <array>
#include <string_view>

#include <fmt/format.h>

#include "core/text.h"

namespace candid::campaign {
namespace {

constexpr size_t kShown = 60;  // characters in a message
// The first that is filled in.
constexpr std::array<std::string_view, 5> kPronunciation = {"pronunciation", "phonetic", "phonetics", "say", "say_it"};

std::string all_cells(const Candidate& candidate) {
  std::string cells;
  for (const auto& [column, value] : candidate.fields) {
    bool is_pronunciation = std::find(kPronunciation.begin(), kPronunciation.end(), column) != kPronunciation.end();
    if (value.empty() || is_pronunciation) continue;
    cells += fmt::format("{}{}: {}", cells.empty() ? "" : ", ", column, value);
  }
  return cells.empty() ? candidate.id : cells;
}

bool is_same(const std::string& a, const std::string& b) {
  return to_lower(normalize(a)) == to_lower(normalize(b));
}

std::string in_quotes(const std::string& text) {
  return fmt::format("\"{}\"", shorten(single_line(text), kShown));
}

}  // namespace

Result<GreetingWords> words_for(const Candidate& candidate, const FieldText& script) {
  GreetingWords words{candidate.name, script.source()};
  if (!script.empty()) {
    words.words = TRY(script.expand(candidate.fields));
  } else {
    words.words = candidate.name.empty() ? all_cells(candidate) : candidate.name;
  }
  return words;
}

std::optional<std::string> mismatch(const GreetingWords& said, const Candidate& now) {
  if (!is_same(said.name, now.name))
    return fmt::format("was said to {}, and the roster has {}", in_quotes(said.name), in_quotes(now.name));
  if (said.words.empty()) {
    if (!now.name.empty()) return std::nullopt;
    return "was said to somebody whose name was not written down";
  }
  auto script = FieldText::parse(said.script);
  auto would_be = script ? words_for(now, *script) : tl::unexpected(script.error());
  // A column that the words need is gone.
  if (!would_be) return fmt::format("was said as {}, which the roster does not tell any more", in_quotes(said.words));
  if (is_same(said.words, would_be->words)) return std::nullopt;
  return fmt::format("was said as {}, and the roster makes it {}", in_quotes(said.words), in_quotes(would_be->words));
}

std::string pronunciation_of(const Candidate& candidate) {
  for (std::string_view column : kPronunciation) {
    auto found = candidate.fields.find(column);
    if (found != candidate.fields.end() && !found->second.empty()) return found->second;
  }
  return {};
}

}  // namespace candid::campaign
