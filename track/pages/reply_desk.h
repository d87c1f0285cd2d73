#pragma once
// What a candidate says back by the page's forms, with or without scripts. Internal to track.
//
//   POST /v/TOKEN/reply      text, of at most kLongestReply characters
//        /v/TOKEN/reaction   name, one of kReactions (beacon.h)
//        /v/TOKEN/data       a copy of their data is wanted; /v/TOKEN/erase: they want to be erased
//        /v/TOKEN/consent    their visits may be recorded
// Each form carries the page's ticket. What is said is durable before the answer thanks for it.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/time.h"
#include "track/ledger/ledger.h"
#include "track/pages/event_quota.h"
#include "track/pages/nonce.h"
#include "track/pages/tracking_policy.h"
#include "track/web/http_message.h"

namespace candid::track {

inline constexpr size_t kLongestReply = 2000;  // characters (code points)

// A request of somebody who has the page.
struct ReplyVisit {
  const HttpRequest& request;
  std::string_view token;
  const LinkRecord& link;
  const PageContent& page;
  Recording recording;
};

// The number of what is said: a form that is sent twice by a double tap or a reload is one event, but where the visit
// is not recorded: there an event has no number, and each is stored. The numbers begin where those of the page's script
// end.
int64_t sequence_of_words(std::string_view body);
// What a candidate says as an event of the page load that `ticket` names, without what tells the visit where that is
// not recorded (stripped()).
Event event_of_words(const ReplyVisit& visit, const PageTicket& ticket, EventKind kind, std::string body, UtcTime now);

// Thread-safe.
class ReplyDesk {
 public:
  ReplyDesk(std::vector<uint8_t> key, EventQuota& quota, const Clock& clock)
      : key_(std::move(key)), quota_(quota), clock_(clock) {}

  using Visit = ReplyVisit;

  static bool takes(std::string_view name);
  // For a name that it takes, and a link whose passcode, if any, was given.
  HttpResponse answer(const Visit& visit, std::string_view name);

 private:
  HttpResponse reply(const Visit& visit, bool is_our_page);
  HttpResponse reaction(const Visit& visit) const;
  HttpResponse data_request(const Visit& visit, std::string_view what) const;
  HttpResponse consent(const Visit& visit) const;
  Event event_of_form(const Visit& visit, EventKind kind, std::string body) const;

  const std::vector<uint8_t> key_;
  EventQuota& quota_;
  const Clock& clock_;
};

}  // namespace candid::track
