// candid serve: view pages, media and tracking.

#include <charconv>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <mutex>

#include <fmt/format.h>

#include "campaign/destination.h"
#include "campaign/serving/object_mirror.h"
#include "campaign/serving/store_door.h"
#include "campaign/serving/store_library.h"
#include "cli/ledger_options.h"
#include "cli/session.h"
#include "core/text.h"
#include "track/api/api_server.h"
#include "track/web/ip_address.h"
#include "track/web/server.h"

namespace candid::cli {
namespace {

struct Options {
  std::string listen = "127.0.0.1:8080";
  std::string store;
  std::string public_url;
  LedgerOptions where;
  std::filesystem::path certificate;
  std::filesystem::path private_key;
  std::vector<std::string> trusted_proxies;
  uint64_t cache_bytes = 10'000'000'000;
};

// "[::1]:8080", as addresses with colons of their own are written.
std::string without_brackets(const std::string& address) {
  bool has_some = address.size() > 2 && address.front() == '[' && address.back() == ']';
  return has_some ? address.substr(1, address.size() - 2) : address;
}

std::string url_of(const track::ServerSettings& settings, uint16_t port) {
  const char* scheme = settings.certificate.empty() ? "http" : "https";
  return fmt::format("{}://{}", scheme, track::with_port(settings.address, port));
}

Result<track::ServerSettings> settings_of(const Options& options) {
  track::ServerSettings settings;
  size_t colon = options.listen.rfind(':');
  unsigned port = 0;
  const char* end = options.listen.data() + options.listen.size();
  auto parsed = colon == std::string::npos ? std::from_chars_result{end, std::errc::invalid_argument}
                                           : std::from_chars(options.listen.data() + colon + 1, end, port);
  if (parsed.ec != std::errc{} || parsed.ptr != end || port > 65535 || colon == 0) {
    return fail(ErrorKind::InvalidInput,
                fmt::format("--listen: \"{}\" is not an address and a port", shorten(options.listen, 60)),
                "127.0.0.1:8080 for this machine alone, 0.0.0.0:8080 for all");
  }
  settings.address = without_brackets(options.listen.substr(0, colon));
  settings.port = static_cast<uint16_t>(port);
  settings.public_url = options.public_url;
  settings.certificate = options.certificate;
  settings.private_key = options.private_key;
  settings.trusted_proxies = options.trusted_proxies;
  return settings;
}

void wait_for_stop(const std::stop_token& stop) {
  std::mutex mutex;
  std::condition_variable_any stopped;
  std::unique_lock lock(mutex);
  stopped.wait(lock, stop, [&] { return stop.stop_requested(); });
}

// The API's objects where the store is elsewhere: who publishes sends them there, not here.
class ClosedDoor final : public track::ObjectDoor {
 public:
  explicit ClosedDoor(std::string store) : store_(std::move(store)) {}
  Result<track::MediaFile> find(std::string_view) override { return closed(); }
  Result<void> remove(std::string_view) override { return closed(); }
  Result<uint64_t> received(const track::ObjectUpload&) override { return closed(); }
  Result<uint64_t> append(const track::ObjectUpload&, uint64_t, std::span<const uint8_t>) override { return closed(); }

 private:
  tl::unexpected<Error> closed() const {
    return fail(ErrorKind::Unsupported, fmt::format("this server keeps its objects in the {}", store_),
                "name that store in [publish] store, and \"server\" as the ledger alone");
  }
  std::string store_;
};

// A store as it is served, and as others publish to it.
struct ServedStore {
  campaign::OpenStore open;
  std::unique_ptr<campaign::ObjectFiles> files{};
  std::unique_ptr<campaign::StoreLibrary> library{};
  std::unique_ptr<track::ObjectDoor> door{};
};

Result<ServedStore> open_served_store(const campaign::Places& places, uint64_t cache_bytes) {
  // Without the stop: Ctrl-C lets running requests end (Server::stop()).
  ServedStore served{TRY(campaign::open_store_for_reading(places, {}))};
  upload::Store& store = *served.open.store;
  if (auto* folder = dynamic_cast<upload::FolderStore*>(&store)) {
    served.files = std::make_unique<campaign::FolderFiles>(*folder);
    served.door = TRY(campaign::StoreDoor::open(*folder));
  } else {
    served.files = TRY(campaign::ObjectMirror::open(store, places.data.cache(), cache_bytes));
    served.door = std::make_unique<ClosedDoor>(store.describe());
  }
  served.library = std::make_unique<campaign::StoreLibrary>(*served.files, store.bucket());
  return served;
}

Outcome run(Session& session, const Options& options) {
  auto settings = settings_of(options);
  if (!settings) return session.failed(settings.error());
  campaign::Places places = options.where.places();
  places.store = options.store;
  auto store = open_served_store(places, options.cache_bytes);
  if (!store) return session.failed(store.error());
  auto ledger = campaign::open_ledger(places, {});
  if (!ledger) return session.failed(ledger.error());
  track::ApiServer api(*ledger->ledger, *store->door);
  auto server = track::Server::start(*settings, *ledger->ledger, *store->library, &api);
  if (!server) return session.failed(server.error());
  std::string url = url_of(*settings, (*server)->port());
  if (session.console.json) {
    session.console.print_json({{"url", url}, {"port", (*server)->port()}, {"data", places.data.path.string()}});
  }
  session.console.say(fmt::format("Serving {} from {}, links and views in {}. Ctrl-C ends it.",
                                  session.console.strong(url), store->open.store->describe(),
                                  ledger->ledger->describe()));
  if (!store->open.is_local)
    session.console.note("note: others publish to that store, not to this server; copies lie in the data folder.");
  wait_for_stop(session.stop);
  if (!(*server)->stop()) {
    // A worker waits for a store or a disk, which cannot be interrupted. What was recorded is stored, and files appear
    // by rename, so nothing is lost with it.
    std::fflush(nullptr);
    std::_Exit(EXIT_SUCCESS);
  }
  return Outcome::Done;
}

}  // namespace

void add_serve(CLI::App& program, Session& session) {
  auto options = std::make_shared<Options>();
  CLI::App* command = program.add_subcommand("serve", "serve the view pages and record who watched");
  command->add_option("--listen", options->listen, "address and port; port 0 takes a free one")
      ->type_name("ADDRESS:PORT")
      ->capture_default_str();
  command
      ->add_option("--public-url", options->public_url, "the server's address as candidates see it, for link previews")
      ->type_name("URL");
  command->add_option("--tls-cert", options->certificate, "certificate with its chain, PEM; read anew when it changes")
      ->type_name("FILE");
  command->add_option("--tls-key", options->private_key, "its private key, PEM")->type_name("FILE");
  command
      ->add_option("--trusted-proxy", options->trusted_proxies,
                   "address or network of a proxy whose X-Forwarded-For counts; may be repeated")
      ->type_name("NET");
  command
      ->add_option("--store", options->store,
                   "where campaigns publish to, as in [publish]: folder:PATH, s3://…; else the data folder's")
      ->type_name("STORE");
  command
      ->add_option("--cache-size", options->cache_bytes, "bytes of a remote store to keep in the data folder, as 10G")
      ->type_name("SIZE")
      ->transform(CLI::AsSizeValue(true))
      ->default_str("10G");
  add_ledger_options(*command, options->where);
  add_json_option(*command, session);
  command->callback([options, &session] { session.command = [options, &session] { return run(session, *options); }; });
}

}  // namespace candid::cli
