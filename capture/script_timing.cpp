#include "capture/script_timing.h"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <limits>

#include <fmt/format.h>

#include "core/text.h"
#include "core/time.h"
#include "media/probe.h"

namespace candid::capture {
namespace {

constexpr double kNever = std::numeric_limits<double>::infinity();

// Costs are squares of standard deviations; those of pauses were set by trying, with flite's voices and pauses of
// 0.2 s to 2 s.
constexpr double kSpreadShare = 0.18;  // how far a clause's length is from what its letters say
constexpr double kSpreadSeconds = 0.25;
constexpr double kUnexplainedPause = 1.5;  // a pause of the usual length in the middle of a clause
constexpr double kLongestUnexplained = 8;
constexpr double kMostForLongPause = 3;
constexpr double kLeftOver = 0.5;  // sound before or after the script
constexpr double kLeftOverSecond = 4;
constexpr double kMostLeftOver = 2;  // seconds
// Letters a second; flite and people say 12 to 16. Far outside, script and take do not belong together.
constexpr double kSlowestPace = 3;
constexpr double kFastestPace = 40;

Microseconds time_of(double seconds) {
  return Microseconds(std::llround(seconds * 1e6));
}

enum class Ending { Line, Sentence, Clause };

// The cost of an ending that falls into no pause.
double cost_without_pause(Ending ending) {
  switch (ending) {
    case Ending::Line:
      return 6;
    case Ending::Sentence:
      return 3;
    case Ending::Clause:
      return 0.5;
  }
  return 0;
}

struct Clause {
  double length = 0;  // expected, in letters at first, then in seconds
  Ending ending = Ending::Line;
};

// What ends a clause, when a space or nothing follows; in scripts without spaces whatever follows.
struct Sign {
  std::string_view text;
  Ending ending;
};
constexpr Sign kSigns[] = {{".", Ending::Sentence},  {"!", Ending::Sentence},  {"?", Ending::Sentence},
                           {"…", Ending::Sentence},  {",", Ending::Clause},    {";", Ending::Clause},
                           {":", Ending::Clause},    {"–", Ending::Clause},    {"—", Ending::Clause},
                           {"。", Ending::Sentence}, {"！", Ending::Sentence}, {"？", Ending::Sentence},
                           {"、", Ending::Clause},   {"，", Ending::Clause}};

const Sign* sign_at(std::string_view text) {
  const auto* sign = std::find_if(std::begin(kSigns), std::end(kSigns), [&](const Sign& one) {
    bool needs_space = !one.text.starts_with("\xE3") && !one.text.starts_with("\xEF");  // U+3000 on, full width
    std::string_view rest = text.substr(std::min(one.text.size(), text.size()));
    return text.starts_with(one.text) && (!needs_space || rest.empty() || rest.front() == ' ');
  });
  return sign == std::end(kSigns) ? nullptr : sign;
}

std::vector<Clause> clauses_of(const Script& lines) {
  std::vector<Clause> clauses;
  for (std::string_view line : lines) {
    for (size_t at = 0; at < line.size();) {
      const Sign* sign = sign_at(line.substr(at));
      at += sign == nullptr ? 1 : sign->text.size();
      if (sign == nullptr && at < line.size()) continue;
      // Signs without a word belong to the clause before them.
      if (double length = spoken_length(line.substr(0, at)); length > 0) {
        clauses.push_back({length, sign == nullptr ? Ending::Line : sign->ending});
      }
      line.remove_prefix(at);
      at = 0;
    }
    if (!clauses.empty()) clauses.back().ending = Ending::Line;
  }
  return clauses;
}

// A place where a clause may end: a pause, or a moment within a voiced stretch.
struct Spot {
  double voiced = 0;  // seconds of voice before it
  double pause = 0;   // its length in seconds; 0 within a stretch
  Microseconds before{0};
  Microseconds after{0};
};

std::vector<Spot> spots_of(const std::vector<Voiced>& voiced) {
  double total = 0;
  for (const Voiced& stretch : voiced) total += to_seconds(stretch.end - stretch.start);
  const double step = std::max(0.1, total / 4000);  // hours must not take hours
  std::vector<Spot> spots = {{0, 0, voiced.front().start, voiced.front().start}};
  double passed = 0;
  for (size_t i = 0; i < voiced.size(); ++i) {
    double length = to_seconds(voiced[i].end - voiced[i].start);
    for (int k = 1; k * step < length - step / 2; ++k) {
      Microseconds at = voiced[i].start + time_of(k * step);
      spots.push_back({passed + k * step, 0, at, at});
    }
    passed += length;
    Microseconds next = i + 1 < voiced.size() ? voiced[i + 1].start : voiced[i].end;
    spots.push_back({passed, to_seconds(next - voiced[i].end), voiced[i].end, next});
  }
  return spots;
}

// How long the pauses between lines are at least, in seconds: the shortest of as many of the longest as there are lines
// to end in one. Somebody who looked for a word or cleared the throat must not raise it above what is common.
double usual_pause(const std::vector<Spot>& spots, size_t line_ends) {
  constexpr double kCommon = 0.6;
  std::vector<double> pauses;
  for (const Spot& spot : spots) {
    if (spot.pause > 0) pauses.push_back(spot.pause);
  }
  if (pauses.empty() || line_ends == 0) return kCommon;
  std::sort(pauses.begin(), pauses.end(), std::greater<>());
  return std::clamp(pauses[std::min(line_ends, pauses.size()) - 1], to_seconds(kShortestPause), kCommon);
}

// The cheapest way of clauses through spots.
class Alignment {
 public:
  Alignment(std::vector<Clause> clauses, const std::vector<Spot>& spots)
      : clauses_(std::move(clauses)), spots_(spots), voiced_(spots.back().voiced) {
    double letters = 0;
    size_t line_ends = 0;
    for (const Clause& clause : clauses_) {
      letters += clause.length;
      line_ends += clause.ending == Ending::Line ? 1 : 0;
    }
    for (Clause& clause : clauses_) clause.length *= voiced_ / letters;
    usual_pause_ = usual_pause(spots_, line_ends - 1);
    unexplained_.push_back(0);
    for (const Spot& spot : spots_) {
      double cost = std::min(kUnexplainedPause * spot.pause / usual_pause_, kLongestUnexplained);
      unexplained_.push_back(unexplained_.back() + cost);
    }
  }

