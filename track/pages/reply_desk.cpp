#include "track/pages/reply_desk.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "core/digest.h"
#include "core/text.h"
#include "track/ledger/ledger_rules.h"
#include "track/pages/beacon.h"
#include "track/pages/form_fields.h"
#include "track/pages/form_pages.h"
#include "track/pages/media_desk.h"
#include "track/pages/page_words.h"
#include "track/web/answers.h"

namespace candid::track {
namespace {

constexpr std::array<std::string_view, 5> kForms = {"reply", "reaction", "data", "erase", "consent"};

// Line breaks as "\n", no other control characters, nothing that is not UTF-8.
std::string cleaned(std::string_view sent) {
  std::string text;
  for (char c : storable(sent)) {
    bool is_control = static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
    if (!is_control || c == '\n' || c == '\t') text += c;
  }
  return trim(text);
}

size_t characters_of(std::string_view utf8) {
  return static_cast<size_t>(
      std::count_if(utf8.begin(), utf8.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
}

PageTicket ticket_in(std::string_view body) {
  return {form_field(body, "session").value_or(""), form_field(body, "nonce").value_or("")};
}

HttpResponse answer_page(const ReplyDesk::Visit& visit, FormAnswer answer, std::string_view text = {},
                         const PageTicket& ticket = {}) {
  std::string language = language_of_page(visit.page.language, visit.request.header("accept-language"));
  auto html = render_answer_page({visit.token, language, answer, text, ticket});
  if (!html) return failed(html.error());
  bool is_problem = answer == FormAnswer::Empty || answer == FormAnswer::TooLong || answer == FormAnswer::PageTooOld;
  return {is_problem ? 422 : 200,
          {{"Content-Type", kHtml},
           {"Cache-Control", kNoStore},
           {"Content-Security-Policy", content_policy(form_style_source(), "'none'")}},
          std::move(*html)};
}

HttpResponse open_again() {
  return plain_answer(403, "This page was open for too long. Please open it again.\n");
}

}  // namespace

int64_t sequence_of_words(std::string_view body) {
  constexpr int64_t kAfterReports = int64_t{1} << 32;
  constexpr size_t kBytes = 6;
  Sha256 digest = sha256(body);
  int64_t number = 0;
  for (size_t i = 0; i < kBytes; ++i) number = number << 8 | digest[i];
  return kAfterReports + number;
}

Event event_of_words(const ReplyVisit& visit, const PageTicket& ticket, EventKind kind, std::string body, UtcTime now) {
  Event event = event_of(visit.request, visit.link, kind, now);
  event.session = ticket.session;
  event.sequence = sequence_of_words(body);
  event.body = std::move(body);
  return stripped(std::move(event), visit.recording);
}

bool ReplyDesk::takes(std::string_view name) {
  return std::find(kForms.begin(), kForms.end(), name) != kForms.end();
}

HttpResponse ReplyDesk::answer(const Visit& visit, std::string_view name) {
  if (!is_form(visit.request)) return plain_answer(415, "The form is application/x-www-form-urlencoded.\n");
  if (auto wait = quota_.wait_or_add_report(visit.link.id)) return too_many_requests(*wait);
  bool is_our_page = is_our_ticket(key_, visit.link.id, ticket_in(visit.request.body), clock_.now());
  // Words that somebody wrote are not thrown away with it.
  if (name == "reply") return reply(visit, is_our_page);
  if (!is_our_page) return open_again();
  if (name == "reaction") return reaction(visit);
  if (name == "data") return data_request(visit, "data");
  if (name == "erase") return data_request(visit, "erasure");
  return consent(visit);
}

HttpResponse ReplyDesk::reply(const Visit& visit, bool is_our_page) {
  if (!visit.page.takes_replies || !may_store(visit.recording, EventKind::Reply)) return not_found();
  std::string text = cleaned(form_field(visit.request.body, "text").value_or(""));
  PageTicket fresh = issue_ticket(key_, visit.link.id, clock_.now());
  if (!is_our_page) return answer_page(visit, FormAnswer::PageTooOld, text, fresh);
  if (text.empty()) return answer_page(visit, FormAnswer::Empty, text, fresh);
  if (characters_of(text) > kLongestReply) return answer_page(visit, FormAnswer::TooLong, text, fresh);
  HttpResponse response = answer_page(visit, FormAnswer::ReplySent, text);
  response.durable_first.push_back(event_of_form(visit, EventKind::Reply, nlohmann::json{{"text", text}}.dump()));
  return response;
}

HttpResponse ReplyDesk::reaction(const Visit& visit) const {
  if (!visit.page.takes_replies || !may_store(visit.recording, EventKind::Reaction)) return not_found();
  std::string name = form_field(visit.request.body, "name").value_or("");
  if (!is_reaction(name)) return plain_answer(400, "This reaction is not known.\n");
  HttpResponse response = answer_page(visit, FormAnswer::ReactionSent);
  Event event = event_of_form(visit, EventKind::Reaction, nlohmann::json{{"name", name}}.dump());
  event.sequence.reset();  // the latest counts, also one that was chosen before
  response.durable_first.push_back(std::move(event));
  return response;
}

HttpResponse ReplyDesk::data_request(const Visit& visit, std::string_view what) const {
  if (!may_store(visit.recording, EventKind::Reply, true)) return not_found();
  HttpResponse response = answer_page(visit, what == "data" ? FormAnswer::DataAsked : FormAnswer::ErasureAsked);
  response.durable_first.push_back(event_of_form(visit, EventKind::Reply, nlohmann::json{{"request", what}}.dump()));
  return response;
}

HttpResponse ReplyDesk::consent(const Visit& visit) const {
  if (visit.page.tracking != Tracking::Consent) return not_found();
  HttpResponse response{303, {{"Location", fmt::format("../{}", visit.token)}, {"Cache-Control", kNoStore}}, ""};
  if (visit.recording != Recording::AskFirst) return response;
  // With it the visit may be recorded, so it names the page load.
  Visit agreed{visit.request, visit.token, visit.link, visit.page, Recording::On};
  Event event = event_of_form(agreed, EventKind::Consent, R"({"agreed":true})");
  event.sequence.reset();
  response.durable_first.push_back(std::move(event));
  return response;
}

Event ReplyDesk::event_of_form(const Visit& visit, EventKind kind, std::string body) const {
  return event_of_words(visit, ticket_in(visit.request.body), kind, std::move(body), clock_.now());
}

}  // namespace candid::track
