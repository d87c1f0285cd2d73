#include "track/evidence/explain.h"

#include <fmt/format.h>

#include "core/text.h"

namespace candid::track {
namespace {

constexpr size_t kLongestAgent = 120;

std::string source_in_words(const SessionFacts& facts) {
  if (!facts.machine_network.empty()) return fmt::format("network: {}", facts.machine_network);
  return facts.origin_known ? "network: none that is known for machines" : "network: not known, or dropped after a day";
}

void add_requests(std::vector<std::string>& words, const SessionFacts& facts) {
  if (facts.page_requested)
    words.emplace_back(facts.prefetched ? "asked for the page in advance" : "asked for the page");
  if (facts.media_requested) words.emplace_back("asked for the video");
  if (facts.images_requested) words.emplace_back("asked for pictures");
  if (facts.only_head) words.emplace_back("asked for headers alone");
  if (facts.trapped) words.emplace_back("followed the link that people cannot see");
}

std::string first_input_in_words(const SessionFacts& facts) {
  if (!facts.first_input_ms) return "nothing was touched, and no key was pressed";
  return fmt::format("first input {:.1f} s after the page was there{}{}", *facts.first_input_ms / 1000,
                     facts.first_input_trusted ? "" : ", made by a script",
                     facts.human_input ? "" : "; none counts as a person's");
}

void add_reports(std::vector<std::string>& words, const SessionFacts& facts) {
  if (!facts.scripted) {
    words.emplace_back("the page's script reported nothing");
    return;
  }
  words.emplace_back(facts.shown ? "the page was visible" : "the page was never visible");
  if (facts.prerendered) words.emplace_back("the page was rendered in advance");
  if (facts.webdriver) words.emplace_back("the browser says that a program drives it");
  if (facts.without_window) words.emplace_back("the browser's window has no size");
  if (!facts.software_gpu.empty()) words.push_back(fmt::format("no graphics card: {}", facts.software_gpu));
  words.push_back(first_input_in_words(facts));
  if (facts.started_by_gesture) words.emplace_back("the video was started by a gesture");
  if (facts.started_by_itself) words.emplace_back("the video was started without one");
  if (facts.answered) words.emplace_back("sent a reply or a reaction");
}

}  // namespace

std::vector<std::string> explain(const SessionVerdict& verdict) {
  const SessionFacts& facts = verdict.facts;
  std::vector<std::string> words;
  for (const std::string& agent : facts.agents) {
    words.push_back(agent.empty() ? "names no browser"
                                  : fmt::format("calls itself {}", shorten(single_line(agent), kLongestAgent)));
  }
  words.push_back(source_in_words(facts));
  add_requests(words, facts);
  add_reports(words, facts);
  if (facts.started_by_gesture) {
    words.push_back(fmt::format("{:.1f} s of the video were played, each counted once; the clock allows {:.1f} s",
                                facts.played_seconds, facts.allowed_seconds));
  }
  if (facts.impossible > 0) words.emplace_back("reports what cannot be");
  for (const std::string& sign : verdict.machine_signs) words.push_back(fmt::format("speaks for a machine: {}", sign));
  return words;
}

}  // namespace candid::track
