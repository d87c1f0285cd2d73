#pragma once
// A visit as a browser would report it, told step by step; the default is a person on a phone.

#include <optional>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "tests/track/fixtures.h"

namespace candid::track::test {

class Visit {
 public:
  explicit Visit(std::string session = "s1", std::string agent = kPhone)
      : session_(std::move(session)), agent_(std::move(agent)) {}

  Visit& at(double seconds) {
    now_ = kNoon + std::chrono::milliseconds(static_cast<int64_t>(seconds * 1000));
    return *this;
  }
  Visit& page(bool prefetch = false) {
    return request(EventKind::Page, fmt::format(R"({{"prefetch":{}}})", prefetch), session_);
  }
  Visit& head() { return request(EventKind::Head, "{}", ""); }
  Visit& trap() { return request(EventKind::Trap, "{}", session_); }
  // A transfer of `sent` of the video's 1000 bytes.
  Visit& media(int sent = 1000) {
    return request(EventKind::Media, fmt::format(R"({{"first":0,"length":{0},"size":1000,"sent":{0}}})", sent), "");
  }
  // The same as older ledgers have it.
  Visit& media_in_two(int sent = 1000) {
    request(EventKind::Media, fmt::format(R"({{"first":0,"length":{},"size":1000}})", sent), "");
    return request(EventKind::MediaEnd, fmt::format(R"({{"sent":{}}})", sent), "");
  }
  struct Load {
    bool webdriver = false;
    bool visible = true;
    bool prerendered = false;
    int outer = 844;
  };
  Visit& load() { return load(Load{}); }
  Visit& load(Load what) {
    return report(EventKind::Load,
                  fmt::format(R"({{"webdriver":{},"visible":{},"prerendered":{},"outer":[{},{}],"inner":[390,700]}})",
                              what.webdriver, what.visible, what.prerendered, what.outer, what.outer));
  }
  Visit& input(double ms = 2000, bool trusted = true, bool keyboard = false) {
    return report(EventKind::Input, fmt::format(R"({{"trusted":{},"keyboard":{},"ms":{}}})", trusted, keyboard, ms));
  }
  Visit& play(bool trusted = true, double ms = 2000, double from = 0) {
    return report(EventKind::Play, fmt::format(R"({{"trusted":{},"ms":{},"at":{}}})", trusted, ms, from));
  }
  struct Seen {
    bool visible = true;
    bool muted = false;
    EventKind kind = EventKind::Beat;
  };
  Visit& played(double from, double to) { return played(from, to, Seen{}); }
  Visit& played(double from, double to, Seen seen) {
    return report(seen.kind, fmt::format(R"({{"ranges":[[{},{}]],"visible":{},"muted":{},"rate":1}})", from, to,
                                         seen.visible, seen.muted));
  }
  // Beats every 5 s while the video plays from `from` to `to`, beginning now.
  Visit& watch(double from, double to) {
    for (double second = from; second < to; second += 5) {
      double end = std::min(second + 5, to);
      now_ += std::chrono::milliseconds(static_cast<int64_t>((end - second) * 1000));
      played(second, end);
    }
    return *this;
  }
  // Page, load, a tap and the video's start: what comes before any watching.
  Visit& begin() { return at(0).page().at(0.3).load().at(2).input(2000).play().media(); }

  Visit& body(std::string json) {
    events_.back().body = std::move(json);
    return *this;
  }
  std::vector<Event> events() const { return events_; }
  operator std::vector<Event>() const { return events_; }

 private:
  Visit& request(EventKind kind, std::string body, std::string session) {
    return add(kind, std::move(body), std::move(session), std::nullopt);
  }
  Visit& report(EventKind kind, std::string body) { return add(kind, std::move(body), session_, next_++); }
  Visit& add(EventKind kind, std::string body, std::string session, std::optional<int64_t> sequence) {
    events_.push_back({1, std::move(session), sequence, now_, kind, std::move(body), agent_, "203.0.113.0/24"});
    return *this;
  }

  std::string session_;
  std::string agent_;
  UtcTime now_ = kNoon;
  int64_t next_ = 0;
  std::vector<Event> events_;
};

}  // namespace candid::track::test
