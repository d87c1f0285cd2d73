#include "upload/s3/s3_client.h"

#include <algorithm>

#include <fmt/format.h>

#include "core/encoding.h"

namespace candid::upload {
namespace {

constexpr uint64_t kLargestAnswer = 4 << 20;
constexpr int kMostPages = 1000;
// The store joins or copies gigabytes before it answers.
constexpr std::chrono::minutes kLongWork{10};
constexpr char kFingerprint[] = "x-amz-meta-candid-fingerprint";

std::string host_of(std::string_view url) {
  size_t scheme = url.find("://");
  return std::string(scheme == std::string_view::npos ? url : url.substr(scheme + 3));
}

// Each step once; S3 takes the path as it is sent, and does not encode it again.
std::string encoded_path(std::string_view path) {
  std::string encoded;
  for (size_t at = 0;;) {
    size_t slash = path.find('/', at);
    encoded += percent_encode(path.substr(at, slash == std::string_view::npos ? slash : slash - at));
    if (slash == std::string_view::npos) return encoded;
    encoded += '/';
    at = slash + 1;
  }
}

S3Tag tag_of(const net::HttpResponse& response) {
  std::string kind = response.header("x-amz-server-side-encryption");
  bool is_of_content =
      !kind.starts_with("aws:") && response.header("x-amz-server-side-encryption-customer-algorithm").empty();
  return {plain_etag(response.header("etag")).value_or(""), is_of_content};
}

std::optional<uint64_t> length_of(const net::HttpResponse& response) {
  std::string text = response.header("content-length");
  bool is_number = !text.empty() && text.size() <= 16 &&
                   std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
  return is_number ? std::optional<uint64_t>(std::stoull(text)) : std::nullopt;
}

Result<S3Facts> facts_of(const net::HttpResponse& response, std::string_view doing) {
  auto size = length_of(response);
  if (!size) {
    return tl::unexpected(
        Error(ErrorKind::Network, fmt::format("{}: the store does not say how long it is", doing)).retry_may_help());
  }
  return S3Facts{*size, tag_of(response), response.header(kFingerprint)};
}

bool has_no_upload(const net::HttpResponse& response) {
  return response.status == 404 && s3_code(response) != "NoSuchBucket";
}

void add_body(net::HttpRequest& request, S3Body body) {
  request.body = std::move(body.bytes);
  request.headers["x-amz-content-sha256"] = to_hex(body.sha256);
  request.on_sent = std::move(body.on_sent);
}

void add_properties(net::HttpRequest& request, const S3Properties& properties) {
  if (!properties.content_type.empty()) request.headers["content-type"] = properties.content_type;
  if (!properties.fingerprint.empty()) request.headers[kFingerprint] = properties.fingerprint;
}

}  // namespace

std::optional<Md5> S3Tag::md5() const {
  if (!is_of_content || text.size() != 2 * std::tuple_size_v<Md5>) return std::nullopt;
  auto bytes = from_hex(text);
  if (!bytes) return std::nullopt;
  Md5 digest{};
  std::copy(bytes->begin(), bytes->end(), digest.begin());
  return digest;
}

std::string multipart_etag(const std::vector<Md5>& parts) {
  std::vector<uint8_t> all;
  for (const Md5& part : parts) all.insert(all.end(), part.begin(), part.end());
  return fmt::format("{}-{}", to_hex(md5(all)), parts.size());
}

S3Client::S3Client(const StoreAddress& address, const StoreSettings& settings,
                   std::unique_ptr<net::AwsCredentialSource> credentials, std::unique_ptr<net::HttpTransport> carrier)
    : address_(address),
      place_{address.bucket, host_of(address.endpoint), address.region},
      credentials_(std::move(credentials)),
      carrier_(std::move(carrier)),
      signer_(*carrier_, *credentials_, net::SigningScope{address.region, "s3"}, *settings.clock),
      retrier_(signer_, settings.retries, s3_may_get_better, *settings.pause, *settings.clock),
      stoppable_(retrier_, settings.stop),
      server_clock_(*settings.clock) {}

std::string S3Client::origin() const {
  if (address_.style == S3Style::Path) return address_.endpoint;
  size_t host = address_.endpoint.find("://") + 3;
  return fmt::format("{}{}.{}", address_.endpoint.substr(0, host), address_.bucket, address_.endpoint.substr(host));
}

std::string S3Client::identity() const {
  return fmt::format("s3://{}/{} at {}", address_.bucket, address_.prefix, address_.endpoint);
}

// Of the bucket itself for an empty name.
std::string S3Client::url_of(std::string_view name, std::string_view query) const {
  std::string url = origin();
  if (address_.style == S3Style::Path) url += fmt::format("/{}", percent_encode(address_.bucket));
  if (!name.empty()) {
    url += fmt::format("/{}", encoded_path(fmt::format("{}{}", address_.prefix, name)));
  } else if (address_.style == S3Style::VirtualHost) {
    url += '/';
  }
  if (!query.empty()) url += fmt::format("?{}", query);
  return url;
}

net::HttpRequest S3Client::request(std::string method, std::string url, std::string body) const {
  net::HttpRequest made;
  made.method = std::move(method);
  made.url = std::move(url);
  made.max_body = kLargestAnswer;
  made.headers["x-amz-content-sha256"] = to_hex(sha256(body));
  made.body = std::move(body);
  return made;
}

Result<net::HttpResponse> S3Client::send(const net::HttpRequest& request, std::string_view doing,
                                         const std::stop_token& stop) {
  auto response = stoppable_.send(request, stop);
  if (!response) return tl::unexpected(response.error().wrapped(std::string(doing)));
  server_clock_.learn(*response);
  // What still says so after all attempts.
  bool is_error = response->is_success() && parse_s3_error(response->body);
  if (is_error) return failed(*response, doing);
  return response;
}

tl::unexpected<Error> S3Client::failed(const net::HttpResponse& response, std::string_view doing) const {
  return tl::unexpected(s3_failure(response, doing, place_));
}

Error S3Client::explained(const net::HttpResponse& response, std::string_view name, std::string_view doing,
                          const std::stop_token& stop) {
  // A store in trouble has been asked for long enough.
  if (response.status >= 500) return s3_failure(response, doing, place_);
  net::HttpRequest probe = request("GET", url_of(name));
  probe.headers["range"] = "bytes=0-0";
  probe.on_body = [](std::span<const uint8_t>) { return false; };
  auto answer = stoppable_.send(probe, stop);
  return s3_failure(answer && !answer->is_success() ? *answer : response, doing, place_);
}

Result<std::optional<S3Facts>> S3Client::head(std::string_view name, const std::stop_token& stop) {
  std::string doing = fmt::format("cannot look for {}", name);
  net::HttpResponse response = TRY(send(request("HEAD", url_of(name)), doing, stop));
  if (response.status == 404) return std::optional<S3Facts>();
  if (!response.is_success()) return tl::unexpected(explained(response, name, doing, stop));
  return std::optional<S3Facts>(TRY(facts_of(response, doing)));
}

Result<std::optional<S3Facts>> S3Client::get(std::string_view name,
                                             const std::function<bool(std::span<const uint8_t>)>& sink,
                                             const std::function<void()>& restart, const std::stop_token& stop,
                                             const std::function<bool(const net::HttpResponse&)>& accept) {
  std::string doing = fmt::format("cannot read {}", name);
  net::HttpRequest asked = request("GET", url_of(name));
  asked.on_head = accept;
  asked.on_body = sink;
  asked.on_restart = restart;
  net::HttpResponse response = TRY(send(asked, doing, stop));
  if (response.status == 404 && s3_code(response) != "NoSuchBucket") return std::optional<S3Facts>();
  if (!response.is_success()) return failed(response, doing);
  return std::optional<S3Facts>(TRY(facts_of(response, doing)));
}

Result<S3Tag> S3Client::put(std::string_view name, S3Body body, const S3Properties& properties,
                            const std::stop_token& stop) {
  std::string doing = fmt::format("cannot store {}", name);
  net::HttpRequest asked = request("PUT", url_of(name));
  add_body(asked, std::move(body));
  add_properties(asked, properties);
  net::HttpResponse response = TRY(send(asked, doing, stop));
  if (!response.is_success()) return failed(response, doing);
  return tag_of(response);
}

Result<void> S3Client::remove(std::string_view name, const std::stop_token& stop) {
  std::string doing = fmt::format("cannot remove {}", name);
  net::HttpResponse response = TRY(send(request("DELETE", url_of(name)), doing, stop));
  if (response.is_success() || (response.status == 404 && s3_code(response) != "NoSuchBucket")) return {};
  return failed(response, doing);
}

Result<S3CreatedUpload> S3Client::create_upload(std::string_view name, const S3Properties& properties,
                                                const std::stop_token& stop) {
  std::string doing = fmt::format("cannot begin to store {}", name);
  S3CreatedUpload upload;
  net::HttpRequest asked = request("POST", url_of(name, "uploads="));
  add_properties(asked, properties);
  asked.on_restart = [&] { upload.was_repeated = true; };
  net::HttpResponse response = TRY(send(asked, doing, stop));
  if (!response.is_success()) return failed(response, doing);
  upload.id = TRY(parse_created_upload(response.body));
  return upload;
}

Result<std::optional<S3Tag>> S3Client::put_part(std::string_view name, std::string_view id, int number, S3Body body,
                                                const std::stop_token& stop) {
  std::string doing = fmt::format("cannot store part {} of {}", number, name);
  net::HttpRequest asked =
      request("PUT", url_of(name, fmt::format("partNumber={}&uploadId={}", number, percent_encode(id))));
  add_body(asked, std::move(body));
  net::HttpResponse response = TRY(send(asked, doing, stop));
  if (has_no_upload(response)) return std::optional<S3Tag>();
  if (!response.is_success()) return failed(response, doing);
  return std::optional<S3Tag>(tag_of(response));
}

Result<std::optional<S3Tag>> S3Client::copy_part(std::string_view name, std::string_view id, int number,
                                                 const ObjectRange& source, const std::stop_token& stop) {
  std::string doing = fmt::format("cannot copy {} into {}", source.name, name);
  net::HttpRequest asked =
      request("PUT", url_of(name, fmt::format("partNumber={}&uploadId={}", number, percent_encode(id))));
  asked.headers["x-amz-copy-source"] = fmt::format("/{}/{}", percent_encode(address_.bucket),
                                                   encoded_path(fmt::format("{}{}", address_.prefix, source.name)));
  asked.headers["x-amz-copy-source-range"] =
      fmt::format("bytes={}-{}", source.offset, source.offset + source.length - 1);
  asked.stall_timeout = kLongWork;
  net::HttpResponse response = TRY(send(asked, doing, stop));
  if (response.status == 404 && s3_code(response) == "NoSuchUpload") return std::optional<S3Tag>();
  if (!response.is_success()) return failed(response, doing);
  std::string etag = TRY(parse_copied_part(response.body));
  return std::optional<S3Tag>(S3Tag{std::move(etag), tag_of(response).is_of_content});
}

Result<std::optional<std::vector<S3Part>>> S3Client::parts(std::string_view name, std::string_view id,
                                                           const std::stop_token& stop) {
  std::string doing = fmt::format("cannot ask for the parts of {}", name);
  std::vector<S3Part> all;
  int marker = 0;
  for (int pages = 0; pages < kMostPages; ++pages) {
    std::string query = fmt::format("part-number-marker={}&uploadId={}", marker, percent_encode(id));
    net::HttpResponse response = TRY(send(request("GET", url_of(name, query)), doing, stop));
    if (has_no_upload(response)) return std::optional<std::vector<S3Part>>();
    if (!response.is_success()) return failed(response, doing);
    S3PartPage page = TRY(parse_part_page(response.body));
    all.insert(all.end(), page.parts.begin(), page.parts.end());
    // A marker that does not move on would be asked for forever.
    if (!page.next || *page.next <= marker) return std::optional(std::move(all));
    marker = *page.next;
  }
  return std::optional(std::move(all));
}

Result<std::optional<S3Tag>> S3Client::complete(std::string_view name, std::string_view id,
                                                std::span<const S3Part> parts, const std::stop_token& stop) {
  std::string doing = fmt::format("cannot finish {}", name);
  net::HttpRequest asked =
      request("POST", url_of(name, fmt::format("uploadId={}", percent_encode(id))), complete_upload_body(parts));
  asked.headers["content-type"] = "application/xml";
  asked.stall_timeout = kLongWork;
  net::HttpResponse response = TRY(send(asked, doing, stop));
  if (has_no_upload(response)) return std::optional<S3Tag>();
  if (!response.is_success()) return failed(response, doing);
  std::string etag = TRY(parse_completed_upload(response.body));
  return std::optional<S3Tag>(S3Tag{std::move(etag), tag_of(response).is_of_content});
}

Result<void> S3Client::abort(std::string_view name, std::string_view id, const std::stop_token& stop) {
  std::string doing = fmt::format("cannot give up the upload of {}", name);
  net::HttpResponse response =
      TRY(send(request("DELETE", url_of(name, fmt::format("uploadId={}", percent_encode(id)))), doing, stop));
  if (response.is_success() || has_no_upload(response)) return {};
  return failed(response, doing);
}

Result<std::vector<S3Upload>> S3Client::uploads(std::string_view name_prefix, const std::stop_token& stop) {
  std::string doing = fmt::format("cannot list the unfinished uploads in bucket {}", place_.bucket);
  std::string prefix = fmt::format("{}{}", address_.prefix, name_prefix);
  std::vector<S3Upload> all;
  S3UploadPage page;
  for (int pages = 0; pages < kMostPages; ++pages) {
    std::string query =
        page.next_key.empty() ? std::string() : fmt::format("key-marker={}&", percent_encode(page.next_key));
    query += fmt::format("prefix={}&", percent_encode(prefix));
    if (!page.next_id.empty()) query += fmt::format("upload-id-marker={}&", percent_encode(page.next_id));
    query += "uploads=";
    net::HttpResponse response = TRY(send(request("GET", url_of("", query)), doing, stop));
    if (!response.is_success()) return failed(response, doing);
    S3UploadPage next = TRY(parse_upload_page(response.body));
    for (S3Upload& upload : next.uploads) {
      if (!upload.key.starts_with(prefix)) continue;
      upload.key.erase(0, address_.prefix.size());
      all.push_back(std::move(upload));
    }
    bool moves_on = next.next_key > page.next_key || (next.next_key == page.next_key && next.next_id != page.next_id);
    if (next.is_last || next.next_key.empty() || !moves_on) return all;
    page = std::move(next);
  }
  return all;
}

Result<std::string> S3Client::presign(std::string_view name, std::chrono::seconds lifetime) {
  return signer_.presign(url_of(name), lifetime);
}

}  // namespace candid::upload
