#include "upload/http/candid_store.h"

#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "core/encoding.h"
#include "upload/http/http_session.h"
#include "upload/http/http_stores.h"
#include "upload/http/name_locks.h"
#include "upload/http/object_content.h"
#include "upload/http/persistence.h"
#include "upload/http/piece_length.h"

namespace candid::upload {
namespace {

// Of one object, because the whole was not what was sent; of one piece, likewise.
constexpr int kCandidAttempts = 3;
constexpr int kMostDamaged = 5;
// Answers that no such server gives, in a row: proxies may give one now and then, other kinds of servers for ever.
constexpr int kMostStrange = 5;
// Of reading an object while others replace it again and again.
constexpr int kMostReads = 100;

// RFC 9530.
std::string digest_field(const Sha256& digest) {
  return fmt::format("sha-256=:{}:", to_base64(digest));
}

// Of the 400s, only a piece that was damaged on its way may fare better.
bool says_retryable(const net::HttpResponse& response) {
  auto json = nlohmann::json::parse(response.body.begin(), response.body.end(), nullptr, false);
  if (!json.is_object() || !json.contains("error") || !json["error"].is_object()) return false;
  auto retryable = json["error"].find("retryable");
  return retryable != json["error"].end() && retryable->is_boolean() && retryable->get<bool>();
}

class CandidStore final : public Store {
 public:
  explicit CandidStore(std::unique_ptr<HttpSession> session) : session_(std::move(session)) {}

  Result<std::optional<uint64_t>> size_of(std::string_view name) override;
  Result<void> put(std::string_view name, std::span<const uint8_t> bytes) override;
  Result<void> put_file(std::string_view name, const std::filesystem::path& file, const PutOptions& options) override;
  Result<std::vector<uint8_t>> get(std::string_view name) override;
  Result<void> get_file(std::string_view name, const std::filesystem::path& file) override;
  Result<void> remove(std::string_view name) override;
  std::string describe() const override { return session_->describe(); }

 private:
  // One put, as it is handed from step to step; the name is locked meanwhile.
  struct Put {
    std::string_view name;
    const ObjectContent& content;
    const PutOptions& options;
    std::string digest{};  // Repr-Digest
    Persistence persistence;
    uint64_t offset = 0;
    uint64_t furthest = 0;
    uint64_t length = 0;    // of the piece that was sent last
    bool must_ask = false;  // before the next piece, as nobody knows what is there
    int damaged = 0;        // pieces in a row
    int strange = 0;        // answers in a row
  };
  enum class Step { GoOn, Whole, Damaged };

  Result<std::optional<uint64_t>> size_at(std::string_view name, const std::stop_token& stop);
  Result<void> put_content(std::string_view name, const ObjectContent& content, const PutOptions& options);
  Result<Step> send_rest(Put& put);
  Result<net::HttpResponse> ask(const Put& put);
  Result<net::HttpResponse> send_piece(Put& put);
  Result<Step> follow(Put& put, const net::HttpResponse& response);
  Result<Step> go_to_offset(Put& put, const net::HttpResponse& response);
  Result<Step> try_again(Put& put, Error failure, std::optional<std::chrono::milliseconds> asked = {});
  using Stayed = std::function<Result<bool>(const net::HttpResponse&)>;
  using Fetch = std::function<Result<net::HttpResponse>(const std::string& url, const Stayed& stayed)>;
  Result<net::HttpResponse> read(std::string_view name, const Fetch& fetch);
  std::string url_of(std::string_view name) const { return fmt::format("{}/api/store/{}", session_->url(), name); }

