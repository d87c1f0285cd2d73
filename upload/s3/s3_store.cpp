#include "upload/s3/s3_store.h"

#include <algorithm>

#include <fmt/format.h>

#include "core/encoding.h"
#include "core/log.h"
#include "net/curl_transport.h"
#include "upload/part_check.h"
#include "upload/s3/s3_file.h"
#include "upload/s3/s3_multipart.h"
#include "upload/s3/s3_reader.h"

namespace candid::upload {
namespace {

constexpr uint64_t kLargestWholePut = 64 << 20;  // on a line that was seen to be fast
constexpr int kUploadTries = 3;                  // of an upload that goes away under us
constexpr std::chrono::hours kLongestLifetime{7 * 24};

Result<std::string> checked(std::string_view name) {
  if (!is_object_name(name)) return fail(ErrorKind::InvalidInput, fmt::format("\"{}\" is not an object name", name));
  return std::string(name);
}

Result<uint64_t> size_of_file(const std::filesystem::path& file) {
  std::error_code code;
  uint64_t size = std::filesystem::file_size(file, code);
  if (code) return tl::unexpected(system_error(code.value(), fmt::format("cannot read {}", file.string())));
  return size;
}

std::string content_type_of(std::string_view name) {
  if (name.ends_with(".json")) return "application/json";
  if (name.ends_with(".mp4")) return "video/mp4";
  if (name.ends_with(".jpg")) return "image/jpeg";
  if (name.ends_with(".vtt")) return "text/vtt; charset=utf-8";
  return "application/octet-stream";
}

// What an interrupted upload of another content would not have.
std::string content_of(const std::string& name, const std::filesystem::path& file) {
  if (is_part_object(name)) return "part";
  std::error_code code;
  auto written = std::filesystem::last_write_time(file, code);
  return fmt::format("{} of {}", code ? 0 : written.time_since_epoch().count(), file.string());
}

// Any text as one that a header can carry.
std::string header_text(std::string_view fingerprint) {
  bool fits = !fingerprint.empty() && fingerprint.size() <= 128 &&
              std::all_of(fingerprint.begin(), fingerprint.end(), [](char c) { return c > 0x20 && c < 0x7F; });
  return fits ? std::string(fingerprint) : to_hex(sha256(fingerprint));
}

tl::unexpected<Error> not_shown(const std::string& name) {
  return tl::unexpected(Error(ErrorKind::Network, fmt::format("the store took {} and does not show it", name),
                              "run the same command again")
                            .retry_may_help());
}

Result<void> stopped(const std::string& name) {
  return fail(ErrorKind::Cancelled, fmt::format("storing {} was stopped", name), "run the same command again");
}

}  // namespace

class S3Store::Turn {
 public:
  Turn(S3Store& store, const std::string& name, const std::stop_token& stop) : store_(store), name_(name) {
    std::unique_lock lock(store_.mutex_);
    has_come_ = store_.freed_.wait(lock, stop, [&] { return !store_.busy_.contains(name_); });
    if (has_come_) store_.busy_.insert(name_);
  }
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;
  ~Turn() {
    if (!has_come_) return;
    std::lock_guard lock(store_.mutex_);
    store_.busy_.erase(name_);
    store_.freed_.notify_all();
  }
  // False when a stop was requested before.
  bool has_come() const { return has_come_; }

