#include "track/pages/media_desk.h"

#include <algorithm>

#include <fmt/format.h>

#include "core/log.h"
#include "track/evidence/media_bytes.h"
#include "track/web/answers.h"

namespace candid::track {
namespace {

// Each use asks whether the link has ended; the browser keeps the bytes and is told that they are still the same.
constexpr const char* kAskEachTime = "private, no-cache";
constexpr size_t kLongestAgent = 512;  // what is stored of a User-Agent header
constexpr size_t kRememberedViews = 20'000;
constexpr uint64_t kProbeBytes = 2;  // Safari asks for bytes 0-1 to learn the size
constexpr std::string_view kVideo = "video.mp4";
constexpr std::string_view kPoster = "poster.jpg";
constexpr std::string_view kCaptions = "captions.vtt";
constexpr std::string_view kLogo = "logo.png";
// Says nothing about the candidate: downloads lie on shared computers.
constexpr const char* kAttachment = "attachment; filename=\"video-message.mp4\"";

struct Address {
  std::string_view grant;
  std::string_view name;
};

Address split(std::string_view rest) {
  size_t slash = rest.find('/');
  if (slash == std::string_view::npos) return {rest, {}};
  return {rest.substr(0, slash), rest.substr(slash + 1)};
}

std::string_view media_ref(const MessageRecord& message, std::string_view name) {
  if (name == kVideo) return message.video_ref;
  if (name == kPoster) return message.poster_ref;
  if (name == kCaptions) return message.captions_ref;
  if (name == kLogo) return message.page.logo.ref;
  return {};
}

// As one event says it, however many ranges there are: the first byte, and how many in all.
ByteRange total(const RequestedRanges& wanted) {
  ByteRange all;
  for (const ByteRange& range : wanted.ranges) all.length += range.length;
  if (!wanted.ranges.empty()) all.first = wanted.ranges.front().first;
  return all;
}

// Whether it would show more than that there is a video.
bool plays(const HttpRequest& request, const RequestedRanges& wanted) {
  bool is_probe = wanted.answer == RangeAnswer::Part &&
                  std::all_of(wanted.ranges.begin(), wanted.ranges.end(),
                              [](const ByteRange& range) { return range.end() <= kProbeBytes; });
  return request.method == Method::Get && !is_probe;
}

HttpResponse send(const HttpRequest& request, const MediaFile& file, const Validators& validators) {
  // Where the bytes lie says what may be kept of them; the way there is never kept.
  if (!file.redirect.empty()) return {302, {{"Location", file.redirect}, {"Cache-Control", kNoStore}}, ""};
  HttpResponse response = media_answer(request, file, validators);
  if (response.status != 412) response.headers.emplace_back("Cache-Control", kAskEachTime);
  return response;
}

}  // namespace

HttpResponse views_used_up() {
  return plain_answer(403, "The views of this link are used up.\n");
}

Event event_of(const HttpRequest& request, const LinkRecord& link, EventKind kind, UtcTime now) {
  Event event;
  event.link_id = link.id;
  event.received_at = now;
  event.kind = kind;
  event.agent = request.header("user-agent").substr(0, kLongestAgent);
  event.network = request.network;
  return event;
}

std::string MediaDesk::grant(int64_t link_id, std::string_view session) const {
  return sign_grant(key_, {link_id, std::string(session), clock_.now() + kGrantLifetime});
}

std::optional<MediaGrant> MediaDesk::read(std::string_view text) const {
  return read_grant(key_, text, clock_.now());
}

bool MediaDesk::is_granted(std::string_view rest) const {
  return read(split(rest).grant).has_value();
}

HttpResponse MediaDesk::answer(const HttpRequest& request, std::string_view rest) {
  auto [grant_text, name] = split(rest);
  auto grant = read(grant_text);
  // A tab that was left open asks with what it has; that is no guess.
  if (!grant) return read_signed_grant(key_, grant_text) ? not_found() : missed();
  if (grant->session.empty() && name != kPoster) return not_found();
  auto found = ledger_.find_linked(grant->link_id);
  if (!found) return failed(found.error());
  if (!*found) return not_found();
  const auto& [link, message] = **found;
  auto recording = policy_.recording(link, message.page);
  if (!recording) return failed(recording.error());
  auto file = find(message, name);
  if (!file) return file.error().kind() == ErrorKind::NotFound ? not_found() : failed(file.error());
  const Opened opened{link, grant->session, *recording};
  const Validators validators = validators_of(*file, message.published_at, clock_.now());
  if (name == kVideo) return video(request, opened, *file, validators);
  if (name == kCaptions) {
    auto open = may_read_captions(opened);
    if (!open) return failed(open.error());
    if (!*open) return views_used_up();
  }
  HttpResponse response = send(request, *file, validators);  // no open pixel: a fetched poster is not an event
  // Previews show the poster on other sites' pages.
  if (grant->session.empty()) response.headers.emplace_back("Cross-Origin-Resource-Policy", "cross-origin");
  return response;
}

Result<MediaFile> MediaDesk::find(const MessageRecord& message, std::string_view name) const {
  std::string_view ref = media_ref(message, name);
  if (ref.empty()) return fail(ErrorKind::NotFound, "the message has no such file");
  auto file = media_.find(ref);
  if (!file && file.error().kind() == ErrorKind::NotFound) {
    log::warning("track", fmt::format("message {}: {} is not in the store", message.message_id, name));
  }
  return file;
}

HttpResponse MediaDesk::video(const HttpRequest& request, const Opened& opened, const MediaFile& file,
                              const Validators& validators) {
  const LinkRecord& link = opened.link;
  const RequestedRanges wanted = wanted_ranges(request, validators, file.size);
  HttpResponse response = send(request, file, validators);
  const bool gives_bytes = response.status == 200 || response.status == 206 || response.status == 302;
  // What is refused shows nothing, and uses up no view; a copy that is told to be good (304) shows it all.
  if ((gives_bytes || response.status == 304) && plays(request, wanted)) {
    auto admitted = admit(link, opened.session, opened.recording);
    if (!admitted) return failed(admitted.error());
    if (!*admitted) return views_used_up();
  }
  if (link.terms.may_download && request.query == kDownloadQuery) {
    response.headers.emplace_back("Content-Disposition", kAttachment);
  }
  const bool is_counted = opened.recording == Recording::Counted;
  if (!is_counted && !may_store(opened.recording, EventKind::Media)) return response;
  const ByteRange asked = total(wanted);
  auto event = [&](EventKind kind) {
    Event made = event_of(request, link, kind, clock_.now());
    made.session = opened.session;  // the address was given out with that page load
    return made;
  };
  if (request.method == Method::Head) {
    if (is_counted) {
      visits_.add(event(EventKind::Head));
    } else {
      response.record.push_back(event(EventKind::Head));
    }
  } else if (gives_bytes && asked.length > 0) {
    Event fetched = event(EventKind::Media);
    fetched.body = fmt::format("{{\"first\":{},\"length\":{},\"size\":{}}}", asked.first, asked.length, file.size);
    if (is_counted) {
      response.after_body = count_fetch(std::move(fetched), std::holds_alternative<MediaBody>(response.body));
    } else {
      response.record.push_back(std::move(fetched));
    }
  }
  return response;
}

std::function<void(uint64_t)> MediaDesk::count_fetch(Event fetched, bool is_sent_here) {
  return [this, fetched = std::move(fetched), is_sent_here](uint64_t sent) {
    Event whole = fetched;
    if (is_sent_here) note_sent(whole, sent);  // what a bucket sends is not known here
    visits_.add(std::move(whole));
  };
}

// Browsers fetch captions before anybody plays, so they use up no view; but they say what the video says, so they end
// with the last one.
Result<bool> MediaDesk::may_read_captions(const Opened& opened) {
  const LinkTerms& terms = opened.link.terms;
  if (!terms.view_limit || opened.link.views < *terms.view_limit) return true;
  return admit(opened.link, opened.session, opened.recording);  // no view is left to be counted
}

Result<bool> MediaDesk::admit(const LinkRecord& link, const std::string& session, Recording recording) {
  // A page load that is counted is named in the ledger.
  if (!link.terms.view_limit && recording != Recording::On) return true;
  std::pair view(link.id, session);
  {
    std::lock_guard lock(mutex_);
    if (admitted_.contains(view)) return true;
  }
  auto admitted = ledger_.admit_view(link.id, session);
  if (!admitted && !link.terms.view_limit) {
    // Nothing is to be counted exactly, so a ledger that cannot write does not stop the video.
    log::error("track", admitted.error().describe());
    return true;
  }
  if (admitted && *admitted) {
    std::lock_guard lock(mutex_);
    if (admitted_.size() >= kRememberedViews) admitted_.clear();  // the ledger knows them
    admitted_.insert(std::move(view));
  }
  return admitted;
}

}  // namespace candid::track
