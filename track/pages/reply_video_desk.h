#pragma once
// A candidate's reply as a video, from the page's script (assets/pages/reply_video.js). Internal to track.
//
//   GET  /v/TOKEN/reply/video/recorder.js   the script, with its words
//   POST /v/TOKEN/reply/video               {"session", "nonce", "size", "type"} → 201 {"id", "piece"}
//   POST /v/TOKEN/reply/video/ID/OFFSET     a piece (application/octet-stream) → 200 {"offset"}, how many bytes there
//   are;
//                                           409 {"offset"} where it begins elsewhere
//   GET  /v/TOKEN/reply/video/ID            {"offset"}
//   POST /v/TOKEN/reply/video/ID/finish     {"session", "nonce"} → 200 {}, once file and event are durable; may be
//                                           repeated
// What is refused says why: {"problem": "ticket" | "too_many" | "no_room" | "size" | "type" | "unreadable"}.

#include <optional>
#include <string_view>
#include <vector>

#include "track/pages/reply_desk.h"
#include "track/replies/reply_uploads.h"
#include "track/web/minute_counter.h"

namespace candid::track {

// Thread-safe.
class ReplyVideoDesk {
 public:
  static constexpr size_t kPiecesPerMinute = 1500;  // of one link: more than a whole reply has
  static constexpr size_t kBeginningsPerMinute = 6;

  // `uploads` outlives the desk; null: no videos are taken.
  ReplyVideoDesk(std::vector<uint8_t> key, ReplyUploads* uploads, EventQuota& quota, const Clock& clock)
      : key_(std::move(key)),
        uploads_(uploads),
        quota_(quota),
        clock_(clock),
        beginnings_(kBeginningsPerMinute, kLinks, clock),
        pieces_(kPiecesPerMinute, kLinks, clock) {}

  // Whether this is what a path behind the token leads to.
  static bool takes(std::string_view rest);
  // Whether the page offers it.
  bool is_open(const ReplyVisit& visit) const;
  // For a path that it takes, and a link whose passcode, if any, was given.
  HttpResponse answer(const ReplyVisit& visit, std::string_view rest);

 private:
  static constexpr size_t kLinks = 1000;

  HttpResponse script(const ReplyVisit& visit) const;
  HttpResponse begin(const ReplyVisit& visit);
  HttpResponse piece(const ReplyVisit& visit, const ReplyUploads::Place& place, std::string_view offset);
  HttpResponse finish(const ReplyVisit& visit, const ReplyUploads::Place& place);
  HttpResponse where(int status, const ReplyUploads::Place& place) const;

  const std::vector<uint8_t> key_;
  ReplyUploads* const uploads_;
  EventQuota& quota_;
  const Clock& clock_;
  MinuteCounter beginnings_;  // by link
  MinuteCounter pieces_;      // by link
};

}  // namespace candid::track
