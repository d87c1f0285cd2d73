#include "track/evidence/judge_lines.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <optional>
#include <set>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "track/evidence/evidence.h"
#include "track/evidence/outside_session.h"

namespace candid::track {
namespace {

constexpr size_t kLongestLine = 1 << 20;
constexpr size_t kMostLines = 1'000'000;
constexpr size_t kMostSlips = 20;
constexpr size_t kMostSlipsCounted = 1000;

// The next line without its end; a longer one is read away, and told as one that is too long.
struct Line {
  std::string text;
  bool too_long = false;
};

std::optional<Line> next_line(std::istream& input) {
  Line line;
  std::streambuf* bytes = input.rdbuf();
  if (bytes == nullptr || bytes->sgetc() == std::char_traits<char>::eof()) return std::nullopt;
  for (int next = bytes->sbumpc(); next != std::char_traits<char>::eof() && next != '\n'; next = bytes->sbumpc()) {
    if (line.text.size() >= kLongestLine) {
      line.too_long = true;
    } else {
      line.text.push_back(static_cast<char>(next));
    }
  }
  if (line.text.ends_with('\r')) line.text.pop_back();
  return line;
}

// Times that requests tell may be counted from the beginning of their own session; they say something of others only
// where they differ among lines of one mail, or of one source.
class LineClocks {
 public:
  void add(const OutsideSession& session) {
    if (session.clock != ArrivalClock::Line || session.first_at == 0) return;
    mails_.insert(session.arrival.mail);
    sources_.insert(session.arrival.sources.begin(), session.arrival.sources.end());
  }
  void keep_what_is_shared(Arrival& arrival) const {
    if (!mails_.contains(arrival.mail)) arrival.mail.clear();
    for (auto source = arrival.sources.begin(); source != arrival.sources.end();) {
      source = sources_.contains(*source) ? std::next(source) : arrival.sources.erase(source);
    }
  }

 private:
  std::set<std::string> mails_;
  std::set<std::string> sources_;
};

// A session that was read, without the events it was told by.
struct Waiting {
  std::string id;
  ViewContext context;
  std::optional<SessionRecord> record;  // none: nothing happened
  SharedSigns told;
};

Waiting examined(const OutsideSession& session, size_t number) {
  Waiting waiting;
  waiting.id = session.id.empty() ? std::to_string(number) : session.id;
  waiting.context = session.context;
  waiting.told = session.told;
  CandidateRecord record = examine(std::span(&session.history, 1), session.context);
  if (!record.sessions.empty()) waiting.record = std::move(record.sessions.front());
  return waiting;
}

std::string_view kind_of(ViewState state) {
  if (state == ViewState::OwnerExcluded) return "owner";
  if (state == ViewState::InvalidEvent) return "invalid";
  if (is_machine(state) || state == ViewState::MailImageOnly) return "machine";
  return state >= ViewState::PageHuman ? "human" : "unverified";
}

double rounded(double value) {
  return std::round(value * 1000) / 1000;
}

std::string told(const Waiting& waiting, const SharedSigns& found) {
  SessionVerdict verdict;
  verdict.state = ViewState::Sent;
  verdict.reason = "nothing was asked for";
  if (waiting.record) {
    SessionRecord record = *waiting.record;
    record.shared.candidates = std::max(waiting.told.candidates, found.candidates);
    record.shared.links = std::max(waiting.told.links, found.links);
    verdict = judge_session(record, waiting.context);
  }
  nlohmann::ordered_json json = {{"id", waiting.id},
                                 {"state", to_string(verdict.state)},
                                 {"verdict", kind_of(verdict.state)},
                                 {"reason", verdict.reason},
                                 {"watched_seconds", rounded(verdict.watched_seconds)},
                                 {"watched_fraction", rounded(verdict.watched_fraction)},
                                 {"rules", kEvidenceRules}};
  return json.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

// What was ignored: the first of it in words, and how much more there is.
class Slips {
 public:
  void add(size_t line, const std::vector<std::string>& slips) {
    for (const std::string& slip : slips) {
      if (known_.size() >= kMostSlipsCounted || !known_.insert(slip).second) continue;
      if (told_.size() < kMostSlips) told_.push_back(fmt::format("line {}: {}", line, slip));
    }
  }
  std::vector<std::string> all() const {
    std::vector<std::string> all = told_;
    const bool is_all = known_.size() < kMostSlipsCounted;
    if (known_.size() > told_.size()) {
      all.push_back(fmt::format("and {} more{}", known_.size() - told_.size(), is_all ? "" : ", or still more"));
    }
    return all;
  }

 private:
  std::set<std::string> known_;
  std::vector<std::string> told_;
};

Result<OutsideSession> read_line(const Line& line) {
  if (line.too_long) {
    return fail(ErrorKind::InvalidInput, fmt::format("it is longer than {} KiB", kLongestLine / 1024));
  }
  return read_outside_session(line.text);
}

}  // namespace

Result<JudgedLines> judge_lines(std::istream& input, const std::function<void(const std::string&)>& verdict,
                                const std::function<void(size_t line, const Error&)>& refused) {
  JudgedLines count;
  std::vector<Waiting> waiting;
  std::vector<Arrival> arrivals;
  LineClocks clocks;
  std::vector<size_t> by_line_clock;
  Slips slips;
  size_t number = 0;
  while (auto line = next_line(input)) {
    ++number;
    if (line->text.find_first_not_of(" \t") == std::string::npos) continue;
    auto session = read_line(*line);
    if (!session) {
      ++count.refused;
      refused(number, session.error());
      continue;
    }
    if (waiting.size() == kMostLines) {
      return fail(ErrorKind::InvalidInput, fmt::format("there are more than {} sessions", kMostLines),
                  "several files, with the sessions of one campaign in one");
    }
    slips.add(number, session->slips);
    waiting.push_back(examined(*session, number));
    // Pictures are no opened links.
    const bool opens = waiting.back().record && !is_only_images(waiting.back().record->facts);
    if (!opens) session->arrival = {};
    if (session->arrival.candidate.empty()) session->arrival.candidate = waiting.back().id;
    clocks.add(*session);
    if (session->clock == ArrivalClock::Line) by_line_clock.push_back(arrivals.size());
    arrivals.push_back(std::move(session->arrival));
  }
  for (size_t i : by_line_clock) clocks.keep_what_is_shared(arrivals[i]);
  const std::vector<SharedSigns> signs = find_shared_signs(arrivals);
  for (size_t i = 0; i < waiting.size(); ++i) verdict(told(waiting[i], signs[i]));
  count.judged = waiting.size();
  count.slips = slips.all();
  return count;
}

}  // namespace candid::track
