#pragma once
// What the tests of sittings share: three people, one sitting, and a folder of greetings.

#include <string>
#include <vector>

#include "campaign/greetings/greeting_cuts.h"
#include "campaign/greetings/sitting.h"
#include "campaign/greetings/sitting_writer.h"
#include "core/digest.h"
#include "core/encoding.h"
#include "core/files.h"
#include "tests/support/clips.h"
#include "tests/support/results.h"

namespace candid::campaign::test {

using candid::test::must;
using namespace std::chrono_literals;

inline constexpr UtcTime kMorning{std::chrono::milliseconds{1'763'800'000'000}};

inline Candidate candidate(const std::string& id, const std::string& name) {
  Candidate one;
  one.id = id;
  one.name = name;
  return one;
}

inline Roster roster_of(std::vector<Candidate> candidates) {
  Roster roster;
  roster.candidates = std::move(candidates);
  return roster;
}

class SittingTest : public testing::Test {
 protected:
  std::filesystem::path greetings() const { return folder_.path() / "greetings"; }
  GreetingBook book() const { return must(GreetingBook::read(greetings())); }
  std::vector<Attempt> good() const {
    auto sittings = must(read_sittings(greetings()));
    return sittings.empty() ? std::vector<Attempt>() : sittings.back().good;
  }
  std::string digest(const std::string& clip) const { return to_hex(must(sha256_file(greetings() / clip))); }
  GreetingState state(const std::string& id, const std::string& name) const {
    return must(book().status_of(candidate(id, name))).state;
  }

  // A sitting of nine seconds: voice at 1..2, 4..5 and 7..7.3 s; each of three people has three seconds.
  SittingJournal record(UtcTime began = kMorning) const {
    auto journal = must(SittingJournal::create(greetings(), "c", began));
    candid::test::make_clip(
        journal.take(),
        "-f lavfi -i testsrc2=s=160x120:r=30:d=9 -f lavfi -i "
        "\"aevalsrc='0.2*(between(t,1,2)+between(t,4,5)+between(t,7,7.3))*(sin(2*PI*140*t)+sin(2*PI*700*t)/"
        "2)+0.0004*(random(0)-0.5)':s=48000:d=9\" -c:v libx264 -preset ultrafast -c:a pcm_s16le");
    return journal;
  }
  static void say_all_good(const SittingJournal& journal) {
    must(journal.good({"1", {"Jane"}, 0s, 3s}));
    must(journal.good({"2", {"Peter"}, 3s, 6s}));
    must(journal.good({"3", {"Al"}, 6s, 9s}));
  }
  // Of the first so many, who are greeted by name.
  std::vector<Sitting::Turn> turns(size_t count) const {
    std::vector<Sitting::Turn> turns;
    for (size_t i = 0; i < count; ++i)
      turns.push_back({&all_.candidates[i], must(words_for(all_.candidates[i], FieldText()))});
    return turns;
  }
  std::filesystem::path journal_file() const { return must(read_sittings(greetings())).at(0).journal; }
  std::vector<GreetingCut> cut() const { return must(cut_pending(greetings(), book(), all_, {}, {})); }

  TemporaryFolder folder_ = must(TemporaryFolder::create());
  Roster all_ = roster_of({candidate("1", "Jane"), candidate("2", "Peter"), candidate("3", "Al")});
};

}  // namespace candid::campaign::test
