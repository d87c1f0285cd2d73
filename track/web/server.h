#pragma once
// The web server of the view pages: sockets, limits and threads around Site.

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "core/error.h"
#include "core/time.h"
#include "track/api/api.h"
#include "track/ledger/ledger.h"
#include "track/media_library.h"
#include "track/replies/reply_uploads.h"
#include "track/web/live_feed.h"

namespace candid::track {

struct ServerLimits {
  uint32_t header_bytes = 16 * 1024;
  uint32_t body_bytes = 64 * 1024;  // longer ones: api.h
  // For the TLS handshake as a whole.
  std::chrono::milliseconds handshake_timeout = std::chrono::seconds(10);
  // From the first byte to the last of a request, but for a long body; also how long an idle connection is kept.
  std::chrono::milliseconds read_timeout = std::chrono::seconds(20);
  // How long a long body may take for 64 KiB more.
  std::chrono::milliseconds long_body_pace = std::chrono::seconds(30);
  uint64_t long_body_bytes = 256ull << 20;  // of all long bodies at once; further ones get 503
  // How long a peer may take no byte of its answer. A paused player does that too, and asks again when it goes on.
  std::chrono::milliseconds write_timeout = std::chrono::seconds(60);
  // What stop() gives requests that are under way.
  std::chrono::milliseconds drain_timeout = std::chrono::seconds(5);
  // And what it gives workers after that.
  std::chrono::milliseconds worker_timeout = std::chrono::seconds(2);
  // Fewer where the process may not open as many files. One more ends the connection that waits for its peer for the
  // longest (between requests, in a handshake, or for the rest of a request), and is closed at once where none does.
  size_t connections = 20'000;
  // The same for one address (IPv4, or IPv6 /64); trusted proxies have no such bound.
  size_t connections_of_address = 500;
  // Those to the metrics' own address.
  size_t metrics_connections = 16;
  // Live answers at once; further ones get 503.
  size_t live_feeds = 48;
  LiveLimits live{};
  // Requests that wait for a worker, for each kind of workers; further ones get 503.
  size_t waiting = 128;
  size_t waiting_passcodes = 8;
};

struct ServerSettings {
  std::string address = "127.0.0.1";
  uint16_t port = 8080;      // 0: any free one
  int threads = 3;           // for sockets; all but one may do quick work besides (fast_lane.h)
  int workers = 8;           // for pages, as the ledger may be far away
  int api_workers = 8;       // for the API, whose objects are written and hashed
  int media_workers = 8;     // for media, as the store may be far away, too
  int passcode_workers = 2;  // each takes 64 MiB
  // Where GET /metrics is answered, in the clear and to whoever comes there: an address that strangers cannot reach.
  // Empty: nowhere.
  std::string metrics_address{};
  uint16_t metrics_port = 0;  // 0: any free one
  std::string public_url;     // as candidates see it, "https://talk.example.com"; for link previews

  // PEM files, the certificate with its chain. With them the server speaks TLS 1.2 and later, and reads them anew when
  // they change; without, plain HTTP. One without the other is InvalidInput.
  std::filesystem::path certificate;
  std::filesystem::path private_key;
  std::chrono::milliseconds certificate_check = std::chrono::seconds(30);  // how often they are looked at

  // How often the dashboard looks for what other programs wrote into the ledger; costs nothing where they did not.
  std::chrono::milliseconds news_check = std::chrono::seconds(10);
  // How often visits that are counted without persons are looked through for those that are over.
  std::chrono::milliseconds visits_check = std::chrono::minutes(1);

  // "127.0.0.1", "10.0.0.0/8", "::1": only what these say of the sender in X-Forwarded-For and X-Forwarded-Proto
  // counts.
  std::vector<std::string> trusted_proxies;
  ServerLimits limits;
};

class Server {
 public:
  // Listens when it returns. Everything borrowed outlives the server; without an API everything below /api/ is 404, and
  // without uploads of replies pages take no videos.
  static Result<std::unique_ptr<Server>> start(const ServerSettings& settings, Ledger& ledger,
                                               const MediaLibrary& media, Api* api,
                                               const Clock& clock = Clock::system(), ReplyUploads* replies = nullptr);
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  uint16_t port() const;
  uint16_t metrics_port() const;  // 0 without a metrics address
  // Takes no new requests, lets those under way end (drain_timeout), stores their events. False when a worker is still
  // busy then, with a store that hangs, say; the destructor waits for it. Any thread but the server's own may call it,
  // also twice.
  bool stop();

 private:
  struct State;
  explicit Server(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace candid::track
