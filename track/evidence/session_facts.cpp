#include "track/evidence/session_facts.h"

#include <algorithm>
#include <iterator>
#include <tuple>

#include <nlohmann/json.hpp>

#include "track/evidence/networks.h"
#include "track/evidence/seen_time.h"
#include "track/evidence/software_gpus.h"

namespace candid::track {
namespace {

using nlohmann::json;

constexpr double kInputDelayMs = 1000;
// Several servers' clocks differ by some of it; no input arrives sooner than it happened.
constexpr double kClockSlackMs = 250;
// Containers, players and our own figure for the duration round differently: a twentieth, from 2 to 5 s.
constexpr double kEndSlack = 0.05;
constexpr double kLeastEndSlackSeconds = 2;
constexpr double kMostEndSlackSeconds = 5;
constexpr double kCreditRate = 2;
constexpr double kCreditSlackSeconds = 5;

bool is_progress(EventKind kind) {
  return kind == EventKind::Beat || kind == EventKind::Pause || kind == EventKind::Ended || kind == EventKind::Hide;
}

// The inputs of a page load. How long after load each came, the page says, and the server's clock has the last word.
class Inputs {
 public:
  struct Input {
    bool trusted = false;
    bool keyboard = false;
    std::optional<double> ms{};  // none: not told
  };
  void add(const Input& input, UtcTime arrived) { all_.push_back({input, arrived}); }

  void settle(SessionFacts& facts, std::optional<UtcTime> page_requested) const {
    for (const auto& [input, arrived] : all_) {
      if (input.trusted && input.keyboard) facts.human_input = true;
      if (!input.ms && input.trusted) continue;  // says nothing of when
      double ms = input.ms.value_or(0);
      double since_request =
          std::chrono::duration<double, std::milli>(arrived - page_requested.value_or(arrived)).count();
      if (page_requested && since_request >= 0) ms = std::min(ms, since_request + kClockSlackMs);
      add_to(facts, input, ms);
    }
  }

 private:
  static void add_to(SessionFacts& facts, const Input& input, double ms) {
    if (input.trusted && ms >= kInputDelayMs) facts.human_input = true;
    if (facts.first_input_ms && *facts.first_input_ms < ms) return;
    // Two inputs at one moment (a touch, and the start it causes) are one: the untrusted one tells.
    facts.first_input_trusted = input.trusted && (facts.first_input_ms != ms || facts.first_input_trusted);
    facts.first_input_ms = ms;
  }

  std::vector<std::pair<Input, UtcTime>> all_;
};

std::string text_in(const json& body, const char* key) {
  auto found = body.find(key);
  return found != body.end() && found->is_string() ? found->get<std::string>() : std::string();
}

// The greatest, so that the order of events cannot matter; a visit rarely has more than one.
void raise(std::string& to, std::string given) {
  to = std::max(to, std::move(given));
}

// Where a session came from. What the server noted with the requests for the page outlives their networks, so that
// alone counts where it is there; of older events, and of sessions that others tell, networks count.
class Origin {
 public:
  void add(const Event& event, const json& body) {
    if (!event.network.empty() && networks_.insert(event.network).second) {
      raise(by_network_, machine_network(event.network));
    }
    if (!body.is_object() || !body.contains("from")) return;
    Noted& noted = event.kind == EventKind::Head ? headers_ : page_;
    noted.is_there = true;
    raise(noted.whose, text_in(body, "from"));
    if (auto labels = body.find("source"); labels != body.end()) {
      for (const json& label : *labels) noted.labels.insert(label.get<std::string>());
    }
  }

  void settle(SessionFacts& facts) const {
    facts.networks = networks_;
    // Whoever asks for headers with a browser's name is not who that browser belongs to.
    const Noted& noted = page_.is_there ? page_ : headers_;
    facts.machine_network = noted.is_there ? noted.whose : by_network_;
    facts.sources = noted.is_there ? noted.labels : networks_;
    facts.origin_known = noted.is_there || !networks_.empty();
  }

 private:
  struct Noted {
    bool is_there = false;
    std::string whose{};
    std::set<std::string> labels{};
  };
  std::set<std::string> networks_;
  std::string by_network_;
  Noted page_;
  Noted headers_;
};

// A page load has one agent, so where there are several each counts; players that fetch its video may call themselves
// otherwise.
class Agents {
 public:
  void add(const Event& event) {
    if (is_said(event.kind) && event.agent.empty()) return;  // kept without, where the candidate was promised that
    bool is_fetch =
        event.kind == EventKind::Media || event.kind == EventKind::MediaEnd || event.kind == EventKind::Head;
    (is_fetch ? of_fetches_ : of_page_).insert(event.agent);
  }
  void settle(SessionFacts& facts) const {
    facts.agents = of_page_.empty() ? of_fetches_ : of_page_;
    std::set_difference(of_fetches_.begin(), of_fetches_.end(), facts.agents.begin(), facts.agents.end(),
                        std::inserter(facts.fetchers, facts.fetchers.end()));
    if (!facts.agents.empty()) facts.agent = *facts.agents.rbegin();
  }

