#pragma once
// Counts visits without persons (Tracking::Aggregate): the events of each page load lie in memory alone, are judged by
// the rules of evidence.h once the visit is over, and all that reaches the ledger is that the campaign's counter of
// that state goes up by one. Internal to track.
//
// A visit begins when this server makes a page (begin()), under a random name that it gives out once; what is reported
// under any other name is let go. So nothing that is sent again, later or to another server can count a visit twice. A
// crash loses what was not counted yet.

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <list>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/time.h"
#include "track/evidence/evidence.h"
#include "track/ledger/ledger.h"
#include "track/media_library.h"
#include "track/web/minute_counter.h"

namespace candid::track {

// Where one of these is reached, a visit is judged by what is known of it then: the one that has filled its own room,
// or else the one that has been silent for the longest.
struct VisitLimits {
  size_t visits = 20'000;
  size_t visits_of_link = 50;  // whoever has a link could put an end to everybody else's visits
  size_t events_of_visit = 2'000;
  size_t bytes_of_visit = 256 << 10;
  size_t bytes = 64 << 20;
  size_t per_minute = 120;  // requests of each kind of one link, as they are recorded elsewhere (event_quota.h)
  // A page may lie open, paused and in sight, without a report.
  std::chrono::minutes silence{30};
  // One that played to its end, or was hidden, has nothing left to report: what goes on out of sight reports every 5 s.
  // Long enough to answer a call or a mail and come back.
  std::chrono::minutes silence_when_left{10};
  std::chrono::hours longest{23};  // whatever it reports, as nothing of a person is held for a day
};

// Thread-safe.
class VisitCounter {
 public:
  // All borrowed.
  VisitCounter(Ledger& ledger, const MediaLibrary& media, const Clock& clock, const VisitLimits& limits = {})
      : ledger_(ledger), media_(media), clock_(clock), limits_(limits), requests_(limits.per_minute, kLinks, clock) {}

  // `opened` is the request for the page (Page, or Head), with the session under which the page was made. The
  // recruiter's own visits begin none.
  void begin(const LinkRecord& link, const MessageRecord& message, Event opened);
  // Of a visit that has begun at this link; false where it is let go.
  bool add(Event event);
  // What was seen of the candidate's visits is dropped, uncounted: they asked not to be tracked.
  void forget(std::string_view message_id);

  // Judges visits that are over, and writes what was counted into the ledger. Whether a counter went up.
  bool count_silent();
  // The same of all visits: the server stops.
  bool count_all();
  size_t visits() const;

 private:
  static constexpr size_t kLinks = 20'000;

  struct Visit {
    std::string session;
    int64_t link_id = 0;
    std::string message_id{};
    std::string campaign_id{};
    ViewContext context{};
    std::string agent{};              // of the request for the page
    std::set<std::string> sources{};  // labels (source_labels.h)
    SharedSigns shared{};
    UtcTime began{};
    UtcTime heard{};
    int64_t last_sequence = -1;
    bool is_left = false;  // what it reported last is that it ended, or is hidden
    std::set<int64_t> sequences{};
    std::vector<Event> events{};        // without session, link and network
    std::vector<bool> by_same_agent{};  // then the event itself holds none
    size_t bytes = 0;
  };
  using Visits = std::list<Visit>;

  // Under mutex_: each moves what is over into `over`.
  void keep(Visit& visit, Event event);
  void close(Visits::iterator visit, Visits& over);
  void make_room(Visits& over);
  void mark_shared_signs(UtcTime now);
  bool is_over(const Visit& visit, UtcTime now) const;

  // Not under it: the ledger is asked.
  bool may_be_counted(const Visit& visit) const;
  void judge(Visits over);
  bool write();

  Ledger& ledger_;
  const MediaLibrary& media_;
  const Clock& clock_;
  const VisitLimits limits_;
  MinuteCounter requests_;  // by link and kind
  mutable std::mutex mutex_;
  Visits visits_;  // heard of the latest first
  std::unordered_map<std::string, Visits::iterator> by_session_;
  std::unordered_map<int64_t, std::deque<std::string>> of_link_;  // sessions, in the order in which they began
  size_t bytes_ = 0;
  UtcTime marked_{};                           // when shared signs were looked for last
  std::map<std::string, ViewCounts> counted_;  // by campaign; not in the ledger yet
};

}  // namespace candid::track
