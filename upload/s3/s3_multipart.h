#pragma once
// One object by multipart upload: begun or gone on with, its parts sent by several threads, finished, and nothing left
// behind.

#include <cstdint>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>

#include "upload/s3/s3_client.h"
#include "upload/s3/s3_upload_note.h"
#include "upload/store.h"

namespace candid::upload {

// What S3 holds of one object ("Amazon S3 multipart upload limits").
inline constexpr uint64_t kMostParts = 10'000;
inline constexpr uint64_t kLargestObject = uint64_t{5} << 40;

// Where the parts of an object come from. Calls for different parts may come at the same time.
class S3PartSource {
 public:
  virtual ~S3PartSource() = default;
  virtual size_t count() const = 0;
  virtual uint64_t size_of(size_t index) const = 0;
  // Sends part `index` (number index + 1) to the upload `id`. Nothing when there is no such upload any more.
  virtual Result<std::optional<S3Part>> send(size_t index, const std::string& id,
                                             const std::function<void(uint64_t)>& on_sent,
                                             const std::stop_token& stop) = 0;
  // Whether a part that the store has is this one.
  virtual Result<bool> is_same(size_t index, const S3Part& there) = 0;
};

struct S3MultipartJob {
  std::string name{};
  S3Properties properties{};
  S3UploadNote note{};  // but for its id: what must be the same for an earlier upload to be gone on with
};

// The ETag that the finished object got (as S3Client::complete). Nothing when the upload went away meanwhile: somebody
// finished it (an attempt of ours whose answer was lost, say) or gave it up, and what is under the name decides.
// Fails with the upload and its note left for a later run where that may fare better; else both are gone.
Result<std::optional<S3Tag>> run_multipart(S3Client& client, UploadNotes* notes, const S3MultipartJob& job,
                                           S3PartSource& source, const PutOptions& options);

// Gives up the upload that the notes know of the object, if they do, and drops the note. How many uploads there were.
Result<int> forget_upload(S3Client& client, UploadNotes* notes, const std::string& name, const std::stop_token& stop);

// Gives up every upload of the object but `kept`: they are of the same content, and nobody knows them.
Result<int> abandon_uploads_of(S3Client& client, const std::string& name, std::string_view kept,
                               const std::stop_token& stop);

}  // namespace candid::upload
