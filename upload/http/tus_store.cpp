#include "upload/http/tus_store.h"

#include <fmt/format.h>

#include "core/files.h"
#include "upload/http/http_session.h"
#include "upload/http/http_stores.h"
#include "upload/http/name_locks.h"
#include "upload/http/object_content.h"
#include "upload/http/tus_client.h"
#include "upload/http/tus_note.h"

namespace candid::upload {
namespace {

// Of putting one object anew, because its upload was lost or damaged.
constexpr int kTusAttempts = 3;
// Of reading an object while others replace it again and again.
constexpr int kMostReads = 1000;

class TusStore final : public Store {
 public:
  explicit TusStore(std::unique_ptr<HttpSession> session)
      : session_(std::move(session)), client_(*session_), notes_(*session_->settings().notes) {}

  Result<std::optional<uint64_t>> size_of(std::string_view name) override;
  Result<void> put(std::string_view name, std::span<const uint8_t> bytes) override;
  Result<void> put_file(std::string_view name, const std::filesystem::path& file, const PutOptions& options) override;
  Result<std::vector<uint8_t>> get(std::string_view name) override;
  Result<void> get_file(std::string_view name, const std::filesystem::path& file) override;
  Result<void> remove(std::string_view name) override;
  std::string describe() const override { return session_->describe(); }
  Result<int> abandon_unfinished(const std::function<bool(std::string_view)>& wanted, UtcTime before) override;

 private:
  // One put, as it is handed from step to step; the name is locked meanwhile.
  struct Put {
    std::string_view name;
    const ObjectContent& content;
    const PutOptions& options;
    Sha256 sha256{};
    TusNote note{};
  };
  enum class Arrival { Sound, Damaged, Lost };

  TusNote note_of(std::string_view name) const;
  Result<void> keep(std::string_view name, const TusNote& note);
  Result<void> put_content(std::string_view name, const ObjectContent& content, const PutOptions& options);
  Result<bool> is_there(const TusUpload& upload, const std::stop_token& stop);
  Result<bool> has_content(const TusUpload& upload, const PutOptions& options);
  Result<std::optional<uint64_t>> begin_or_resume(Put& put);
  Result<Arrival> send_and_compare(const Put& put, uint64_t offset);
  Result<void> settle(Put& put);
  Result<void> terminate_obsolete(std::string_view name, TusNote note);
  // The answer to a GET of the object as it is now, by `fetch`.
  Result<net::HttpResponse> read(std::string_view name,
                                 const std::function<Result<net::HttpResponse>(const std::string& url)>& fetch);

