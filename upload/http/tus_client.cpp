#include "upload/http/tus_client.h"

#include <algorithm>

#include <fmt/format.h>

#include "core/encoding.h"

namespace candid::upload {
namespace {

constexpr int kChecksumMismatch = 460;
// Pieces that arrive damaged in a row.
constexpr int kMostMismatches = 5;
// Answers that no such server gives, in a row: proxies may give one now and then.
constexpr int kMostStrange = 5;

std::map<std::string, std::string> headers() {
  return {{"Tus-Resumable", "1.0.0"}};
}

bool is_gone(int status) {
  return status == 404 || status == 410;
}

bool has_item(std::string_view list, std::string_view wanted) {
  while (!list.empty()) {
    size_t comma = std::min(list.find(','), list.size());
    std::string_view item = list.substr(0, comma);
    list.remove_prefix(std::min(comma + 1, list.size()));
    while (item.starts_with(' ')) item.remove_prefix(1);
    while (item.ends_with(' ')) item.remove_suffix(1);
    if (item == wanted) return true;
  }
  return false;
}

}  // namespace

Result<TusClient::Abilities> TusClient::abilities(const std::stop_token& stop) {
  {
    std::lock_guard lock(mutex_);
    if (abilities_) return *abilities_;
  }
  net::HttpResponse response =
      TRY(session_.send({.method = "OPTIONS", .url = session_.url(), .headers = headers()}, stop));
  if (!response.is_success()) return tl::unexpected(session_.refusal(response, "ask what the server can do"));
  if (!has_item(response.header("tus-version"), "1.0.0") || !has_item(response.header("tus-extension"), "creation")) {
    return fail(ErrorKind::Unsupported, fmt::format("{} does not speak tus 1.0.0 with creation", session_.describe()),
                "check the path in the store's address");
  }
  Abilities found;
  found.has_checksums = has_item(response.header("tus-extension"), "checksum") &&
                        has_item(response.header("tus-checksum-algorithm"), "sha256");
  found.most_bytes = number_header(response, "tus-max-size");
  std::lock_guard lock(mutex_);
  abilities_ = found;
  return found;
}

Result<bool> TusClient::has_checksums(const std::stop_token& stop) {
  return TRY(abilities(stop)).has_checksums;
}

// A server behind a proxy may name itself as it is known inside, or http instead of https. Neither secrets nor bytes go
// anywhere but to the address that was given.
std::string TusClient::resolve(std::string_view location) const {
  if (size_t scheme = location.find("://"); scheme != std::string_view::npos) {
    size_t slash = location.find('/', scheme + 3);
    location = slash == std::string_view::npos ? std::string_view("/") : location.substr(slash);
  }
  if (location.starts_with("//")) location.remove_prefix(std::min(location.find('/', 2), location.size()));
  if (location.starts_with('/')) return fmt::format("{}{}", session_.origin(), location);
  // Relative to the last slash of the address (RFC 3986 §5.2.3).
  std::string base = session_.path();
  base = base.substr(0, base.rfind('/') + 1);
  return fmt::format("{}{}{}", session_.origin(), base.empty() ? "/" : base, location);
}

Result<std::string> TusClient::create(std::string_view name, uint64_t size, const std::stop_token& stop) {
  Abilities able = TRY(abilities(stop));
  if (able.most_bytes && *able.most_bytes > 0 && size > *able.most_bytes) {
    return fail(ErrorKind::NoSpace,
                fmt::format("cannot put {}: {} takes at most {} bytes, not {}", name, session_.describe(),
                            *able.most_bytes, size),
                "have its limit raised (Tus-Max-Size)");
  }
  net::HttpRequest request{.method = "POST", .url = session_.url(), .headers = headers()};
  request.headers["Upload-Length"] = std::to_string(size);
  request.headers["Upload-Metadata"] = fmt::format("filename {}", to_base64(bytes_of(name)));
  net::HttpResponse response = TRY(session_.send(request, stop));
  Persistence persistence(session_.settings().retries, *session_.settings().pause);
  for (int strange = 1; response.is_success() && response.status != 201 && strange < kMostStrange; ++strange) {
    if (!persistence.wait(stop)) break;
    response = TRY(session_.send(request, stop));
  }
  if (response.status != 201) return tl::unexpected(session_.refusal(response, fmt::format("put {}", name)));
  std::string location = response.header("location");
  // It is written down and sent back: nothing that could end a line may be in it.
  bool is_sound = !location.empty() && location.size() < 2048 &&
                  std::all_of(location.begin(), location.end(), [](char c) { return c > 0x20 && c < 0x7f; });
  if (!is_sound) {
    return fail(ErrorKind::Unsupported, fmt::format("{} made an upload and did not say where", session_.describe()),
                "check that the address is that of a tus server");
  }
  return resolve(location);
}

Result<std::optional<TusClient::State>> TusClient::look(const std::string& url, const std::stop_token& stop) {
  net::HttpResponse response = TRY(session_.send({.method = "HEAD", .url = url, .headers = headers()}, stop));
  if (is_gone(response.status)) return std::optional<State>();
  if (!response.is_success()) return tl::unexpected(session_.refusal(response, "look at an upload"));
  auto offset = number_header(response, "upload-offset");
  auto size = number_header(response, "upload-length");
  if (!offset || !size || *offset > *size) {
    return fail(ErrorKind::Corrupt, fmt::format("{} does not say how far an upload came", session_.describe()),
                "check that the address is that of a tus server");
  }
  return std::optional<State>(State{*offset, *size});
}

Result<net::HttpResponse> TusClient::send_piece(Sending& sending) {
  const uint64_t offset = sending.offset;
  sending.length = std::min(pieces_.current(), sending.content.size() - offset);
  net::HttpRequest request{.method = "PATCH",
                           .url = sending.url,
                           .headers = headers(),
                           .body = sending.content.stretch(offset, sending.length)};
  request.headers["Content-Type"] = "application/offset+octet-stream";
  request.headers["Upload-Offset"] = std::to_string(offset);
  if (TRY(has_checksums(sending.options.stop))) {
    Sha256 digest = TRY(sending.content.sha256_of(offset, sending.length));
    request.headers["Upload-Checksum"] = fmt::format("sha256 {}", to_base64(digest));
  }
  request.on_sent = sending.persistence.watch_sending(offset, sending.options.progress);
  // Repeating it would send bytes that may be there by now.
  return session_.send_once(std::move(request), sending.options.stop);
}

Result<TusClient::Sent> TusClient::send_from(uint64_t offset, const std::string& url, const ObjectContent& content,
                                             const PutOptions& options) {
  Sending sending{.url = url,
                  .content = content,
                  .options = options,
                  .persistence = Persistence(session_.settings().retries, *session_.settings().pause),
                  .offset = offset,
                  .furthest = offset};
  while (sending.offset < content.size()) {
    auto answer = send_piece(sending);
    if (answer && is_gone(answer->status)) return Sent::Lost;
    // A proxy's word, of which the server learned nothing.
    if (answer && answer->status == 413 && pieces_.was_too_long(sending.length)) continue;
    if (answer && answer->status == kChecksumMismatch && ++sending.mismatches == kMostMismatches) return Sent::Damaged;
    std::optional<uint64_t> now;
    if (answer && answer->is_success()) now = number_header(*answer, "upload-offset");
    if (now && *now > sending.offset) {
      pieces_.got_there(sending.length);
    } else {
      now = TRY(offset_after(sending, answer));
    }
    if (!now || *now > content.size()) return Sent::Lost;
    if (*now > sending.furthest) {
      sending.persistence.got_further();
      sending.mismatches = 0;
      sending.furthest = *now;
    }
    sending.offset = *now;
  }
  return Sent::Whole;
}

// It was not sent, not answered, damaged, or begun at the wrong place.
Result<std::optional<uint64_t>> TusClient::offset_after(Sending& sending, const Result<net::HttpResponse>& answer) {
  const std::stop_token& stop = sending.options.stop;
  bool may_resume = answer
                        ? answer->status == 409 || answer->status == kChecksumMismatch || answer->is_success() ||
                              session_.may_get_better({.method = "PATCH", .url = sending.url, .headers = {}}, *answer)
                        : answer.error().retryable();
  if (!may_resume || !sending.persistence.wait(stop, answer ? session_.asked_wait(*answer) : std::nullopt)) {
    if (stop.stop_requested()) return fail(ErrorKind::Cancelled, "stopped while sending");
    return tl::unexpected(answer ? session_.refusal(*answer, "send a piece") : answer.error());
  }
  auto state = TRY(look(sending.url, stop));
  if (!state || state->size != sending.content.size()) return std::optional<uint64_t>();
  // A server that compares no checksums keeps what came of a piece that was cut, and long ones do as well there.
  bool stayed = state->offset > sending.offset;
  if (!stayed && sending.persistence.has_sent() && was_cut(answer)) pieces_.was_cut(sending.length);
  return std::optional<uint64_t>(state->offset);
}

Result<void> TusClient::terminate(const std::string& url) {
  net::HttpResponse response = TRY(session_.send({.method = "DELETE", .url = url, .headers = headers()}));
  if (response.is_success() || is_gone(response.status)) return {};
  return tl::unexpected(session_.refusal(response, "remove an upload"));
}

}  // namespace candid::upload