  // The spots before the first clause, and after each; empty when there are too few spots.
  std::vector<size_t> borders() const {
    std::vector<double> best(spots_.size());
    for (size_t i = 0; i < spots_.size(); ++i) best[i] = cost_of_beginning(i);
    std::vector<std::vector<uint32_t>> from;
    for (size_t c = 0; c < clauses_.size(); ++c) {
      std::vector<double> next(spots_.size(), kNever);
      from.emplace_back(spots_.size(), 0);
      for (size_t end = 1; end < spots_.size(); ++end) {
        double ending = c + 1 == clauses_.size() ? cost_of_end(end) : cost_of_ending(c, end);
        for (size_t begin = end; ending < kNever && begin-- > 0;) {
          double length = spots_[end].voiced - spots_[begin].voiced;
          if (length > 3 * clauses_[c].length + 2) break;
          double cost = best[begin] + ending + cost_of_length(c, length) + unexplained_[end] - unexplained_[begin + 1];
          if (cost < next[end]) {
            next[end] = cost;
            from[c][end] = static_cast<uint32_t>(begin);
          }
        }
      }
      best = std::move(next);
    }
    auto last = std::min_element(best.begin(), best.end());
    if (*last == kNever) return {};
    std::vector<size_t> borders = {static_cast<size_t>(last - best.begin())};
    for (size_t c = clauses_.size(); c-- > 0;) borders.insert(borders.begin(), from[c][borders.front()]);
    return borders;
  }

