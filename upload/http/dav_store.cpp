#include "upload/http/dav_store.h"

#include <atomic>

#include <fmt/format.h>

#include "core/random.h"
#include "upload/http/dav_collections.h"
#include "upload/http/http_session.h"
#include "upload/http/http_stores.h"
#include "upload/http/object_content.h"
#include "upload/http/persistence.h"

namespace candid::upload {
namespace {

// Of putting one object anew, because what arrived was not what was sent.
constexpr int kDavAttempts = 3;
// A PUT that fails so often where an empty one succeeds.
constexpr int kMostServerFailures = 3;

// No object's name holds a tilde, so a temporary one can never be taken for one.
std::string temporary_name(std::string_view name) {
  return fmt::format("{}~{}", name, random_token(96));
}

bool is_temporary_name(std::string_view name) {
  size_t tilde = name.rfind('~');
  if (tilde == std::string_view::npos || !is_object_name(name.substr(0, tilde))) return false;
  std::string_view token = name.substr(tilde + 1);
  return token.size() == 16 && token.find_first_not_of(
                                   "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                   "0123456789-_") == std::string_view::npos;
}

class DavStore final : public Store {
 public:
  explicit DavStore(std::unique_ptr<HttpSession> session) : session_(std::move(session)), collections_(*session_) {}

  Result<std::optional<uint64_t>> size_of(std::string_view name) override;
  Result<void> put(std::string_view name, std::span<const uint8_t> bytes) override;
  Result<void> put_file(std::string_view name, const std::filesystem::path& file, const PutOptions& options) override;
  Result<std::vector<uint8_t>> get(std::string_view name) override;
  Result<void> get_file(std::string_view name, const std::filesystem::path& file) override;
  Result<void> remove(std::string_view name) override;
  std::string describe() const override { return session_->describe(); }
  Result<int> abandon_unfinished(const std::function<bool(std::string_view)>& wanted, UtcTime before) override;

 private:
  // One put, as it is handed from step to step.
  struct Put {
    std::string_view name;
    const ObjectContent& content;
    const PutOptions& options;
  };
  enum class Step { Done, Again, NoMove };

  Result<void> put_content(std::string_view name, const ObjectContent& content, const PutOptions& options);
  Result<Step> put_by_move(const Put& put);
  Result<Step> put_in_place(const Put& put);
  Result<void> send(const Put& put, const std::string& target);
  Result<bool> takes_nothing_more(const Put& put);
  Result<bool> holds(const Put& put, const std::string& target);
  Result<bool> has_content(const Put& put, const std::string& target);
  Result<Step> move(const Put& put, const std::string& temporary);
  Result<net::HttpResponse> move_request(const std::string& from, std::string_view to, bool absolute,
                                         const std::stop_token& stop);
  Result<std::optional<uint64_t>> size_at(std::string_view name, const std::stop_token& stop);
  Result<void> delete_at(std::string_view name);
  std::string url_of(std::string_view name) const { return fmt::format("{}/{}", session_->url(), name); }

  std::unique_ptr<HttpSession> session_;
  DavCollections collections_;
  std::atomic<bool> can_move_ = true;
  std::atomic<bool> absolute_destination_ = false;
};

Result<std::optional<uint64_t>> DavStore::size_at(std::string_view name, const std::stop_token& stop) {
  net::HttpResponse response = TRY(session_->send({.method = "HEAD", .url = url_of(name), .headers = {}}, stop));
  // A redirect leads to the collection of that name, which is no object.
  if (response.status == 404 || response.status == 410 || (response.status >= 300 && response.status < 400)) {
    return std::optional<uint64_t>();
  }
  if (!response.is_success()) return tl::unexpected(session_->refusal(response, fmt::format("look at {}", name)));
  if (response.header("content-type").find("unix-directory") != std::string::npos) return std::optional<uint64_t>();
  if (auto size = number_header(response, "content-length")) return size;
  return fail(ErrorKind::Unsupported, fmt::format("{} does not say how large {} is", describe(), name),
              "have it answer HEAD with Content-Length");
}

Result<std::optional<uint64_t>> DavStore::size_of(std::string_view name) {
  TRY_VOID(check_object_name(name));
  return size_at(name, {});
}

Result<void> DavStore::put(std::string_view name, std::span<const uint8_t> bytes) {
  return put_content(name, ObjectContent(bytes), {.stop = session_->settings().stop});
}

Result<void> DavStore::put_file(std::string_view name, const std::filesystem::path& file, const PutOptions& options) {
  TRY_VOID(check_object_name(name));
  return put_content(name, TRY(ObjectContent::of_file(file)), options);
}

Result<void> DavStore::put_content(std::string_view name, const ObjectContent& content, const PutOptions& options) {
  TRY_VOID(check_object_name(name));
  Put put{name, content, options};
  bool is_there = is_part_object(name) && TRY(size_at(name, options.stop)) == content.size();
  if (is_there && !options.check_content) return {};
  TRY_VOID(content.check_for(name));
  if (is_there && TRY(has_content(put, std::string(name)))) return {};
  TRY_VOID(collections_.make_above(name, options.stop));
  for (int attempt = 0; attempt < kDavAttempts; ++attempt) {
    Step step = can_move_ ? TRY(put_by_move(put)) : Step::NoMove;
    if (step == Step::NoMove) {
      can_move_ = false;
      step = TRY(put_in_place(put));
    }
    if (step == Step::Done) return {};
  }
  return tl::unexpected(damaged_on_the_way(*session_, name));
}

Result<DavStore::Step> DavStore::put_by_move(const Put& put) {
  const std::string temporary = temporary_name(put.name);
  auto step = [&]() -> Result<Step> {
    TRY_VOID(send(put, temporary));
    if (!TRY(holds(put, temporary))) return Step::Again;
    return move(put, temporary);
  }();
  if (!step || *step != Step::Done) session_->remove_best_effort(url_of(temporary));
  return step;
}

Result<DavStore::Step> DavStore::put_in_place(const Put& put) {
  const std::string target(put.name);
  TRY_VOID(send(put, target));
  if (TRY(holds(put, target))) return Step::Done;
  TRY_VOID(delete_at(target));
  return Step::Again;
}

Result<void> DavStore::send(const Put& put, const std::string& target) {
  Persistence persistence(session_->settings().retries, *session_->settings().pause);
  net::HttpRequest request{.method = "PUT",
                           .url = url_of(target),
                           .headers = {{"Content-Type", "application/octet-stream"}},
                           .body = put.content.stretch(0, put.content.size())};
  request.on_sent = persistence.watch_sending(0, put.options.progress);
  bool has_made_anew = false;
  for (int failures = 0;;) {
    net::HttpResponse response = TRY(session_->send(request, put.options.stop));
    if (response.is_success()) return {};
    if ((response.status == 404 || response.status == 409) && !has_made_anew) {
      has_made_anew = true;  // somebody removed a folder meanwhile
      collections_.forget_above(put.name);
      TRY_VOID(collections_.make_above(put.name, put.options.stop));
      continue;
    }
    Error refused = session_->refusal(response, fmt::format("put {}", put.name));
    if (response.status != 500) return tl::unexpected(std::move(refused));
    if (TRY(takes_nothing_more(put)) && ++failures == kMostServerFailures) {
      return fail(ErrorKind::NoSpace,
                  fmt::format("cannot put {}: {} takes an empty object, but not one of {} bytes (HTTP 500)", put.name,
                              describe(), put.content.size()),
                  "most likely it has no room left: free space there; its log may say more");
    }
    if (persistence.wait(put.options.stop, session_->asked_wait(response))) continue;
    if (put.options.stop.stop_requested())
      return fail(ErrorKind::Cancelled, fmt::format("stopped while {} was put", put.name));
    return tl::unexpected(std::move(refused));
  }
}

// nginx says 500 of a full disk, as of anything else; but an empty file finds room on most full disks.
Result<bool> DavStore::takes_nothing_more(const Put& put) {
  const std::string probe = temporary_name(put.name);
  net::HttpResponse response =
      TRY(session_->send({.method = "PUT", .url = url_of(probe), .headers = {}}, put.options.stop));
  if (response.is_success()) session_->remove_best_effort(url_of(probe));
  return response.is_success() && put.content.size() > 0;
}

Result<bool> DavStore::holds(const Put& put, const std::string& target) {
  if (TRY(size_at(target, put.options.stop)) != put.content.size()) return false;
  return session_->is_encrypted() ? true : has_content(put, target);
}

Result<bool> DavStore::has_content(const Put& put, const std::string& target) {
  Sha256 there = TRY(session_->sha256_of(url_of(target), put.options.stop));
  Sha256 wanted = TRY(put.content.sha256());
  return there == wanted;
}

// Older servers (Apache's among them) want a whole URL (RFC 2518), nginx behind a proxy for TLS only takes a path.
Result<net::HttpResponse> DavStore::move_request(const std::string& from, std::string_view to, bool absolute,
                                                 const std::stop_token& stop) {
  std::string destination = absolute ? url_of(to) : fmt::format("{}/{}", session_->path(), to);
  return session_->send(
      {.method = "MOVE", .url = url_of(from), .headers = {{"Destination", std::move(destination)}, {"Overwrite", "T"}}},
      stop);
}

Result<DavStore::Step> DavStore::move(const Put& put, const std::string& temporary) {
  bool absolute = absolute_destination_;
  net::HttpResponse response = TRY(move_request(temporary, put.name, absolute, put.options.stop));
  if (response.status == 400) {
    response = TRY(move_request(temporary, put.name, !absolute, put.options.stop));
    if (response.status == 400) return Step::NoMove;
    if (response.is_success()) absolute_destination_ = !absolute;
  }
  // 207 lists what went wrong.
  if (response.is_success() && response.status != 207) {
    // Something on the way may have said so in the server's name. The bytes were compared before.
    bool is_there = TRY(size_at(put.name, put.options.stop)) == put.content.size();
    return is_there ? Step::Done : Step::Again;
  }
  if (response.status == 405 || response.status == 501) return Step::NoMove;
  if (response.status == 404) {
    // The answer to a MOVE was lost, and its repetition found nothing to move.
    return TRY(holds(put, std::string(put.name))) ? Step::Done : Step::Again;
  }
  return tl::unexpected(session_->refusal(response, fmt::format("put {} in its place", put.name)));
}

Result<std::vector<uint8_t>> DavStore::get(std::string_view name) {
  TRY_VOID(check_object_name(name));
  net::HttpResponse response = TRY(session_->fetch(url_of(name)));
  TRY_VOID(check_fetched(*session_, response, name));
  return std::move(response.body);
}

Result<void> DavStore::get_file(std::string_view name, const std::filesystem::path& file) {
  TRY_VOID(check_object_name(name));
  net::HttpResponse response = TRY(session_->fetch_to_file(url_of(name), file));
  return check_fetched(*session_, response, name);
}

Result<void> DavStore::delete_at(std::string_view name) {
  net::HttpResponse response = TRY(session_->send({.method = "DELETE", .url = url_of(name), .headers = {}}));
  if ((response.is_success() && response.status != 207) || response.status == 404 || response.status == 410) return {};
  return tl::unexpected(session_->refusal(response, fmt::format("remove {}", name)));
}

Result<void> DavStore::remove(std::string_view name) {
  // A collection of that name would go with all that it holds.
  if (!TRY(size_of(name))) return {};
  return delete_at(name);
}

Result<int> DavStore::abandon_unfinished(const std::function<bool(std::string_view)>& /*wanted*/, UtcTime before) {
  int count = 0;
  auto remove_leftover = [&](const std::string& name, const DavEntry& entry) -> Result<void> {
    // The times are the server's, so `before` must be as well: the listing was just answered.
    UtcTime before_there = session_->server_clock().at(before);
    if (!is_temporary_name(name) || !entry.modified || *entry.modified >= before_there) return {};
    TRY_VOID(delete_at(name));
    ++count;
    return {};
  };
  TRY_VOID(collections_.walk(remove_leftover));
  return count;
}

net::MayGetBetter dav_judge() {
  return [](const net::HttpRequest& request, const net::HttpResponse& response) {
    if (response.status == 423) return true;
    // What 500 means is found out by DavStore::send.
    if (response.status == 500 && request.method == "PUT") return false;
    return net::may_get_better(request, response);
  };
}

}  // namespace

std::unique_ptr<Store> dav_store_over(std::unique_ptr<net::HttpTransport> transport, std::string url, HttpLogin login,
                                      const StoreSettings& settings) {
  HttpServer server{"WebDAV server", std::move(url), std::move(login), dav_judge()};
  return std::make_unique<DavStore>(std::make_unique<HttpSession>(std::move(transport), std::move(server), settings));
}

Result<std::unique_ptr<Store>> make_dav_store(const StoreAddress& address, const StoreSettings& settings) {
  HttpLogin login = TRY(find_store_login(address.url));
  return dav_store_over(net::make_curl_transport(settings.transport), address.url, std::move(login), settings);
}

}  // namespace candid::upload
