#pragma once
// The small pages that forms lead to, from assets/pages. None holds a script.

#include <chrono>
#include <string>
#include <string_view>

#include "core/error.h"
#include "track/pages/nonce.h"

namespace candid::track {

// Where the form is shown says where it sends to: at the page's own address before a passcode was given (None), and at
// ".../TOKEN/passcode" as the answer to one.
enum class PasscodeNotice { None, Wrong, Wait };
// The form that stands before the page; says nothing of whom the link is for or from. `wait` is for Wait.
Result<std::string> render_passcode_page(std::string_view token, std::string_view language, PasscodeNotice notice,
                                         std::chrono::seconds wait = {});

// What became of what a candidate sent. Of Empty, TooLong and PageTooOld nothing was stored: the page holds the form
// again, with the words that were sent.
enum class FormAnswer { ReplySent, ReactionSent, DataAsked, ErasureAsked, Empty, TooLong, PageTooOld };
struct AnswerPage {
  std::string_view token;
  std::string_view language;
  FormAnswer answer = FormAnswer::ReplySent;
  std::string_view text;     // of a reply
  const PageTicket& ticket;  // of the form, where there is one
};
Result<std::string> render_answer_page(const AnswerPage& page);

// The CSP source of the style of both.
const std::string& form_style_source();

}  // namespace candid::track
