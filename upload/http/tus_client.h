#pragma once
// The tus protocol, version 1.0.0 (tus.io/protocols/resumable-upload): uploads by their URLs. Internal to upload.

#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>

#include "upload/http/http_session.h"
#include "upload/http/object_content.h"
#include "upload/http/persistence.h"
#include "upload/http/piece_length.h"
#include "upload/store.h"

namespace candid::upload {

// Thread-safe.
class TusClient {
 public:
  explicit TusClient(HttpSession& session) : session_(session) {}

  // A new upload's URL, on the server's own origin whatever its Location says. Where the answer is lost an empty upload
  // stays on the server that nobody can name: tus lists nothing, so its own expiry has to remove it.
  Result<std::string> create(std::string_view name, uint64_t size, const std::stop_token& stop);

  struct State {
    uint64_t offset = 0;
    uint64_t size = 0;
  };
  // Nothing when there is no such upload.
  Result<std::optional<State>> look(const std::string& url, const std::stop_token& stop);

  // Lost: the server does not know the upload any more. Damaged: pieces arrive changed time after time.
  enum class Sent { Whole, Lost, Damaged };
  // Sends what is missing from `offset` on, at the server's offset again after every failure.
  Result<Sent> send_from(uint64_t offset, const std::string& url, const ObjectContent& content,
                         const PutOptions& options);
  // Succeeds when there is no such upload.
  Result<void> terminate(const std::string& url);

  // Whether the server compared every piece with the checksum it came with.
  Result<bool> has_checksums(const std::stop_token& stop);

 private:
  struct Abilities {
    bool has_checksums = false;
    std::optional<uint64_t> most_bytes{};
  };
  Result<Abilities> abilities(const std::stop_token& stop);
  // One upload, as it is handed from step to step.
  struct Sending {
    const std::string& url;
    const ObjectContent& content;
    const PutOptions& options;
    Persistence persistence;
    uint64_t offset = 0;
    uint64_t furthest = 0;
    uint64_t length = 0;  // of the piece that was sent last
    int mismatches = 0;   // pieces in a row
  };
  Result<net::HttpResponse> send_piece(Sending& sending);
  // After a piece that did not get there: waits, and asks the server for its offset. Nothing when it does not know the
  // upload any more.
  Result<std::optional<uint64_t>> offset_after(Sending& sending, const Result<net::HttpResponse>& answer);
  std::string resolve(std::string_view location) const;

  HttpSession& session_;
  PieceLength pieces_;
  std::mutex mutex_;  // guards abilities_
  std::optional<Abilities> abilities_;
};

}  // namespace candid::upload