 private:
  double cost_of_length(size_t clause, double length) const {
    double expected = clauses_[clause].length;
    double spread = std::hypot(kSpreadShare * expected, kSpreadSeconds);
    return std::pow((length - expected) / spread, 2);
  }
  // A script begins and ends at a pause, with little left over.
  double cost_of_beginning(size_t spot) const {
    if (spot == 0) return 0;
    double left = spots_[spot].voiced;
    return spots_[spot].pause > 0 && left < kMostLeftOver ? kLeftOver + kLeftOverSecond * left : kNever;
  }
  double cost_of_end(size_t spot) const {
    if (spot + 1 == spots_.size()) return 0;
    double left = voiced_ - spots_[spot].voiced;
    return spots_[spot].pause > 0 && left < kMostLeftOver ? kLeftOver + kLeftOverSecond * left : kNever;
  }
  // A clause within a line ends in no longer pause than the line does, or seldom.
  double cost_of_ending(size_t clause, size_t spot) const {
    Ending ending = clauses_[clause].ending;
    double pauses = spots_[spot].pause / usual_pause_;
    double too_long = ending == Ending::Clause ? std::clamp(pauses - 1.5, 0.0, kMostForLongPause) : 0;
    return cost_without_pause(ending) * (1 - std::min(1.0, pauses)) + too_long;
  }

  std::vector<Clause> clauses_;
  const std::vector<Spot>& spots_;
  double voiced_;
  double usual_pause_ = 0;
  std::vector<double> unexplained_;  // the cost of the pauses before each spot, when no clause ends in them
};

// Lines with a word, on one line each, as they are spoken.
Script spoken_lines(const Script& lines) {
  Script spoken;
  for (const std::string& line : lines) {
    if (spoken_length(line) > 0) spoken.push_back(single_line(trim(line)));
  }
  return spoken;
}

// What two lines have in common when only their spelling differs.
std::string words_of(std::string_view line) {
  std::string words;
  for (char c : to_lower(normalize(line))) {
    auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x80 || std::isalnum(byte) != 0) words += c;
  }
  return words;
}

// The longest common subsequence of the script and what was said, as pairs of places.
std::vector<std::pair<size_t, size_t>> common_lines(const Script& lines, const std::vector<std::string>& said) {
  std::vector<std::string> words;
  for (const std::string& line : lines) words.push_back(words_of(line));
  std::vector<std::vector<uint32_t>> longest(words.size() + 1, std::vector<uint32_t>(said.size() + 1, 0));
  for (size_t i = words.size(); i-- > 0;) {
    for (size_t k = said.size(); k-- > 0;) {
      longest[i][k] = words[i] == said[k] ? longest[i + 1][k + 1] + 1 : std::max(longest[i + 1][k], longest[i][k + 1]);
    }
  }
  std::vector<std::pair<size_t, size_t>> pairs;
  for (size_t i = 0, k = 0; i < words.size() && k < said.size();) {
    if (words[i] == said[k]) {
      pairs.emplace_back(i++, k++);
    } else {
      longest[i + 1][k] >= longest[i][k + 1] ? ++i : ++k;
    }
  }
  return pairs;
}

Result<std::vector<Voiced>> find_voice_of(const std::filesystem::path& take, const media::RecordingFacts& facts) {
  if (!facts.audio) return std::vector<Voiced>();
  auto reader =
      TRY(media::AudioReader::open(take, Microseconds(0), facts.duration.count() * media::kSampleRate / 1'000'000));
  return find_voice(reader);
}

}  // namespace

double spoken_length(std::string_view text) {
  double length = 0;
  double capitals = 0;  // of the word so far, while it has nothing else
  bool is_acronym = true;
  auto end_word = [&] {
    if (is_acronym && capitals > 1 && capitals < 6) length += 2 * capitals;
    capitals = 0;
    is_acronym = true;
  };
  for (size_t i = 0; i < text.size(); ++i) {
    auto c = static_cast<unsigned char>(text[i]);
    if (size_t end = text.find("}}", i); text.substr(i).starts_with("{{") && end != std::string_view::npos) {
      length += 6;
      i = end + 1;
    } else if (std::isdigit(c) != 0) {
      length += 3;
    } else if (std::isalpha(c) != 0) {
      length += 1;
      (std::isupper(c) != 0 ? capitals += 1 : is_acronym = false);
      continue;
    } else if (c >= 0xE3 && c < 0xF0) {  // three bytes from U+3000 on: one syllable, whose other bytes count nothing
      length += 3;
    } else if (c >= 0xC3 && c < 0xE0) {
      length += 1;
      is_acronym = false;
      continue;
    } else if (std::string_view("%&+@$=").find(text[i]) != std::string_view::npos) {
      length += 5;
    } else if (c >= 0x80) {
      continue;
    }
    end_word();
  }
  end_word();
  // The last syllable before a pause is drawn out.
  return length > 0 ? length + 3 : 0;
}

