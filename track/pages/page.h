#pragma once
// Makes the pages that a link shows, from assets/pages.

#include <chrono>
#include <string>
#include <string_view>

#include "core/error.h"
#include "track/message.h"
#include "track/pages/nonce.h"

namespace candid::track {

struct PageRequest {
  std::string token;
  std::string public_url;   // "https://talk.example.com", for the preview tags; empty: no preview tags
  std::string style_nonce;  // of the Content-Security-Policy, for the inlined style and script
  PageTicket ticket;
  std::string media_grant;    // of this page load (media_grant.h)
  std::string preview_grant;  // without a session, for the preview tags
  bool tracked = true;        // false: the candidate asked not to be tracked; the page then holds no script to report
  bool may_download = false;
  bool views_limited = false;  // then nothing of the video is fetched before it is played
  bool views_used_up = false;  // then there is no video
  bool has_passcode = false;   // then there is a cookie, and the page says so
};

// Addresses in the page are relative to /v/, so that it works below any prefix of a proxy. Every text of the message is
// escaped. Internal when the template names something that this function does not give it.
Result<std::string> render_message_page(const MessageRecord& message, const PageRequest& request);

// Where the form is shown says where it sends to: at the page's own address before a passcode was given (None), and at
// ".../TOKEN/passcode" as the answer to one.
enum class PasscodeNotice { None, Wrong, Wait };
// The form that stands before the page; says nothing of whom the link is for or from. `wait` is for Wait.
Result<std::string> render_passcode_page(std::string_view token, std::string_view language, PasscodeNotice notice,
                                         std::chrono::seconds wait = {});
// The CSP source of its style, "'sha256-…'".
const std::string& passcode_style_source();

// The same bytes always: nothing tells an unknown link from a revoked one.
const std::string& not_found_page();
const std::string& not_found_style_source();

}  // namespace candid::track
