#include "media/caption_layout.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

#include "core/text.h"
#include "core/time.h"
#include "media/caption_text.h"

namespace candid::media {
namespace {

constexpr Microseconds kClosedBelow{500'000};  // gaps up to here look like a blink
constexpr Microseconds kSilenceIsNear{600'000};

// What stands together on a line whatever happens: a word, a field, a character of a script without spaces.
struct Piece {
  std::string text;
  size_t characters = 0;
  bool has_space_before = false;
};

std::vector<Piece> pieces_of(std::string_view text, size_t line_characters) {
  std::vector<Piece> pieces;
  bool begins = true;  // the next character begins a piece
  bool after_space = false;
  char32_t before = ' ';
  while (!text.empty()) {
    auto [c, length] = first_character(text);
    size_t field = field_length(text);
    size_t characters = field > 0 ? kFieldCharacters : characters_of(c);
    if (field == 0 && (c == ' ' || c == '\n' || c == '\t' || c == 0x3000)) {
      begins = after_space = true;
    } else {
      // Only a word that no line could hold is broken inside.
      bool is_too_long = !begins && pieces.back().characters + characters > line_characters;
      if (begins || is_too_long || (field == 0 && may_break_between(before, c))) {
        pieces.push_back({"", 0, after_space && !pieces.empty()});
      }
      length = std::max(length, field);
      pieces.back().text += text.substr(0, length);
      pieces.back().characters += characters;
      begins = after_space = false;
    }
    before = c;
    text.remove_prefix(length);
  }
  return pieces;
}

template <size_t N>
bool is_one_of(const std::string_view (&words)[N], std::string_view word) {
  return std::find(std::begin(words), std::end(words), word) != std::end(words);
}

bool ends_with_one_of(std::string_view text, std::initializer_list<std::string_view> ends) {
  return std::any_of(ends.begin(), ends.end(), [&](std::string_view end) { return text.ends_with(end); });
}

bool begins_upper(std::string_view word) {
  return word.front() >= 'A' && word.front() <= 'Z';
}

// How bad it is to break between two pieces: the general requirements' principles, with words of English, German,
// French and Spanish.
double break_cost(const Piece& before, const Piece& after) {
  static constexpr std::string_view kTitles[] = {"mr.", "mrs.", "ms.", "dr.", "prof.", "st.", "e.g.", "i.e.", "z.b."};
  static constexpr std::string_view kConjunctions[] = {
      "and", "or",   "but",  "because", "so",   "which", "who", "when", "where", "if", "while", "although", "that",
      "und", "oder", "aber", "weil",    "dass", "et",    "ou",  "mais", "que",   "y",  "pero",  "porque"};
  static constexpr std::string_view kPrepositions[] = {"in",  "on",   "at",    "by",    "for",    "with", "from",
                                                       "of",  "to",   "about", "after", "before", "mit",  "von",
                                                       "für", "avec", "pour",  "con",   "para"};
  static constexpr std::string_view kBound[] = {"the", "a",    "an",  "my",  "your", "our", "i",   "we",   "he",  "she",
                                                "it",  "they", "not", "der", "die",  "das", "ein", "eine", "ich", "wir",
                                                "le",  "la",   "les", "un",  "une",  "el",  "los", "las"};
  std::string lower = to_lower(before.text);
  std::string_view last = lower;
  for (std::string_view closer : {"\"", "'", "”", "’", ")"}) {
    if (last.ends_with(closer)) last.remove_suffix(closer.size());
  }
  if (ends_with_one_of(last, {".", "!", "?", "…", "。", "！", "？"}) && !is_one_of(kTitles, last)) return 0;
  if (ends_with_one_of(last, {";", ":", "–", "—", "；", "："}) || after.text == "–" || after.text == "—") return 1;
  if (ends_with_one_of(last, {",", "、", "，"})) return 1.5;
  if (is_one_of(kBound, last) || is_one_of(kPrepositions, last) || is_one_of(kConjunctions, last)) return 12;
  std::string next = to_lower(after.text);
  if (is_one_of(kConjunctions, next)) return 2.5;
  if (is_one_of(kPrepositions, next)) return 4;
  if (begins_upper(before.text) && begins_upper(after.text)) return 10;  // perhaps a person's name
  return 6;
}

// One spoken line on its way to several captions.
class Layout {
 public:
  Layout(const Cue& cue, const CaptionRules& rules, const std::vector<Silence>& silences)
      : cue_(cue), rules_(rules), pieces_(pieces_of(cue.text, rules.line_characters)) {
    for (Silence silence : silences) {
      if (silence.start > cue.start && silence.end < cue.end) silences_.push_back(silence);
    }
    characters_.push_back(0);
    for (const Piece& piece : pieces_) {
      characters_.push_back(characters_.back() + piece.characters + (piece.has_space_before ? 1 : 0));
    }
    for (size_t i = 0; i + 1 < pieces_.size(); ++i) {
      breaks_.push_back(break_cost(pieces_[i], pieces_[i + 1]));
      borders_.push_back(nearest_silence(i + 1));
    }
  }

  std::vector<Cue> captions() const {
    std::vector<Cue> made;
    std::vector<size_t> ends = caption_ends();
    Microseconds from = cue_.start;
    for (size_t begin = 0; size_t end : ends) {
      Silence between = end < pieces_.size() ? border(begin, end, from) : Silence{cue_.end, cue_.end};
      made.push_back({from, between.start, text(begin, end)});
      from = between.end;
      begin = end;
    }
    return made;
  }

 private:
  size_t width(size_t begin, size_t end) const {
    size_t lead = pieces_[begin].has_space_before ? 1 : 0;
    return characters_[end] - characters_[begin] - lead;
  }

  // The best place for a second line to begin, `end` for a single line, and its cost; infinite when two lines are not
  // enough.
  std::pair<size_t, double> second_line(size_t begin, size_t end) const {
    if (width(begin, end) <= rules_.line_characters) return {end, 0};
    std::pair<size_t, double> best{end, std::numeric_limits<double>::infinity()};
    for (size_t at = begin + 1; rules_.lines > 1 && at < end; ++at) {
      size_t first = width(begin, at);
      size_t second = width(at, end);
      if (first > rules_.line_characters || second > rules_.line_characters) continue;
      // Of two equal breaks the one with the longer second line: a pyramid stands on its broad side.
      double balance =
          0.15 * std::abs(static_cast<double>(second) - static_cast<double>(first)) - (second > first ? 0.1 : 0);
      double cost = breaks_[at - 1] + balance;
      if (cost < best.second) best = {at, cost};
    }
    return best;
  }

  // When the border before piece `at` is spoken, silences apart.
  Microseconds voiced_before(size_t at) const {
    Microseconds voiced = cue_.end - cue_.start;
    for (Silence silence : silences_) voiced -= silence.end - silence.start;
    double share = static_cast<double>(characters_[at]) / static_cast<double>(std::max<size_t>(characters_.back(), 1));
    return Microseconds(std::llround(share * static_cast<double>(voiced.count())));
  }

  // The silence near the border before piece `at`, or an empty one where the words themselves put it.
  Silence nearest_silence(size_t at) const {
    Microseconds wanted = voiced_before(at);
    Microseconds skipped{0};
    Microseconds time = cue_.start + wanted;
    std::optional<Silence> best;
    Microseconds nearest = kSilenceIsNear;
    for (Silence silence : silences_) {
      Microseconds voiced = silence.start - cue_.start - skipped;
      if (std::chrono::abs(voiced - wanted) < nearest) {
        nearest = std::chrono::abs(voiced - wanted);
        best = silence;
      }
      skipped += silence.end - silence.start;
      if (voiced < wanted) time = cue_.start + wanted + skipped;
    }
    return best.value_or(Silence{time, time});
  }

  // What lies between the caption of the pieces from `begin` on, shown since `from`, and the one from `end` on.
  Silence border(size_t begin, size_t end, Microseconds from) const {
    Silence silence = borders_[end - 1];
    Microseconds before = voiced_before(end) - voiced_before(begin);
    Microseconds after = voiced_before(pieces_.size()) - voiced_before(end);
    // A silence that would leave too little time on either side is another border's, or somewhere in the words.
    if (silence.start - from >= before / 2 && cue_.end - silence.end >= after / 2) return silence;
    double share = static_cast<double>(before.count()) / std::max(static_cast<double>((before + after).count()), 1.0);
    Microseconds time = from + Microseconds(std::llround(share * static_cast<double>((cue_.end - from).count())));
    return {time, time};
  }

  double cost(size_t begin, size_t end) const {
    double cost = second_line(begin, end).second;
    if (end < pieces_.size()) cost += end_cost(end);
    Microseconds shown = voiced_before(end) - voiced_before(begin);
    if (shown < rules_.shortest) cost += 40 * (1 - to_seconds(shown) / to_seconds(rules_.shortest));
    if (shown > rules_.longest) cost += 100 * to_seconds(shown - rules_.longest);
    constexpr double kEveryCaption = 2.5;
    return cost + kEveryCaption;
  }

  // Of a caption that ends before piece `end`: the next one should begin with a sentence, or after a pause.
  double end_cost(size_t end) const {
    double cost = breaks_[end - 1] == 0 ? 0 : 5 + 2 * breaks_[end - 1];
    return cost - (borders_[end - 1].end > borders_[end - 1].start ? 4 : 0);
  }

  // Where captions end, in pieces: the cheapest way through.
  std::vector<size_t> caption_ends() const {
    size_t count = pieces_.size();
    std::vector<double> best(count + 1, std::numeric_limits<double>::infinity());
    std::vector<size_t> from(count + 1, 0);
    best[0] = 0;
    for (size_t end = 1; end <= count; ++end) {
      for (size_t begin = end; begin-- > 0;) {
        if (width(begin, end) > rules_.lines * (rules_.line_characters + 1)) break;
        double total = best[begin] + cost(begin, end);
        if (total < best[end]) {
          best[end] = total;
          from[end] = begin;
        }
      }
    }
    std::vector<size_t> ends;
    for (size_t end = count; end > 0; end = from[end]) ends.insert(ends.begin(), end);
    return ends;
  }

  std::string text(size_t begin, size_t end) const {
    size_t second = second_line(begin, end).first;
    std::string text;
    for (size_t i = begin; i < end; ++i) {
      if (i == second) {
        text += '\n';
      } else if (i > begin && pieces_[i].has_space_before) {
        text += ' ';
      }
      text += pieces_[i].text;
    }
    return text;
  }

  const Cue& cue_;
  const CaptionRules& rules_;
  std::vector<Piece> pieces_;
  std::vector<Silence> silences_;   // within the cue
  std::vector<size_t> characters_;  // before each piece
  std::vector<double> breaks_;      // what each costs, after each piece but the last
  std::vector<Silence> borders_;    // where each would fall, likewise
};

bool fits(const Cue& cue, const CaptionRules& rules) {
  auto lines = lines_of(cue.text);
  return cue.end - cue.start <= rules.longest + kFileResolution && lines.size() <= rules.lines &&
         std::all_of(lines.begin(), lines.end(),
                     [&](std::string_view line) { return caption_characters(line) <= rules.line_characters; });
}

// Holds captions long enough to be read, where the next one leaves room.
void settle(std::vector<Cue>& cues, const CaptionRules& rules, Microseconds end) {
  for (size_t i = 0; i < cues.size(); ++i) {
    Cue& cue = cues[i];
    bool is_last = i + 1 == cues.size();
    Microseconds room = is_last ? end : cues[i + 1].start - rules.gap();
    if (room <= cue.start) continue;
    auto reading = Microseconds(
        std::llround(static_cast<double>(caption_characters(cue.text)) * 1e6 / rules.characters_per_second));
    Microseconds wanted = std::max({cue.end, cue.start + rules.shortest, cue.start + reading});
    if (!is_last && room - wanted < kClosedBelow) wanted = room;
    cue.end = std::min({wanted, room, cue.start + rules.longest});
  }
}

}  // namespace

std::vector<Cue> laid_out(const std::vector<Cue>& spoken, const CaptionRules& rules,
                          const std::vector<Silence>& silences, Microseconds end) {
  std::vector<Cue> sorted = spoken;
  std::stable_sort(sorted.begin(), sorted.end(), [](const Cue& a, const Cue& b) { return a.start < b.start; });
  std::vector<Cue> cues;
  for (const Cue& cue : sorted) {
    if (fits(cue, rules)) {
      cues.push_back(cue);
    } else {
      auto captions = Layout(cue, rules, silences).captions();
      cues.insert(cues.end(), captions.begin(), captions.end());
    }
  }
  settle(cues, rules, end);
  return cues;
}

}  // namespace candid::media
