#include "track/pages/reply_video_desk.h"

#include <charconv>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "core/log.h"
#include "core/text.h"
#include "track/pages/page_assets.h"
#include "track/pages/page_words.h"
#include "track/web/answers.h"

namespace candid::track {
namespace {

constexpr std::string_view kVideo = "reply/video";
constexpr std::string_view kScript = "recorder.js";
constexpr std::string_view kFinish = "finish";
constexpr std::string_view kOwnWords = "video_";  // begins the names of the script's own words

HttpResponse json_answer(int status, const nlohmann::json& json) {
  return {status, {{"Content-Type", "application/json"}, {"Cache-Control", kNoStore}}, json.dump()};
}

HttpResponse problem(int status, std::string_view what) {
  return json_answer(status, {{"problem", what}});
}

bool has_type(const HttpRequest& request, std::string_view type) {
  return to_lower(request.header("content-type")).starts_with(type);
}

// What is asked for in JSON: the page's ticket, and for a new upload more.
struct Asked {
  PageTicket ticket{};
  std::string type{};
  uint64_t size = 0;
};

std::optional<Asked> parse(std::string_view body, bool with_upload) {
  nlohmann::json json = nlohmann::json::parse(body, nullptr, false);
  auto text = [&](const char* name) -> std::optional<std::string> {
    auto found = json.find(name);
    if (found == json.end() || !found->is_string()) return std::nullopt;
    return found->get<std::string>();
  };
  if (!json.is_object()) return std::nullopt;
  auto session = text("session");
  auto nonce = text("nonce");
  if (!session || !nonce) return std::nullopt;
  Asked asked{{std::move(*session), std::move(*nonce)}, "", 0};
  if (!with_upload) return asked;
  auto type = text("type");
  auto size = json.find("size");
  if (!type || size == json.end() || !size->is_number_unsigned()) return std::nullopt;
  asked.type = std::move(*type);
  asked.size = size->get<uint64_t>();
  return asked;
}

std::optional<uint64_t> parse_offset(std::string_view text) {
  constexpr size_t kMostDigits = 12;
  uint64_t offset = 0;
  const char* end = text.data() + text.size();
  auto [stop, status] = std::from_chars(text.data(), end, offset);
  bool is_number = status == std::errc{} && stop == end && text.size() <= kMostDigits;
  return is_number ? std::optional(offset) : std::nullopt;
}

// The answer to what the uploads refuse. What is our own fault goes to the log, without names.
HttpResponse refusal(const Error& error, std::string_view invalid) {
  switch (error.kind()) {
    case ErrorKind::NotFound:
      return problem(404, "unknown");
    case ErrorKind::InvalidInput:
      return problem(422, invalid);
    case ErrorKind::OutOfReach:
      return problem(403, "too_many");
    case ErrorKind::NoSpace:
      log::warning("track", error.describe());
      return problem(507, "no_room");
    default:
      break;
  }
  if (!error.retryable()) return failed(error);
  HttpResponse response = problem(503, "busy");
  response.headers.emplace_back("Retry-After", "1");
  return response;
}

}  // namespace

bool ReplyVideoDesk::takes(std::string_view rest) {
  return rest.starts_with(kVideo) && (rest.size() == kVideo.size() || rest[kVideo.size()] == '/');
}

bool ReplyVideoDesk::is_open(const ReplyVisit& visit) const {
  return uploads_ != nullptr && visit.page.takes_replies && may_store(visit.recording, EventKind::Reply);
}

HttpResponse ReplyVideoDesk::answer(const ReplyVisit& visit, std::string_view rest) {
  if (!is_open(visit)) return not_found();
  bool is_post = visit.request.method == Method::Post;
  rest.remove_prefix(std::min(rest.size(), kVideo.size() + 1));
  if (rest.empty()) return is_post ? begin(visit) : not_found();
  size_t slash = rest.find('/');
  const ReplyUploads::Place place{visit.link.message_id, visit.link.id, rest.substr(0, slash)};
  if (slash == std::string_view::npos && !is_post) return rest == kScript ? script(visit) : where(200, place);
  if (slash == std::string_view::npos || !is_post) return not_found();
  std::string_view what = rest.substr(slash + 1);
  return what == kFinish ? finish(visit, place) : piece(visit, place, what);
}

HttpResponse ReplyVideoDesk::script(const ReplyVisit& visit) const {
  const PageWords words = words_for(language_of_page(visit.page.language, visit.request.header("accept-language")));
  nlohmann::json own;
  for (const auto& [name, text] : words.texts) {
    if (name.starts_with(kOwnWords)) own[name.substr(kOwnWords.size())] = text;
  }
  const auto bytes = uploads_->limits().video_bytes;
  // The file is a function's expression; these are its arguments. Only ASCII, so that no character ends a line there.
  std::string text = fmt::format("({})({}, {});\n", page_assets().at("reply_video.js"),
                                 own.dump(-1, ' ', true, nlohmann::json::error_handler_t::replace), bytes);
  return {200, {{"Content-Type", "text/javascript; charset=utf-8"}, {"Cache-Control", kNoStore}}, std::move(text)};
}

HttpResponse ReplyVideoDesk::begin(const ReplyVisit& visit) {
  if (!has_type(visit.request, "application/json")) return problem(415, "type");
  if (auto wait = beginnings_.wait_or_add(fmt::to_string(visit.link.id))) return too_many_requests(*wait);
  auto asked = parse(visit.request.body, true);
  if (!asked) return problem(400, "type");
  if (!is_our_ticket(key_, visit.link.id, asked->ticket, clock_.now())) return problem(403, "ticket");
  auto id = uploads_->begin(visit.link.message_id, visit.link.id, asked->type, asked->size);
  if (!id)
    return refusal(id.error(), asked->size == 0 || asked->size > uploads_->limits().video_bytes ? "size" : "type");
  return json_answer(201, {{"id", *id}, {"piece", kReplyPiece}});
}

HttpResponse ReplyVideoDesk::piece(const ReplyVisit& visit, const ReplyUploads::Place& place, std::string_view offset) {
  // No other site's form can send this type.
  if (!has_type(visit.request, "application/octet-stream")) return problem(415, "type");
  auto from = parse_offset(offset);
  const std::string& body = visit.request.body;
  if (!from || body.empty() || body.size() > kReplyPiece) return problem(400, "size");
  if (auto wait = pieces_.wait_or_add(fmt::to_string(visit.link.id))) return too_many_requests(*wait);
  auto size = uploads_->append(place, *from, {reinterpret_cast<const uint8_t*>(body.data()), body.size()});
  if (size) return json_answer(200, {{"offset", *size}});
  return size.error().kind() == ErrorKind::Exists ? where(409, place) : refusal(size.error(), "size");
}

HttpResponse ReplyVideoDesk::where(int status, const ReplyUploads::Place& place) const {
  auto size = uploads_->received(place);
  return size ? json_answer(status, {{"offset", *size}}) : refusal(size.error(), "size");
}

HttpResponse ReplyVideoDesk::finish(const ReplyVisit& visit, const ReplyUploads::Place& place) {
  if (!has_type(visit.request, "application/json")) return problem(415, "type");
  if (auto wait = quota_.wait_or_add_report(visit.link.id)) return too_many_requests(*wait);
  auto asked = parse(visit.request.body, false);
  if (!asked) return problem(400, "type");
  if (!is_our_ticket(key_, visit.link.id, asked->ticket, clock_.now())) return problem(403, "ticket");
  if (auto finished = uploads_->finish(place); !finished) {
    return finished.error().kind() == ErrorKind::Exists ? where(409, place) : refusal(finished.error(), "unreadable");
  }
  HttpResponse response = json_answer(200, nlohmann::json::object());
  std::string body = nlohmann::json{{"video", place.id}}.dump();
  Event event = event_of_words(visit, asked->ticket, EventKind::Reply, body, clock_.now());
  // Also where the visit is not recorded, so that a repeat is no second reply: it is made of the upload's id alone.
  event.sequence = sequence_of_words(body);
  response.durable_first.push_back(std::move(event));
  return response;
}

}  // namespace candid::track