 private:
  std::set<std::string> of_page_;
  std::set<std::string> of_fetches_;
};

// Browsers give a page that is opened behind another one no window's size until it is seen (BotD's window_size.ts tells
// of it), so that says nothing of a page that was seen later; nor does it where the page told a size afterwards.
class Window {
 public:
  void add(const json& load) {
    bool has_size = load.at("outer").at(0) != 0 && load.at("outer").at(1) != 0;
    bool in_sight = load.at("visible").get<bool>();
    sized_ |= has_size;
    sizeless_in_sight_ |= !has_size && in_sight;
    sizeless_behind_ |= !has_size && !in_sight;
  }
  bool is_missing(bool shown) const { return !sized_ && (sizeless_in_sight_ || (sizeless_behind_ && !shown)); }

 private:
  bool sized_ = false;
  bool sizeless_in_sight_ = false;
  bool sizeless_behind_ = false;
};

void add_load(SessionFacts& facts, const json& body) {
  const bool visible = body.at("visible").get<bool>();
  const bool webdriver = body.at("webdriver").get<bool>();
  const bool prerendered = body.at("prerendered").get<bool>();
  facts.scripted = true;
  facts.shown |= visible;
  facts.webdriver |= webdriver;
  facts.prerendered |= prerendered;
  facts.software_gpu = std::max(facts.software_gpu, software_gpu(text_in(body, "gpu")));  // older pages did not tell
}

// Ours always say when; sessions that others tell may not.
std::optional<double> ms_in(const json& body) {
  const json& ms = body.at("ms");
  return ms.is_null() ? std::nullopt : std::optional(ms.get<double>());
}

Inputs::Input input_in(const json& body) {
  return {body.at("trusted").get<bool>(), body.at("keyboard").get<bool>(), ms_in(body)};
}

// A form that a script has sent says so; one that came without a script cannot say.
bool is_from_script(const json& body) {
  auto trusted = body.find("trusted");
  return trusted != body.end() && trusted->is_boolean() && !trusted->get<bool>();
}

// What else was fetched: the ledger holds the video's transfers alone; sessions that others tell may name other files.
void add_file(SessionFacts& facts, const json& body) {
  const std::string file = text_in(body, "file");
  (file.empty() ? facts.media_requested : file == "image" ? facts.images_requested : facts.others_requested) = true;
}

// The requests for a page load's page.
struct PageRequests {
  std::optional<UtcTime> first{};
  bool any_in_advance = false;
  bool any_plain = false;
  void add(const Event& event, const json& body) {
    const bool in_advance = body.at("prefetch").get<bool>();
    any_in_advance |= in_advance;
    any_plain |= !in_advance;
    first = std::min(first.value_or(event.received_at), event.received_at);
  }
};

// Takes all of an event, or throws and takes nothing.
void add_event(SessionFacts& facts, Inputs& inputs, const Event& event, const json& body) {
  switch (event.kind) {
    case EventKind::Page:
      facts.page_requested = true;
      facts.by_owner |= body.value("owner", json()) == true;
      break;
    case EventKind::Trap:
      facts.trapped = true;
      break;
    case EventKind::Load:
      add_load(facts, body);
      break;
    case EventKind::Input:
      inputs.add(input_in(body), event.received_at);
      facts.scripted = true;
      break;
    case EventKind::Play:
      if (body.at("trusted").get<bool>()) {
        inputs.add({true, false, ms_in(body)}, event.received_at);
        facts.started_by_gesture = true;
      } else {
        facts.started_by_itself = true;
      }
      facts.scripted = true;
      break;
    case EventKind::Beat:
    case EventKind::Pause:
    case EventKind::Ended:
    case EventKind::Hide:
      facts.shown |= body.at("visible").get<bool>();
      facts.scripted = true;
      break;
    case EventKind::Media:
      add_file(facts, body);
      break;
    case EventKind::Reaction:
    case EventKind::Reply:
      facts.answered |= !is_from_script(body);
      facts.scripted |= event.sequence.has_value();  // a form works without the script, and has none
      break;
    case EventKind::Head:
      facts.headers_requested = true;
      break;
    case EventKind::MediaEnd:
    case EventKind::Consent:
      break;
  }
}

struct Report {
  const Event* event;
  json body;
};

// A report that came several times counts as it came first; requests count each.
std::vector<Event> without_repeats(std::span<const Event> events) {
  std::vector<Event> kept(events.begin(), events.end());
  std::sort(kept.begin(), kept.end(), [](const Event& a, const Event& b) {
    return std::tie(a.sequence, a.received_at, a.kind, a.body) < std::tie(b.sequence, b.received_at, b.kind, b.body);
  });
  auto repeated = [](const Event& a, const Event& b) { return a.sequence && a.sequence == b.sequence; };
  kept.erase(std::unique(kept.begin(), kept.end(), repeated), kept.end());
  return kept;
}

// The ranges of a report that can be; the others are counted as impossible, and so is a report without any form.
std::vector<std::pair<double, double>> possible_ranges(SessionFacts& facts, const json& body, double duration) {
  const double end = duration + std::clamp(kEndSlack * duration, kLeastEndSlackSeconds, kMostEndSlackSeconds);
  std::vector<std::pair<double, double>> ranges;
  try {
    for (const json& range : body.at("ranges")) {
      auto first = range.at(0).get<double>();
      auto last = range.at(1).get<double>();
      if (first < 0 || last < first || last > end) {
        ++facts.impossible;
      } else {
        ranges.emplace_back(first, last);
      }
    }
  } catch (const json::exception&) {
    ++facts.impossible;
  }
  return ranges;
}

bool is_perceived(const json& body) {
  auto muted = body.find("muted");
  return body.at("visible").get<bool>() || (muted != body.end() && muted->is_boolean() && !muted->get<bool>());
}

// Credit for what was played after the first start by a trusted gesture.
void add_credit(SessionFacts& facts, std::span<const Report> reports, double duration) {
  std::optional<int64_t> start;
  for (const Report& report : reports) {
    const bool is_start = report.event->kind == EventKind::Play && report.body.at("trusted").get<bool>();
    if (is_start) start = std::min(start.value_or(*report.event->sequence), *report.event->sequence);
  }
  // The clock runs from the start on: what played by itself before it makes no room for more.
  std::optional<UtcTime> from;
  std::optional<UtcTime> to;
  for (const Report& report : reports) {
    const Event& event = *report.event;
    const bool is_start = event.kind == EventKind::Play && report.body.at("trusted").get<bool>();
    if (!start || *event.sequence < *start || !(is_start || is_progress(event.kind))) continue;
    from = std::min(from.value_or(event.received_at), event.received_at);
    to = std::max(to.value_or(event.received_at), event.received_at);
  }

  SeenTime seen(duration);
  for (const Report& report : reports) {
    if (!is_progress(report.event->kind)) continue;
    const auto ranges = possible_ranges(facts, report.body, duration);
    if (!start || *report.event->sequence <= *start || !is_perceived(report.body)) continue;
    for (const auto& [first, last] : ranges) seen.add(first, last);
  }
  if (!start) return;
  facts.played_seconds = seen.seconds();
  facts.seen = seen.stretches();
  facts.allowed_seconds = kCreditRate * std::chrono::duration<double>(*to - *from).count() + kCreditSlackSeconds;
}

}  // namespace

SessionFacts gather_facts(std::span<const Event> given, Microseconds duration) {
  const std::vector<Event> events = without_repeats(given);
  SessionFacts facts;
  facts.first = facts.last = events.front().received_at;
  std::vector<Report> reports;
  Agents agents;
  Inputs inputs;
  PageRequests page;
  Origin origin;
  Window window;
  for (const Event& event : events) {
    facts.first = std::min(facts.first, event.received_at);
    facts.last = std::max(facts.last, event.received_at);
    agents.add(event);
    if (event.kind != EventKind::Head) facts.only_head = false;
    try {
      json body = json::parse(event.body);
      origin.add(event, body);
      if (event.kind == EventKind::Load) window.add(body);
      if (event.kind == EventKind::Page) page.add(event, body);
      add_event(facts, inputs, event, body);
      if (event.sequence) reports.push_back({&event, std::move(body)});
    } catch (const json::exception&) {
      ++facts.impossible;
    }
  }
  agents.settle(facts);
  inputs.settle(facts, page.first);
  facts.prefetched = page.any_in_advance && !page.any_plain;
  origin.settle(facts);
  facts.without_window = window.is_missing(facts.shown);
  add_credit(facts, reports, std::chrono::duration<double>(duration).count());
  return facts;
}

}  // namespace candid::track
