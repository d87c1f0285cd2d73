#pragma once
// The pages as HTML: one candidate's message, and the one page that stands for everything that is not there.

#include <string>
#include <string_view>

#include "core/error.h"
#include "track/message.h"
#include "track/nonce.h"

namespace candid::track {

struct PageRequest {
  std::string token;
  std::string public_url;   // "https://talk.example.com", for the preview tags; empty: no preview tags
  std::string style_nonce;  // of the Content-Security-Policy, for the inlined style and script
  PageTicket ticket;
  bool tracked = true;  // false: the candidate asked not to be tracked; the page then holds no script to report
};

// Addresses in the page are relative to /v/, so that it works below any prefix of a proxy. Every text of the message is
// escaped. Internal when the template names something that this function does not give it.
Result<std::string> render_message_page(const MessageRecord& message, const PageRequest& request);

// The same bytes always: nothing tells an unknown link from a revoked one.
const std::string& not_found_page();
// The CSP source of the style in not_found_page(), "'sha256-…'".
const std::string& not_found_style_source();

}  // namespace candid::track
