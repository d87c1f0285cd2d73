#pragma once
// Where parts, recipes and posters live.
//
// Contract, for every backend (tests/contract/store_contract.h holds them to it):
// - An object appears whole or not at all; a reader never sees half of one.
// - What is put is what is stored: the bytes are compared with what the store says it holds (a digest of its own, or by
//   reading back), and a difference is Corrupt, retryable, and leaves nothing under the name but what somebody else may
//   have put there meanwhile.
// - What put_file() stores under a part's name is that part: a file of other bytes is Corrupt, not retryable, and
//   nothing is stored.
// - put() of an object that is there with the same bytes changes nothing and succeeds: callers may repeat it freely. So
//   a put whose answer was lost is repeated, and succeeds.
// - Once put() returned, the object survives a crash of this machine (folder) or is acknowledged by the server.
// - remove() of what is not there succeeds.
// - Errors say what to do. NotFound (the object; a bucket or folder that should be there), PermissionDenied (who we
//   are, or what we may do), NoSpace, Network, Corrupt and Cancelled are told apart. What may get better is tried
//   again inside for some minutes; retryable() says whether a later run may fare better.
// - All functions may be called from several threads at once.

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"
#include "core/time.h"

namespace candid::upload {

// "parts/ab/abcdef…", "recipes/ID.json": lower-case letters, digits, '.', '_', '-' and '/', never "..", never absolute.
bool is_object_name(std::string_view name);

// The object name of a part; `sha256` is 64 hexadecimal digits.
std::string part_object(std::string_view sha256);
// Whether it is the name of a part: such an object's content is known by its name, so it is never replaced.
bool is_part_object(std::string_view name);
// The object that says which store it is.
inline constexpr std::string_view kStoreIdentity = "candid-store.json";
// Whether campaigns give that name to objects: a part's, recipes/NAME.json, videos/NAME.mp4, or kStoreIdentity.
// Whatever else is in a bucket belongs to other programs.
bool is_name_of_publishing(std::string_view name);

// What a backend writes down about uploads under way, so that a later run goes on where this one ends (an S3 upload id,
// say), and what it must remember about finished ones (tus knows no names). Durable when keep() returns. Thread-safe.
class UploadNotes {
 public:
  virtual ~UploadNotes() = default;
  virtual std::optional<std::string> find(std::string_view name) const = 0;
  virtual Result<void> keep(std::string_view name, std::string_view note) = 0;
  virtual Result<void> drop(std::string_view name) = 0;
  // Every name that has a note.
  virtual std::vector<std::string> names() const = 0;
};

// How one put goes.
struct PutOptions {
  std::stop_token stop{};
  // Bytes of the object that have left so far; from any thread, and less again where a transfer is repeated.
  std::function<void(uint64_t)> progress{};
  // Parts of this one object that may be on their way at once. With one, a killed run sends at most one part again; to
  // S3, on a line that was seen to be fast, an object of up to 64 MiB goes in one request and is one part.
  int parallel = 1;
  // What is there with the right size is compared by content as well, and replaced when it differs: for a store that is
  // suspected of having lost or changed something. Some stores read the object back for that.
  bool check_content = false;
};

class Bucket;

class Store {
 public:
  virtual ~Store() = default;

  // The object's size, or nothing when it is not there.
  virtual Result<std::optional<uint64_t>> size_of(std::string_view name) = 0;
  virtual Result<void> put(std::string_view name, std::span<const uint8_t> bytes) = 0;
  // The same from a file, without holding it in memory. The file does not change meanwhile.
  virtual Result<void> put_file(std::string_view name, const std::filesystem::path& file,
                                const PutOptions& options = {}) = 0;
  virtual Result<std::vector<uint8_t>> get(std::string_view name) = 0;
  // The same into a file, which appears whole or not at all.
  virtual Result<void> get_file(std::string_view name, const std::filesystem::path& file) = 0;
  virtual Result<void> remove(std::string_view name) = 0;
  // For messages to people: "folder /srv/candid/store", "S3 bucket videos at s3.eu-central-1.amazonaws.com".
  virtual std::string describe() const = 0;

  // Ends uploads that nobody will finish, so that nothing half-sent is paid for: those in the notes whose object is not
  // in `wanted` (where campaigns share their notes, as for tus: only such as were last worked on before `before`), and
  // ours that began before `before` and that no notes know. `before` is by this machine's clock. How many there were.
  virtual Result<int> abandon_unfinished(const std::function<bool(std::string_view name)>& wanted, UtcTime before);

  // What only an object store in the cloud can do; null elsewhere.
  virtual Bucket* bucket() { return nullptr; }
};

// A range of an object that is in the store already.
struct ObjectRange {
  std::string name;
  uint64_t offset = 0;
  uint64_t length = 0;
};

class Bucket {
 public:
  virtual ~Bucket() = default;
  // An address that lets anybody read the object for so long (at most seven days). Thread-safe, without a transfer.
  virtual Result<std::string> presigned_get(std::string_view name, std::chrono::seconds lifetime) = 0;
  // "https://host": where presigned addresses lead.
  virtual std::string origin() const = 0;
  // Makes an object of ranges of others inside the bucket: what is large enough is copied there (UploadPartCopy), only
  // small pieces travel. `read` gives their bytes from what this machine has. Succeeds without work when an object of
  // that name is there already with this size and `fingerprint` (any text that names the content).
  virtual Result<void> compose(std::string_view name, std::span<const ObjectRange> ranges, std::string_view fingerprint,
                               std::string_view content_type,
                               const std::function<Result<std::vector<uint8_t>>(const ObjectRange&)>& read,
                               const PutOptions& options) = 0;
};

}  // namespace candid::upload
