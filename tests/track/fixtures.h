#pragma once
// What the tests of this floor share: a message, a clock they set, and events as a browser would cause them.

#include <atomic>
#include <chrono>
#include <string>

#include "core/time.h"
#include "track/evidence/event.h"
#include "track/message.h"

namespace candid::track::test {

inline constexpr UtcTime kNoon{std::chrono::milliseconds(1'795'348'800'000)};  // 2026-11-22T12:00:00Z

class FakeClock final : public Clock {
 public:
  UtcTime now() const override { return UtcTime(std::chrono::milliseconds(milliseconds_)); }
  void advance(std::chrono::milliseconds by) { milliseconds_ += by.count(); }

 private:
  std::atomic<int64_t> milliseconds_{kNoon.time_since_epoch().count()};
};

inline MessageRecord sample_message(std::string id = "m-1") {
  MessageRecord message;
  message.campaign_id = "backend";
  message.campaign_name = "Backend Engineer";
  message.message_id = std::move(id);
  message.candidate_id = "c-1";
  message.candidate_name = "Ana 100% Lopez";
  message.candidate_email = "ana@example.com";
  message.roster_line = 2;
  message.duration = std::chrono::seconds(60);
  message.page.company = "Northwind";
  message.page.headline = "Hello Ana";
  message.page.message = "First line\nsecond line";
  message.page.buttons = {{"Book a call", "https://example.com/book?a=1&b=2"}};
  message.video_ref = "video";
  message.poster_ref = "poster";
  message.captions_ref = "captions";
  message.published_at = kNoon;
  return message;
}

inline constexpr const char* kPhone =
    "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/19.0 "
    "Mobile/15E148 Safari/604.1";

}  // namespace candid::track::test
