#pragma once
// A store in an S3 bucket: Amazon's, or any service with that API.
//
// What is put is what is stored: the SHA-256 of every byte is signed, the service compares it; the ETag is compared
// with the MD5 where it is one, else the object is read back. Objects of more than 8 MiB (64 MiB where the line was
// seen to be fast) go as multipart uploads, which a later run goes on with by the notes. Parts (content-addressed
// names) that are there are not sent again.

#include <condition_variable>
#include <memory>
#include <mutex>
#include <set>

#include "net/aws_credentials.h"
#include "upload/open_store.h"
#include "upload/s3/line_speed.h"
#include "upload/s3/s3_client.h"
#include "upload/s3/s3_composer.h"
#include "upload/store.h"

namespace candid::upload {

class S3Store final : public Store, public Bucket {
 public:
  // `carrier`: curl's transport, or what stands in for it. Whatever `settings` borrow outlives the store.
  S3Store(const StoreAddress& address, const StoreSettings& settings,
          std::unique_ptr<net::AwsCredentialSource> credentials, std::unique_ptr<net::HttpTransport> carrier);

  Result<std::optional<uint64_t>> size_of(std::string_view name) override;
  Result<void> put(std::string_view name, std::span<const uint8_t> bytes) override;
  Result<void> put_file(std::string_view name, const std::filesystem::path& file,
                        const PutOptions& options = {}) override;
  Result<std::vector<uint8_t>> get(std::string_view name) override;
  Result<void> get_file(std::string_view name, const std::filesystem::path& file) override;
  Result<void> remove(std::string_view name) override;
  std::string describe() const override;
  Result<int> abandon_unfinished(const std::function<bool(std::string_view name)>& wanted, UtcTime before) override;
  Bucket* bucket() override { return this; }

  Result<std::string> presigned_get(std::string_view name, std::chrono::seconds lifetime) override;
  std::string origin() const override { return client_.origin(); }
  Result<void> compose(std::string_view name, std::span<const ObjectRange> ranges, std::string_view fingerprint,
                       std::string_view content_type, const ReadRange& read, const PutOptions& options) override;

 private:
  class Turn;  // one put of a name at a time: two would share a note

  // Whether a content-addressed object is there; nothing of its upload is left then.
  Result<bool> has_part(const std::string& name, uint64_t size, const std::stop_token& stop);
  // Rather than in one request.
  bool goes_in_parts(const std::string& name, uint64_t size, const std::stop_token& stop);
  // In one request.
  Result<void> put_whole(const std::string& name, S3Body body, const Md5& md5, const S3Properties& properties,
                         const std::stop_token& stop);
  Result<void> put_in_parts(const std::string& name, const std::filesystem::path& file, uint64_t size,
                            const PutOptions& options);
  Result<void> compose_in_parts(const std::string& name, std::vector<ComposedPart> parts,
                                const S3Properties& properties, const ReadRange& read, const PutOptions& options);
  // For what is not what was sent; `removes` what is there.
  tl::unexpected<Error> refuse(const std::string& name, bool removes);
  // Whether what is there may be removed: a damaged part, which is of use to nobody, or the very object that this put
  // made, as it has the ETag that the store answered with. What somebody else put there meanwhile is left.
  bool is_removable(const std::string& name, const S3Tag& answered);

  UploadNotes* notes_;
  S3Client client_;
  LineSpeed line_;
  std::mutex mutex_;  // guards busy_
  std::condition_variable_any freed_;
  std::set<std::string> busy_;
};

// With the keys of net/aws_credentials.h: NotFound when there are none. InvalidInput when a session token would have to
// cross a network in the clear.
Result<std::unique_ptr<Store>> make_s3_store(const StoreAddress& address, const StoreSettings& settings);

}  // namespace candid::upload