  std::unique_ptr<HttpSession> session_;
  TusClient client_;
  UploadNotes& notes_;
  NameLocks locks_;
};

TusNote TusStore::note_of(std::string_view name) const {
  return read_tus_note(notes_.find(name).value_or(""), session_->origin());
}

Result<void> TusStore::keep(std::string_view name, const TusNote& note) {
  return note.empty() ? notes_.drop(name) : notes_.keep(name, write_tus_note(note));
}

Result<bool> TusStore::is_there(const TusUpload& upload, const std::stop_token& stop) {
  auto state = TRY(client_.look(upload.url, stop));
  return state && state->size == upload.size && state->offset == upload.size;
}

// That the server compared it once is enough, but for one who asks for more.
Result<bool> TusStore::has_content(const TusUpload& upload, const PutOptions& options) {
  if (!TRY(is_there(upload, options.stop))) return false;
  return !options.check_content || TRY(session_->sha256_of(upload.url, options.stop)) == upload.sha256;
}

Result<std::optional<uint64_t>> TusStore::size_of(std::string_view name) {
  TRY_VOID(check_object_name(name));
  TusNote note = note_of(name);
  if (!note.object || !TRY(is_there(*note.object, {}))) return std::optional<uint64_t>();
  return std::optional<uint64_t>(note.object->size);
}

Result<void> TusStore::put(std::string_view name, std::span<const uint8_t> bytes) {
  return put_content(name, ObjectContent(bytes), {.stop = session_->settings().stop});
}

Result<void> TusStore::put_file(std::string_view name, const std::filesystem::path& file, const PutOptions& options) {
  TRY_VOID(check_object_name(name));
  return put_content(name, TRY(ObjectContent::of_file(file)), options);
}

Result<void> TusStore::put_content(std::string_view name, const ObjectContent& content, const PutOptions& options) {
  TRY_VOID(check_object_name(name));
  auto lock = locks_.acquire(name, options.stop);
  if (!lock) return fail(ErrorKind::Cancelled, fmt::format("stopped before {} was put", name));
  Put put{.name = name, .content = content, .options = options, .sha256 = TRY(content.sha256()), .note = note_of(name)};
  TRY_VOID(content.check_for(name));
  if (put.note.object && put.note.object->holds(content.size(), put.sha256) &&
      TRY(has_content(*put.note.object, options)))
    return {};
  bool is_damaged = false;
  for (int attempt = 0; attempt < kTusAttempts; ++attempt) {
    std::optional<uint64_t> offset = TRY(begin_or_resume(put));
    Arrival arrival = offset ? TRY(send_and_compare(put, *offset)) : Arrival::Lost;
    if (arrival == Arrival::Sound) return settle(put);
    is_damaged = arrival == Arrival::Damaged;
    if (is_damaged) put.note.obsolete.push_back(put.note.sending->url);
    put.note.sending.reset();
    TRY_VOID(keep(name, put.note));
  }
  static_cast<void>(terminate_obsolete(name, std::move(put.note)));
  if (is_damaged) return tl::unexpected(damaged_on_the_way(*session_, name));
  return tl::unexpected(
      Error(ErrorKind::Network,
            fmt::format("cannot put {}: {} forgets uploads as soon as it made them", name, describe()),
            "check that the store's address is the one that the server gives to its uploads")
          .retry_may_help());
}

// How far the upload is that is under way; of a new one, after it was written down. Nothing when the server lost it.
Result<std::optional<uint64_t>> TusStore::begin_or_resume(Put& put) {
  const std::stop_token& stop = put.options.stop;
  if (put.note.sending && put.note.sending->holds(put.content.size(), put.sha256)) {
    auto state = TRY(client_.look(put.note.sending->url, stop));
    if (!state || state->size != put.content.size()) return std::optional<uint64_t>();
    put.note.sending_since = session_->settings().clock->now();
    TRY_VOID(keep(put.name, put.note));
    return std::optional<uint64_t>(state->offset);
  }
  if (put.note.sending) put.note.obsolete.push_back(put.note.sending->url);
  std::string url = TRY(client_.create(put.name, put.content.size(), stop));
  put.note.sending = TusUpload{std::move(url), put.content.size(), put.sha256};
  put.note.sending_since = session_->settings().clock->now();
  TRY_VOID(keep(put.name, put.note));
  return std::optional<uint64_t>(0);
}

Result<TusStore::Arrival> TusStore::send_and_compare(const Put& put, uint64_t offset) {
  const TusUpload& upload = *put.note.sending;
  TusClient::Sent sent = TRY(client_.send_from(offset, upload.url, put.content, put.options));
  if (sent != TusClient::Sent::Whole) return sent == TusClient::Sent::Lost ? Arrival::Lost : Arrival::Damaged;
  if (!TRY(is_there(upload, put.options.stop))) return Arrival::Lost;
  if (TRY(client_.has_checksums(put.options.stop))) return Arrival::Sound;
  Sha256 arrived = TRY(session_->sha256_of(upload.url, put.options.stop));
  return arrived == put.sha256 ? Arrival::Sound : Arrival::Damaged;
}

// The name stands for the new upload first; what it stood for goes then.
Result<void> TusStore::settle(Put& put) {
  if (put.note.object) put.note.obsolete.push_back(put.note.object->url);
  put.note.object = std::exchange(put.note.sending, std::nullopt);
  TRY_VOID(keep(put.name, put.note));
  // The object is there; what could not be removed is noted, and abandon_unfinished() removes it later.
  static_cast<void>(terminate_obsolete(put.name, std::move(put.note)));
  return {};
}

Result<void> TusStore::terminate_obsolete(std::string_view name, TusNote note) {
  if (note.obsolete.empty()) return {};
  for (; !note.obsolete.empty(); note.obsolete.pop_back()) TRY_VOID(client_.terminate(note.obsolete.back()));
  return keep(name, note);
}

Result<net::HttpResponse> TusStore::read(
    std::string_view name, const std::function<Result<net::HttpResponse>(const std::string& url)>& fetch) {
  TRY_VOID(check_object_name(name));
  std::string last_url;
  for (int i = 0; i < kMostReads; ++i) {
    TusNote note = note_of(name);
    if (!note.object || note.object->url == last_url) break;
    last_url = note.object->url;
    net::HttpResponse response = TRY(fetch(last_url));
    if (response.is_success()) return response;
    TRY_VOID([&]() -> Result<void> {
      // It may have been replaced, and removed, since the note was read.
      if (response.status == 404 || response.status == 410) return {};
      return check_fetched(*session_, response, name);
    }());
  }
  return tl::unexpected(no_such_object(*session_, name));
}

Result<std::vector<uint8_t>> TusStore::get(std::string_view name) {
  net::HttpResponse response = TRY(read(name, [&](const std::string& url) { return session_->fetch(url); }));
  return std::move(response.body);
}

Result<void> TusStore::get_file(std::string_view name, const std::filesystem::path& file) {
  TRY(read(name, [&](const std::string& url) { return session_->fetch_to_file(url, file); }));
  return {};
}

Result<void> TusStore::remove(std::string_view name) {
  TRY_VOID(check_object_name(name));
  auto lock = locks_.acquire(name);
  TusNote note = note_of(name);
  if (note.object) note.obsolete.push_back(note.object->url);
  if (note.sending) note.obsolete.push_back(note.sending->url);
  note.object.reset();
  note.sending.reset();
  if (note.obsolete.empty()) return {};
  TRY_VOID(keep(name, note));
  return terminate_obsolete(name, std::move(note));
}

Result<int> TusStore::abandon_unfinished(const std::function<bool(std::string_view)>& wanted, UtcTime before) {
  int count = 0;
  for (const std::string& name : notes_.names()) {
    auto lock = locks_.acquire(name);
    TusNote note = note_of(name);
    // The notes are shared by the campaigns of this machine: what this one does not want may be what a killed run of
    // another will go on with.
    bool is_abandoned = note.sending && note.sending_since < before && !wanted(name);
    if (is_abandoned) {
      note.obsolete.push_back(note.sending->url);
      note.sending.reset();
    }
    TRY_VOID(terminate_obsolete(name, std::move(note)));
    if (is_abandoned) ++count;
  }
  return count;
}

}  // namespace

std::unique_ptr<Store> tus_store_over(std::unique_ptr<net::HttpTransport> transport, std::string url, HttpLogin login,
                                      const StoreSettings& settings) {
  // The server holds an upload locked until it notices that a connection broke off.
  auto judge = [](const net::HttpRequest& request, const net::HttpResponse& response) {
    return response.status == 423 || net::may_get_better(request, response);
  };
  HttpServer server{"tus server", std::move(url), std::move(login), judge};
  return std::make_unique<TusStore>(std::make_unique<HttpSession>(std::move(transport), std::move(server), settings));
}

Result<std::unique_ptr<Store>> make_tus_store(const StoreAddress& address, const StoreSettings& settings) {
  if (settings.notes == nullptr) {
    return fail(ErrorKind::InvalidInput, "a tus store needs notes, as tus knows no names",
                "use it from a campaign, which keeps them in out/");
  }
  HttpLogin login = TRY(find_store_login(address.url));
  return tus_store_over(net::make_curl_transport(settings.transport), address.url, std::move(login), settings);
}

}  // namespace candid::upload
