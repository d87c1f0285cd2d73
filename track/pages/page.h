#pragma once
// Makes the page that a link shows, from assets/pages.

#include <memory>
#include <string>
#include <string_view>

#include "core/error.h"
#include "track/message.h"
#include "track/pages/nonce.h"
#include "track/pages/tracking_policy.h"
#include "track/pages/transcript.h"

namespace candid::track {

struct PageRequest {
  std::string token;
  std::string language;     // the page's (language_of_page)
  std::string public_url;   // "https://talk.example.com", for the preview tags; empty: no preview tags
  std::string style_nonce;  // of the Content-Security-Policy, for the inlined style and script
  PageTicket ticket;
  std::string media_grant;                         // of this page load (media_grant.h)
  std::string preview_grant;                       // without a session, for the preview tags
  Recording recording = Recording::On;             // the page's script has somewhere to report to where On or Counted
  std::shared_ptr<const Transcript> transcript{};  // null: none
  bool may_download = false;
  bool views_limited = false;  // then nothing of the video is fetched before it is played
  bool views_used_up = false;  // then there is no video
  bool has_passcode = false;   // then there is a cookie, and the page says so
  bool takes_videos = false;   // as replies; reply_video_desk.h says when
  bool operator==(const PageRequest&) const = default;
};

// Addresses in the page are relative to /v/, so that it works below any prefix of a proxy. Every text of the message is
// escaped. Internal when the template names something that this function does not give it.
Result<std::string> render_message_page(const MessageRecord& message, const PageRequest& request);

// The same bytes always: nothing tells an unknown link from a revoked one.
const std::string& not_found_page();
const std::string& not_found_style_source();

}  // namespace candid::track
