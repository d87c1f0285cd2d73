// What the page's script reports: a report that is taken is within its bounds, reads back as the same, and can be
// judged.

#include "track/pages/beacon.h"

#include <algorithm>
#include <array>
#include <utility>

#include <nlohmann/json.hpp>

#include "tests/fuzz/target.h"
#include "tests/track/fixtures.h"
#include "track/evidence/evidence.h"

namespace candid::track {
namespace {

using fuzz::claim;
using nlohmann::json;

constexpr std::array kReported = {EventKind::Load,  EventKind::Input, EventKind::Play, EventKind::Beat,
                                  EventKind::Pause, EventKind::Ended, EventKind::Hide, EventKind::Reaction};

void check_event(const Event& event, const Beacon& beacon) {
  claim(std::find(kReported.begin(), kReported.end(), event.kind) != kReported.end(), "a page may report this kind");
  claim(event.session == beacon.ticket.session, "an event belongs to the ticket's session");
  claim(event.sequence && *event.sequence >= 0 && *event.sequence <= 1'000'000, "a sequence is within its bounds");
  const json body = json::parse(event.body);
  claim(body.is_object(), "a body is an object");
  for (const json& range : body.value("ranges", json::array())) {
    claim(0 <= range.at(0) && range.at(0) <= range.at(1) && range.at(1) <= 24 * 3600, "a range is within a day");
  }
}

std::string written(const Beacon& beacon) {
  json events = json::array();
  for (const Event& event : beacon.events) {
    json object = json::parse(event.body);
    object["sequence"] = *event.sequence;
    object["kind"] = to_string(event.kind);
    events.push_back(std::move(object));
  }
  return json{{"session", beacon.ticket.session}, {"nonce", beacon.ticket.nonce}, {"events", events}}.dump();
}

void check_reads_back(const Beacon& beacon) {
  const Beacon again = fuzz::must(parse_beacon(written(beacon)));
  claim(again.ticket.session == beacon.ticket.session && again.ticket.nonce == beacon.ticket.nonce, "a ticket stays");
  claim(again.events.size() == beacon.events.size(), "no event is lost");
  for (size_t i = 0; i < again.events.size(); ++i) {
    const Event& a = beacon.events[i];
    const Event& b = again.events[i];
    claim(a.kind == b.kind && a.sequence == b.sequence && a.body == b.body, "an event reads back as the same");
  }
}

void check_judged(const Beacon& beacon) {
  LinkHistory history;
  history.link.id = 1;
  history.events = beacon.events;
  for (Event& event : history.events) {
    event.link_id = 1;
    event.received_at = test::kNoon;
    event.agent = test::kPhone;
  }
  ViewContext context;
  context.duration = std::chrono::seconds(60);
  const CandidateView view = judge(std::span(&history, 1), context);
  claim(view.watched_seconds <= 60, "nobody watches more than there is");
  // Nothing was fetched, whatever the script says.
  claim(view.state <= ViewState::PageHuman || view.state >= ViewState::OwnerExcluded,
        "a video that was never fetched was not watched");
}

}  // namespace
}  // namespace candid::track

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace candid;
  auto beacon = track::parse_beacon(fuzz::text_of(data, size));
  if (!beacon) {
    fuzz::claim(beacon.error().kind() == ErrorKind::InvalidInput, "a report is refused as invalid input");
    return 0;
  }
  fuzz::claim(!beacon->events.empty() && beacon->events.size() <= 50, "a report has 1 to 50 events");
  for (const track::Event& event : beacon->events) track::check_event(event, *beacon);
  track::check_reads_back(*beacon);
  track::check_judged(*beacon);
  return 0;
}