 private:
  S3Store& store_;
  const std::string name_;
  bool has_come_ = false;
};

S3Store::S3Store(const StoreAddress& address, const StoreSettings& settings,
                 std::unique_ptr<net::AwsCredentialSource> credentials, std::unique_ptr<net::HttpTransport> carrier)
    : notes_(settings.notes),
      client_(address, settings, std::move(credentials), std::move(carrier)),
      line_(*settings.pause) {}

std::string S3Store::describe() const {
  return fmt::format("S3 bucket {} at {}", client_.place().bucket, client_.place().host);
}

Result<std::optional<uint64_t>> S3Store::size_of(std::string_view name) {
  std::string object = TRY(checked(name));
  auto facts = TRY(client_.head(object, {}));
  return facts ? std::optional(facts->size) : std::nullopt;
}

Result<void> S3Store::put(std::string_view name, std::span<const uint8_t> bytes) {
  std::string object = TRY(checked(name));
  if (is_part_object(object) && TRY(has_part(object, bytes.size(), {}))) return {};
  S3Body body{std::string(bytes.begin(), bytes.end()), sha256(bytes), {}};
  return put_whole(object, std::move(body), md5(bytes), {content_type_of(object), ""}, {});
}

Result<void> S3Store::put_file(std::string_view name, const std::filesystem::path& file, const PutOptions& options) {
  std::string object = TRY(checked(name));
  uint64_t size = TRY(size_of_file(file));
  Turn turn(*this, object, options.stop);
  if (!turn.has_come() || options.stop.stop_requested()) return stopped(object);
  bool is_there = is_part_object(object) && TRY(has_part(object, size, options.stop));
  if (is_there && !options.check_content) return {};
  if (goes_in_parts(object, size, options.stop)) return put_in_parts(object, file, size, options);
  StretchDigests digests = TRY(digest_stretch(file, 0, size));
  TRY_VOID(check_part(object, digests.sha256, file.string()));
  if (is_there) {
    S3Expected expected{size, to_hex(digests.md5), [&]() -> Result<Sha256> { return digests.sha256; }};
    if (TRY(s3_compare(client_, object, expected, options.stop)) == S3State::Same) return {};
  }
  S3Body body{net::FileRange{file, 0, size}, digests.sha256, options.progress};
  if (size == 0) body.bytes = std::string();
  TRY_VOID(put_whole(object, std::move(body), digests.md5, {content_type_of(object), ""}, options.stop));
  if (options.progress) options.progress(size);
  return {};
}

// What was begun in parts is finished in parts.
bool S3Store::goes_in_parts(const std::string& name, uint64_t size, const std::stop_token& stop) {
  if (size <= kLargestPut) return false;
  bool is_under_way = notes_ != nullptr && notes_->find(name).has_value();
  if (is_under_way || size > kLargestWholePut) return true;
  return size > line_.worth_of_one_request(kLargestPut, kLargestWholePut, stop);
}

Result<bool> S3Store::has_part(const std::string& name, uint64_t size, const std::stop_token& stop) {
  auto facts = TRY(client_.head(name, stop));
  if (!facts || facts->size != size) return false;
  // An earlier run may have died between finishing it and forgetting how.
  TRY(forget_upload(client_, notes_, name, stop));
  return true;
}

Result<void> S3Store::put_whole(const std::string& name, S3Body body, const Md5& md5, const S3Properties& properties,
                                const std::stop_token& stop) {
  Sha256 sent = body.sha256;
  const auto* bytes = std::get_if<std::string>(&body.bytes);
  uint64_t size = bytes != nullptr ? bytes->size() : std::get<net::FileRange>(body.bytes).length;
  auto began = line_.now();
  S3Tag tag = TRY(client_.put(name, std::move(body), properties, stop));
  line_.learn(size, began);
  if (tag.md5() == md5) return {};
  S3Expected expected{size, to_hex(md5), [&]() -> Result<Sha256> { return sent; }};
  switch (TRY(s3_compare(client_, name, expected, stop))) {
    case S3State::Same:
      return {};
    case S3State::Missing:
      return not_shown(name);
    case S3State::Other:
      break;
  }
  return refuse(name, is_removable(name, tag));
}

Result<void> S3Store::put_in_parts(const std::string& name, const std::filesystem::path& file, uint64_t size,
                                   const PutOptions& options) {
  uint64_t part_size = TRY(s3_part_size(size));
  S3FileParts parts(client_, line_, name, file, size, part_size);
  S3MultipartJob job{
      name, {content_type_of(name), ""}, {client_.identity(), "", size, part_size, content_of(name, file), false}};
  std::optional<Sha256> whole;
  if (is_part_object(name)) {
    whole = TRY(parts.sha256(options.stop));
    TRY_VOID(check_part(name, *whole, file.string()));
  }
  auto sha256_of_all = [&]() -> Result<Sha256> { return whole ? Result<Sha256>(*whole) : sha256_file(file); };
  // A part's absence is known; what else is there may be just this.
  bool is_absent = whole && !options.check_content;
  auto there = is_absent ? std::optional<S3Facts>() : TRY(client_.head(name, options.stop));
  bool is_same = there && there->size == size && there->tag.is_of_content && there->tag.text == TRY(parts.etag());
  if (!is_same && there && options.check_content) {
    S3Expected expected{size, TRY(parts.etag()), sha256_of_all};
    is_same = TRY(s3_compare(client_, name, expected, options.stop)) == S3State::Same;
  }
  if (is_same) {
    TRY(forget_upload(client_, notes_, name, options.stop));
    return {};
  }
  for (int tries = 0; tries < kUploadTries; ++tries) {
    std::optional<S3Tag> finished = TRY(run_multipart(client_, notes_, job, parts, options));
    S3Expected expected{size, TRY(parts.etag()), sha256_of_all};
    S3State state = TRY(s3_compare(client_, name, expected, options.stop));
    if (state == S3State::Same) return {};
    if (finished) return state == S3State::Missing ? not_shown(name) : refuse(name, is_removable(name, *finished));
  }
  return tl::unexpected(Error(ErrorKind::Network, fmt::format("the store keeps losing the upload of {}", name),
                              "is another program giving up uploads in this bucket? run the same command again later")
                            .retry_may_help());
}

bool S3Store::is_removable(const std::string& name, const S3Tag& answered) {
  if (is_part_object(name)) return true;
  auto there = client_.head(name, {});
  return there && *there && !answered.text.empty() && (*there)->tag.text == answered.text;
}

tl::unexpected<Error> S3Store::refuse(const std::string& name, bool removes) {
  std::string message = fmt::format("{} is not in the store as it was sent", name);
  if (!removes) {
    message += ": somebody else may have put another one";
  } else {
    message += client_.remove(name, {}) ? ", and was removed" : ", and cannot be removed";
  }
  return tl::unexpected(Error(ErrorKind::Corrupt, std::move(message), "run the same command again").retry_may_help());
}

Result<std::vector<uint8_t>> S3Store::get(std::string_view name) {
  std::string object = TRY(checked(name));
  return s3_read(client_, object);
}

Result<void> S3Store::get_file(std::string_view name, const std::filesystem::path& file) {
  std::string object = TRY(checked(name));
  return s3_read_to_file(client_, object, file);
}

Result<void> S3Store::remove(std::string_view name) {
  std::string object = TRY(checked(name));
  return client_.remove(object, {});
}

Result<int> S3Store::abandon_unfinished(const std::function<bool(std::string_view name)>& wanted, UtcTime before) {
  int count = 0;
  std::set<std::string> known;
  for (const std::string& name : notes_ == nullptr ? std::vector<std::string>() : notes_->names()) {
    auto note = parse_s3_upload_note(notes_->find(name).value_or(""));
    if (!note || note->store != client_.identity()) continue;
    if (wanted(name)) {
      known.insert(note->id);
    } else {
      count += TRY(forget_upload(client_, notes_, name, {}));
    }
  }
  std::vector<S3Upload> uploads = TRY(client_.uploads("", {}));
  // The listing tells times by the store's clock.
  const UtcTime before_there = client_.server_clock().at(before);
  for (const S3Upload& upload : uploads) {
    // "2026-11-26T01:02:03.000Z": seconds will do.
    auto began = parse_utc(upload.initiated.substr(0, 19) + "Z");
    if (!began || *began >= before_there || known.contains(upload.id) || !is_name_of_publishing(upload.key)) continue;
    TRY_VOID(client_.abort(upload.key, upload.id, {}));
    ++count;
  }
  return count;
}

Result<std::string> S3Store::presigned_get(std::string_view name, std::chrono::seconds lifetime) {
  std::string object = TRY(checked(name));
  if (lifetime < std::chrono::seconds(1) || lifetime > kLongestLifetime)
    return fail(ErrorKind::InvalidInput, fmt::format("an address cannot be valid for {} s", lifetime.count()),
                "S3 signs for one second to seven days");
  return client_.presign(object, lifetime);
}

Result<void> S3Store::compose(std::string_view name, std::span<const ObjectRange> ranges, std::string_view fingerprint,
                              std::string_view content_type, const ReadRange& read, const PutOptions& options) {
  std::string object = TRY(checked(name));
  for (const ObjectRange& range : ranges) TRY(checked(range.name));
  std::vector<ComposedPart> parts = TRY(plan_composition(ranges));
  uint64_t size = 0;
  for (const ComposedPart& part : parts) size += part.size();
  S3Properties properties{std::string(content_type), header_text(fingerprint)};
  Turn turn(*this, object, options.stop);
  if (!turn.has_come() || options.stop.stop_requested()) return stopped(object);
  auto facts = TRY(client_.head(object, options.stop));
  if (facts && facts->size == size && facts->fingerprint == properties.fingerprint) {
    TRY(forget_upload(client_, notes_, object, options.stop));
    return {};
  }
  if (parts.size() > 1 || (parts.size() == 1 && parts.front().is_copied))
    return compose_in_parts(object, std::move(parts), properties, read, options);
  std::string bytes = parts.empty() ? std::string() : TRY(read_part(parts.front(), read));
  Md5 expected = md5(bytes_of(bytes));
  Sha256 digest = sha256(bytes);
  return put_whole(object, S3Body{std::move(bytes), digest, options.progress}, expected, properties, options.stop);
}

Result<void> S3Store::compose_in_parts(const std::string& name, std::vector<ComposedPart> parts,
                                       const S3Properties& properties, const ReadRange& read,
                                       const PutOptions& options) {
  uint64_t size = 0;
  for (const ComposedPart& part : parts) size += part.size();
  S3ComposedParts source(client_, name, std::move(parts), read);
  S3MultipartJob job{name, properties, {client_.identity(), "", size, 0, "composed " + properties.fingerprint, false}};
  for (int tries = 0; tries < kUploadTries; ++tries) {
    bool is_finished = TRY(run_multipart(client_, notes_, job, source, options)).has_value();
    auto facts = TRY(client_.head(name, options.stop));
    bool is_there = facts && facts->size == size && facts->fingerprint == properties.fingerprint;
    if (is_there) return {};
    if (is_finished && !facts) return not_shown(name);
    if (is_finished) return refuse(name, facts->fingerprint == properties.fingerprint);
  }
  return not_shown(name);
}

Result<std::unique_ptr<Store>> make_s3_store(const StoreAddress& address, const StoreSettings& settings) {
  std::unique_ptr<net::AwsCredentialSource> credentials = net::find_aws_credentials();
  net::AwsCredentials keys = TRY(credentials->current());
  if (!keys.session_token.empty() && !is_confidential(address.endpoint)) {
    return fail(ErrorKind::InvalidInput, "a session token would cross the network in the clear",
                "give an https endpoint in the store's address");
  }
  return std::unique_ptr<Store>(std::make_unique<S3Store>(address, settings, std::move(credentials),
                                                          net::make_curl_transport(settings.transport)));
}

}  // namespace candid::upload
