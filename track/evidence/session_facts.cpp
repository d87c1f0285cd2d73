#include "track/evidence/session_facts.h"

#include <algorithm>
#include <tuple>

#include <nlohmann/json.hpp>

#include "track/evidence/networks.h"
#include "track/evidence/seen_time.h"
#include "track/evidence/software_gpus.h"

namespace candid::track {
namespace {

using nlohmann::json;

constexpr double kHumanDelayMs = 1000;
// Containers, players and our own figure for the duration round differently.
constexpr double kEndSlackSeconds = 2;
constexpr double kCreditRate = 2;
constexpr double kCreditSlackSeconds = 5;

bool is_progress(EventKind kind) {
  return kind == EventKind::Beat || kind == EventKind::Pause || kind == EventKind::Ended || kind == EventKind::Hide;
}

void add_input(SessionFacts& facts, bool trusted, bool keyboard, double ms) {
  if (trusted && (keyboard || ms >= kHumanDelayMs)) facts.human_input = true;
  if (facts.first_input_ms && *facts.first_input_ms < ms) return;
  // Two inputs at one moment (a touch, and the start it causes) are one: the untrusted one tells.
  facts.first_input_trusted = trusted && (facts.first_input_ms != ms || facts.first_input_trusted);
  facts.first_input_ms = ms;
}

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

// A page load has one agent; players that fetch its video may call themselves otherwise.
class Agent {
 public:
  void add(const Event& event) {
    bool is_fetch =
        event.kind == EventKind::Media || event.kind == EventKind::MediaEnd || event.kind == EventKind::Head;
    has_page_ |= !is_fetch;
    raise(is_fetch ? of_fetches_ : of_page_, event.agent);
  }
  const std::string& settled() const { return has_page_ ? of_page_ : of_fetches_; }

 private:
  bool has_page_ = false;
  std::string of_page_;
  std::string of_fetches_;
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
  facts.scripted = true;
  facts.shown |= body.at("visible").get<bool>();
  facts.webdriver |= body.at("webdriver").get<bool>();
  facts.prerendered |= body.at("prerendered").get<bool>();
  facts.software_gpu = std::max(facts.software_gpu, software_gpu(text_in(body, "gpu")));  // older pages did not tell
}

// A form that a script has sent says so; one that came without a script cannot say.
bool is_from_script(const json& body) {
  auto trusted = body.find("trusted");
  return trusted != body.end() && trusted->is_boolean() && !trusted->get<bool>();
}

void add_event(SessionFacts& facts, const Event& event, const json& body) {
  if (event.kind != EventKind::Head) facts.only_head = false;
  switch (event.kind) {
    case EventKind::Page:
      facts.page_requested = true;
      facts.prefetched |= body.at("prefetch").get<bool>();
      break;
    case EventKind::Trap:
      facts.trapped = true;
      break;
    case EventKind::Load:
      add_load(facts, body);
      break;
    case EventKind::Input:
      facts.scripted = true;
      add_input(facts, body.at("trusted"), body.at("keyboard"), body.at("ms"));
      break;
    case EventKind::Play:
      facts.scripted = true;
      if (body.at("trusted").get<bool>()) {
        facts.started_by_gesture = true;
        add_input(facts, true, false, body.at("ms"));
      } else {
        facts.started_by_itself = true;
      }
      break;
    case EventKind::Beat:
    case EventKind::Pause:
    case EventKind::Ended:
    case EventKind::Hide:
      facts.scripted = true;
      facts.shown |= body.at("visible").get<bool>();
      break;
    case EventKind::Media:
      facts.media_requested = true;
      break;
    case EventKind::Reaction:
    case EventKind::Reply:
      facts.answered |= !is_from_script(body);
      facts.scripted |= event.sequence.has_value();  // a form works without the script, and has none
      break;
    case EventKind::Head:
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

// Credit for what was played after the first start by a trusted gesture.
void add_credit(SessionFacts& facts, std::span<const Report> reports, double duration) {
  std::optional<int64_t> start;
  std::optional<UtcTime> from;
  std::optional<UtcTime> to;
  for (const Report& report : reports) {
    const Event& event = *report.event;
    bool is_start = event.kind == EventKind::Play && report.body.at("trusted").get<bool>();
    if (is_start) start = std::min(start.value_or(*event.sequence), *event.sequence);
    if (!is_start && !is_progress(event.kind)) continue;
    from = std::min(from.value_or(event.received_at), event.received_at);
    to = std::max(to.value_or(event.received_at), event.received_at);
  }
  if (!start) return;

  SeenTime seen(duration);
  for (const Report& report : reports) {
    if (!is_progress(report.event->kind)) continue;
    bool perceived = report.body.at("visible").get<bool>() || !report.body.at("muted").get<bool>();
    for (const json& range : report.body.at("ranges")) {
      auto first = range.at(0).get<double>();
      auto last = range.at(1).get<double>();
      if (first < 0 || last < first || last > duration + kEndSlackSeconds) facts.impossible = true;
      if (perceived && *report.event->sequence > *start) seen.add(first, last);
    }
  }
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
  Agent agent;
  Origin origin;
  Window window;
  for (const Event& event : events) {
    facts.first = std::min(facts.first, event.received_at);
    facts.last = std::max(facts.last, event.received_at);
    agent.add(event);
    try {
      json body = json::parse(event.body);
      origin.add(event, body);
      add_event(facts, event, body);
      if (event.kind == EventKind::Load) window.add(body);
      if (event.sequence) reports.push_back({&event, std::move(body)});
    } catch (const json::exception&) {
      facts.impossible = true;
    }
  }
  facts.agent = agent.settled();
  origin.settle(facts);
  facts.without_window = window.is_missing(facts.shown);
  try {
    add_credit(facts, reports, std::chrono::duration<double>(duration).count());
  } catch (const json::exception&) {
    facts.impossible = true;
  }
  return facts;
}

}  // namespace candid::track
