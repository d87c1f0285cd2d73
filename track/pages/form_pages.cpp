#include "track/pages/form_pages.h"

#include <fmt/format.h>

#include "track/pages/page_assets.h"
#include "track/pages/page_template.h"
#include "track/pages/reply_desk.h"

namespace candid::track {
namespace {

std::string form_style() {
  return std::string(page_assets().at("form.css"));
}

// The name of what is said, in words.json.
const char* words_of(FormAnswer answer) {
  switch (answer) {
    case FormAnswer::ReplySent:
      return "sent_reply";
    case FormAnswer::ReactionSent:
      return "sent_reaction";
    case FormAnswer::DataAsked:
      return "sent_data";
    case FormAnswer::ErasureAsked:
      return "sent_erase";
    case FormAnswer::Empty:
      return "reply_empty";
    case FormAnswer::TooLong:
      return "reply_long";
    case FormAnswer::PageTooOld:
      return "reply_again";
  }
  return "sent_reply";
}

}  // namespace

Result<std::string> render_passcode_page(std::string_view token, std::string_view language, PasscodeNotice notice,
                                         std::chrono::seconds wait) {
  const PageWords words = words_for(language);
  PageValues values;
  values.set_words(words);
  values.texts["title"] = words.texts.at("passcode_title");
  values.texts["action"] = notice == PasscodeNotice::None ? fmt::format("{}/passcode", token) : std::string("passcode");
  values.texts["wait_minutes"] = fmt::to_string(std::chrono::ceil<std::chrono::minutes>(wait).count());
  values.flags["wrong"] = notice == PasscodeNotice::Wrong;
  values.flags["wait"] = notice == PasscodeNotice::Wait;
  values.texts["style"] = form_style();
  return render_template("passcode.html", values);
}

Result<std::string> render_answer_page(const AnswerPage& page) {
  const PageWords words = words_for(page.language);
  PageValues values;
  values.set_words(words);
  bool is_problem =
      page.answer == FormAnswer::Empty || page.answer == FormAnswer::TooLong || page.answer == FormAnswer::PageTooOld;
  values.flags["is_problem"] = is_problem;
  values.texts["title"] = words.texts.at(is_problem ? "answer" : "sent_thanks");
  values.texts["told"] = words.texts.at(words_of(page.answer));
  values.flags["is_reply"] = page.answer == FormAnswer::ReplySent;
  values.texts["text"] = std::string(page.text);
  values.texts["token"] = std::string(page.token);
  values.texts["session"] = page.ticket.session;
  values.texts["nonce"] = page.ticket.nonce;
  values.texts["longest_reply"] = fmt::to_string(kLongestReply);
  values.texts["style"] = form_style();
  return render_template("answer.html", values);
}

const std::string& form_style_source() {
  static const std::string source = style_source("form.css");
  return source;
}

}  // namespace candid::track