std::vector<ScriptMark> match_marks(const Script& lines, const std::vector<ScriptMark>& marks) {
  std::vector<std::string> said;
  for (const ScriptMark& mark : marks) said.push_back(words_of(mark.text));
  std::vector<ScriptMark> matched;
  size_t next_line = 0;
  size_t next_mark = 0;
  // What lies before two that are the same (or the ends): marks that the script leaves out, or one edited line.
  auto fill_up_to = [&](size_t line, size_t mark) {
    size_t edited = line - next_line;
    if (edited > 1 || (edited == 1 && mark - next_mark != 1)) return false;
    if (edited == 1) matched.push_back({lines[next_line], marks[next_mark].start, marks[next_mark].end});
    return true;
  };
  auto pairs = common_lines(lines, said);
  if (pairs.empty()) return {};
  for (auto [line, mark] : pairs) {
    if (!fill_up_to(line, mark)) return {};
    matched.push_back({lines[line], marks[mark].start, marks[mark].end});
    next_line = line + 1;
    next_mark = mark + 1;
  }
  if (!fill_up_to(lines.size(), marks.size())) return {};
  return matched;
}

std::vector<ScriptMark> align_script(const Script& lines, const std::vector<Voiced>& voiced) {
  std::vector<Clause> clauses = clauses_of(lines);
  std::vector<Spot> spots = spots_of(voiced);
  std::vector<size_t> borders = Alignment(clauses, spots).borders();
  std::vector<ScriptMark> marks;
  if (borders.empty()) return marks;
  size_t first = 0;
  for (size_t c = 0; c < clauses.size(); ++c) {
    if (clauses[c].ending != Ending::Line) continue;
    marks.push_back({lines[marks.size()], spots[borders[first]].after, spots[borders[c + 1]].before});
    first = c + 1;
  }
  return marks;
}

Result<ScriptTiming> time_script(const Script& lines, const std::filesystem::path& take) {
  Script spoken = spoken_lines(lines);
  if (spoken.empty()) {
    return fail(ErrorKind::InvalidInput, "the script holds no words", "write what is said, one sentence a line");
  }
  media::RecordingFacts facts = TRY(media::probe(take));
  ScriptTiming timing;
  timing.voiced = TRY(find_voice_of(take, facts));
  auto sidecar = read_sidecar(take);
  if (sidecar && is_of(*sidecar, facts)) timing.marks = match_marks(spoken, sidecar->marks);
  if (!timing.marks.empty()) return timing;

  timing.placed_by = PlacedBy::Pauses;
  if (!facts.audio) {
    return fail(ErrorKind::InvalidInput,
                fmt::format("{} has no sound, so that nothing tells when the lines are spoken", take.string()),
                "record it with a microphone, or write the captions' times by hand (.srt, .vtt)");
  }
  if (timing.voiced.empty()) {
    return fail(ErrorKind::InvalidInput, fmt::format("nobody is heard speaking in {}", take.string()),
                "look whether the microphone was muted, or very quiet beside the noise of the room");
  }
  double letters = 0;
  double voice = 0;
  for (const std::string& line : spoken) letters += spoken_length(line);
  for (const Voiced& stretch : timing.voiced) voice += to_seconds(stretch.end - stretch.start);
  double pace = letters / voice;
  if (pace >= kSlowestPace && pace <= kFastestPace) timing.marks = align_script(spoken, timing.voiced);
  if (timing.marks.empty()) {
    return fail(ErrorKind::InvalidInput,
                fmt::format("the script does not belong to {}: it has {:.0f} letters, in {:.1f} s of speech (people "
                            "say 10 to 20 a second)",
                            take.string(), letters, voice),
                "give the script that was spoken in this take");
  }
  return timing;
}

}  // namespace candid::capture
