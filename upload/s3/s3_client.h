#pragma once
// S3's requests, one function each (docs.aws.amazon.com/AmazonS3/latest/API): signed, retried, answered by values. What
// to do with them is s3_store.h's and s3_multipart.h's.

#include <array>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/digest.h"
#include "net/aws_credentials.h"
#include "net/retry.h"
#include "net/signing.h"
#include "net/stoppable.h"
#include "upload/open_store.h"
#include "upload/s3/s3_errors.h"
#include "upload/s3/s3_xml.h"
#include "upload/server_clock.h"

namespace candid::upload {

// An ETag, and whether the service forms it of the content: with keys of a key service, or the client's, it does not.
struct S3Tag {
  std::string text{};  // without quotes, "" when there was none
  bool is_of_content = true;
  // "the MD5 of the content" where the form allows it to be one.
  std::optional<Md5> md5() const;
};

// The ETag that a multipart object gets where the service forms it: the MD5 of the parts' MD5s, and their number.
std::string multipart_etag(const std::vector<Md5>& parts);

struct S3Facts {
  uint64_t size = 0;
  S3Tag tag{};
  std::string fingerprint{};  // x-amz-meta-candid-fingerprint
};

// Bytes to send, hashed already.
struct S3Body {
  std::variant<std::string, net::FileRange> bytes{};
  Sha256 sha256{};
  std::function<void(uint64_t)> on_sent{};
};

// What an object is to be beside its bytes.
struct S3Properties {
  std::string content_type{};
  std::string fingerprint{};  // "": none
};

struct S3CreatedUpload {
  std::string id{};
  bool was_repeated = false;  // an attempt whose answer was lost may have made another upload
};

// Names are those of the store: the address's prefix is put before them here. Thread-safe. A call that gives an
// optional has nothing when the object, or the upload, is not there.
class S3Client {
 public:
  // `carrier` brings requests to the store as they are. Whatever `settings` borrow outlives the client.
  S3Client(const StoreAddress& address, const StoreSettings& settings,
           std::unique_ptr<net::AwsCredentialSource> credentials, std::unique_ptr<net::HttpTransport> carrier);

  Result<std::optional<S3Facts>> head(std::string_view name, const std::stop_token& stop);
  // The body goes to `sink` (false ends it), and begins again with `restart`. `accept`, where there is one, sees the
  // answer's headers before.
  Result<std::optional<S3Facts>> get(std::string_view name, const std::function<bool(std::span<const uint8_t>)>& sink,
                                     const std::function<void()>& restart, const std::stop_token& stop,
                                     const std::function<bool(const net::HttpResponse&)>& accept = {});
  Result<S3Tag> put(std::string_view name, S3Body body, const S3Properties& properties, const std::stop_token& stop);
  Result<void> remove(std::string_view name, const std::stop_token& stop);

  Result<S3CreatedUpload> create_upload(std::string_view name, const S3Properties& properties,
                                        const std::stop_token& stop);
  Result<std::optional<S3Tag>> put_part(std::string_view name, std::string_view id, int number, S3Body body,
                                        const std::stop_token& stop);
  Result<std::optional<S3Tag>> copy_part(std::string_view name, std::string_view id, int number,
                                         const ObjectRange& source, const std::stop_token& stop);
  Result<std::optional<std::vector<S3Part>>> parts(std::string_view name, std::string_view id,
                                                   const std::stop_token& stop);
  // The ETag of the object that was made, "" where the store does not name it. Nothing: there is no such upload; it may
  // have been completed by a request whose answer was lost.
  Result<std::optional<S3Tag>> complete(std::string_view name, std::string_view id, std::span<const S3Part> parts,
                                        const std::stop_token& stop);
  Result<void> abort(std::string_view name, std::string_view id, const std::stop_token& stop);
  // Those of objects whose names begin with `name_prefix`; the keys are names of the store.
  Result<std::vector<S3Upload>> uploads(std::string_view name_prefix, const std::stop_token& stop);

  Result<std::string> presign(std::string_view name, std::chrono::seconds lifetime);
  std::string origin() const;
  const S3Place& place() const { return place_; }
  // "s3://bucket/prefix at https://host", the same in every run: ties a note to its store.
  std::string identity() const;
  const ServerClock& server_clock() const { return server_clock_; }

 private:
  std::string url_of(std::string_view name, std::string_view query = {}) const;
  net::HttpRequest request(std::string method, std::string url, std::string body = {}) const;
  Result<net::HttpResponse> send(const net::HttpRequest& request, std::string_view doing, const std::stop_token& stop);
  tl::unexpected<Error> failed(const net::HttpResponse& response, std::string_view doing) const;
  // HEAD's answers have no body, and so no code: a GET of one byte tells why.
  Error explained(const net::HttpResponse& response, std::string_view name, std::string_view doing,
                  const std::stop_token& stop);

  const StoreAddress address_;
  const S3Place place_;
  std::unique_ptr<net::AwsCredentialSource> credentials_;
  std::unique_ptr<net::HttpTransport> carrier_;
  net::SigningTransport signer_;
  net::RetryingTransport retrier_;
  net::StoppableTransport stoppable_;
  ServerClock server_clock_;
};

}  // namespace candid::upload