  std::unique_ptr<HttpSession> session_;
  NameLocks locks_;
  PieceLength pieces_;
};

Result<std::optional<uint64_t>> CandidStore::size_at(std::string_view name, const std::stop_token& stop) {
  net::HttpResponse response = TRY(session_->send({.method = "HEAD", .url = url_of(name), .headers = {}}, stop));
  if (response.status == 404) return std::optional<uint64_t>();
  if (!response.is_success()) return tl::unexpected(session_->refusal(response, fmt::format("look at {}", name)));
  if (auto size = number_header(response, "content-length")) return size;
  return fail(ErrorKind::Unsupported, fmt::format("{} does not say how large {} is", describe(), name),
              "check that the address is that of a candid server");
}

Result<std::optional<uint64_t>> CandidStore::size_of(std::string_view name) {
  TRY_VOID(check_object_name(name));
  return size_at(name, {});
}

Result<void> CandidStore::put(std::string_view name, std::span<const uint8_t> bytes) {
  return put_content(name, ObjectContent(bytes), {.stop = session_->settings().stop});
}

Result<void> CandidStore::put_file(std::string_view name, const std::filesystem::path& file,
                                   const PutOptions& options) {
  TRY_VOID(check_object_name(name));
  return put_content(name, TRY(ObjectContent::of_file(file)), options);
}

Result<void> CandidStore::put_content(std::string_view name, const ObjectContent& content, const PutOptions& options) {
  TRY_VOID(check_object_name(name));
  auto lock = locks_.acquire(name, options.stop);
  if (!lock) return fail(ErrorKind::Cancelled, fmt::format("stopped before {} was put", name));
  bool has_size = is_part_object(name) && TRY(size_at(name, options.stop)) == content.size();
  if (has_size && !options.check_content) return {};
  Sha256 digest = TRY(content.sha256());
  TRY_VOID(content.check_for(name));
  for (int attempt = 0; attempt < kCandidAttempts; ++attempt) {
    Put put{.name = name,
            .content = content,
            .options = options,
            .digest = digest_field(digest),
            .persistence = Persistence(session_->settings().retries, *session_->settings().pause)};
    // What fits one piece has nothing to resume; without a byte there is no piece, and asking makes the object. To a
    // question the server compares what it has with the digest.
    put.must_ask = content.size() > pieces_.current() || content.size() == 0 || has_size;
    if (TRY(send_rest(put)) == Step::Damaged) continue;
    return {};
  }
  return tl::unexpected(damaged_on_the_way(*session_, name));
}

Result<CandidStore::Step> CandidStore::send_rest(Put& put) {
  for (;;) {
    if (put.options.stop.stop_requested())
      return fail(ErrorKind::Cancelled, fmt::format("stopped while {} was put", put.name));
    auto answer = put.must_ask ? ask(put) : send_piece(put);
    // A question was repeated already for as long as it is worth it.
    if (!answer && (put.must_ask || !answer.error().retryable())) return tl::unexpected(std::move(answer).error());
    if (!put.must_ask && put.persistence.has_sent() && was_cut(answer)) pieces_.was_cut(put.length);
    Step step = answer ? TRY(follow(put, *answer)) : TRY(try_again(put, answer.error()));
    if (step != Step::GoOn) return step;
  }
}

Result<net::HttpResponse> CandidStore::ask(const Put& put) {
  net::HttpRequest request{.method = "PUT", .url = url_of(put.name), .headers = {{"Repr-Digest", put.digest}}};
  request.headers["Content-Range"] = fmt::format("bytes */{}", put.content.size());
  return session_->send(std::move(request), put.options.stop);
}

Result<net::HttpResponse> CandidStore::send_piece(Put& put) {
  const uint64_t length = std::min(pieces_.current(), put.content.size() - put.offset);
  put.length = length;
  net::HttpRequest request{.method = "PUT",
                           .url = url_of(put.name),
                           .headers = {{"Repr-Digest", put.digest}, {"Content-Type", "application/octet-stream"}},
                           .body = put.content.stretch(put.offset, length)};
  request.headers["Content-Range"] =
      fmt::format("bytes {}-{}/{}", put.offset, put.offset + length - 1, put.content.size());
  Sha256 digest = TRY(put.content.sha256_of(put.offset, length));
  request.headers["Content-Digest"] = digest_field(digest);
  request.on_sent = put.persistence.watch_sending(put.offset, put.options.progress);
  // Repeating it would send bytes that may be there by now.
  return session_->send_once(std::move(request), put.options.stop);
}

Result<CandidStore::Step> CandidStore::follow(Put& put, const net::HttpResponse& response) {
  auto refused = [&] { return session_->refusal(response, fmt::format("put {}", put.name)); };
  switch (response.status) {
    case 201:
      return Step::Whole;
    case 202:
    case 409:
      return go_to_offset(put, response);
    case 400:
      if (!says_retryable(response)) return tl::unexpected(refused());
      if (++put.damaged == kMostDamaged) return tl::unexpected(damaged_on_the_way(*session_, put.name));
      return try_again(put, refused());
    case 413:
      if (put.must_ask || !pieces_.was_too_long(put.length)) return tl::unexpected(refused());
      return Step::GoOn;
    case 422:
      return Step::Damaged;
    default:
      break;
  }
  if (response.is_success() && ++put.strange < kMostStrange) return try_again(put, refused());
  if (put.must_ask || !session_->may_get_better({.method = "PUT", .url = {}, .headers = {}}, response)) {
    return tl::unexpected(refused());
  }
  return try_again(put, refused(), session_->asked_wait(response));
}

Result<CandidStore::Step> CandidStore::go_to_offset(Put& put, const net::HttpResponse& response) {
  std::optional<uint64_t> offset = number_header(response, "upload-offset");
  if (!offset || *offset >= put.content.size()) {
    return fail(ErrorKind::Unsupported, fmt::format("{} does not say how much of {} it has", describe(), put.name),
                "check that the address is that of a candid server");
  }
  put.offset = *offset;
  put.strange = 0;
  if (*offset > put.furthest) {
    if (!put.must_ask) pieces_.got_there(put.length);
    put.furthest = *offset;
    put.damaged = 0;
    put.persistence.got_further();
  } else if (!put.must_ask) {
    // A piece that moved nothing: somebody else sends the same object.
    TRY(try_again(put, session_->refusal(response, fmt::format("put {}", put.name))));
  }
  put.must_ask = false;
  return Step::GoOn;
}

Result<CandidStore::Step> CandidStore::try_again(Put& put, Error failure,
                                                 std::optional<std::chrono::milliseconds> asked) {
  put.must_ask = true;
  if (put.persistence.wait(put.options.stop, asked)) return Step::GoOn;
  if (put.options.stop.stop_requested())
    return fail(ErrorKind::Cancelled, fmt::format("stopped while {} was put", put.name));
  return tl::unexpected(std::move(failure));
}

// A server opens what it sends after it told how long it is, so that an object that is replaced in between may come
// with the length of the old one: it is read again until it stayed what it was.
Result<net::HttpResponse> CandidStore::read(std::string_view name, const Fetch& fetch) {
  TRY_VOID(check_object_name(name));
  for (int i = 0; i < kMostReads; ++i) {
    bool is_same = true;
    auto stayed = [&](const net::HttpResponse& response) -> Result<bool> {
      std::string version = response.header("etag");
      if (version.empty() || is_part_object(name)) return true;
      net::HttpResponse now = TRY(session_->send({.method = "HEAD", .url = url_of(name), .headers = {}}));
      is_same = now.header("etag") == version;
      return is_same;
    };
    net::HttpResponse response = TRY(fetch(url_of(name), stayed));
    TRY_VOID(check_fetched(*session_, response, name));
    if (is_same) return response;
  }
  Error error(ErrorKind::Network, fmt::format("{} is replaced in {} again and again", name, describe()), "try again");
  return tl::unexpected(std::move(error).retry_may_help());
}

Result<std::vector<uint8_t>> CandidStore::get(std::string_view name) {
  auto fetch = [&](const std::string& url, const auto& stayed) -> Result<net::HttpResponse> {
    net::HttpResponse response = TRY(session_->fetch(url));
    if (response.is_success()) TRY(stayed(response));
    return response;
  };
  net::HttpResponse response = TRY(read(name, fetch));
  return std::move(response.body);
}

Result<void> CandidStore::get_file(std::string_view name, const std::filesystem::path& file) {
  TRY(read(name,
           [&](const std::string& url, const auto& stayed) { return session_->fetch_to_file(url, file, stayed); }));
  return {};
}

Result<void> CandidStore::remove(std::string_view name) {
  TRY_VOID(check_object_name(name));
  net::HttpResponse response = TRY(session_->send({.method = "DELETE", .url = url_of(name), .headers = {}}));
  if (response.is_success() || response.status == 404) return {};
  return tl::unexpected(session_->refusal(response, fmt::format("remove {}", name)));
}

}  // namespace

std::unique_ptr<Store> candid_store_over(std::unique_ptr<net::HttpTransport> transport, std::string url,
                                         HttpLogin login, const StoreSettings& settings) {
  HttpServer server{"candid server", std::move(url), std::move(login)};
  return std::make_unique<CandidStore>(
      std::make_unique<HttpSession>(std::move(transport), std::move(server), settings));
}

Result<std::unique_ptr<Store>> make_candid_store(const StoreAddress& address, const StoreSettings& settings) {
  HttpLogin login = TRY(find_api_login(address.url));
  return candid_store_over(net::make_curl_transport(settings.transport), address.url, std::move(login), settings);
}

}  // namespace candid::upload
