// candid serve: view pages, media and tracking.

#include <charconv>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <mutex>

#include <fmt/format.h>
#include <malloc.h>

#include "campaign/destination.h"
#include "campaign/privacy/retention.h"
#include "campaign/replies/reply_worker.h"
#include "campaign/serving/object_mirror.h"
#include "campaign/serving/store_door.h"
#include "campaign/serving/store_library.h"
#include "cli/ledger_options.h"
#include "cli/session.h"
#include "core/log.h"
#include "core/text.h"
#include "track/api/api_server.h"
#include "track/web/ip_address.h"
#include "track/web/server.h"

namespace candid::cli {
namespace {

struct ServeOptions {
  std::string listen = "127.0.0.1:8080";
  std::string metrics_listen;
  std::string store;
  std::string public_url;
  LedgerOptions where;
  std::filesystem::path certificate;
  std::filesystem::path private_key;
  std::vector<std::string> trusted_proxies;
  uint64_t cache_bytes = 10'000'000'000;
  int keep_days = 0;
  uint64_t reply_room = track::ReplyLimits{}.room;
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

struct Endpoint {
  std::string address;
  uint16_t port = 0;
};

Result<Endpoint> parse_endpoint(const char* option, const std::string& text) {
  size_t colon = text.rfind(':');
  unsigned port = 0;
  const char* end = text.data() + text.size();
  auto parsed = colon == std::string::npos ? std::from_chars_result{end, std::errc::invalid_argument}
                                           : std::from_chars(text.data() + colon + 1, end, port);
  if (parsed.ec != std::errc{} || parsed.ptr != end || port > 65535 || colon == 0) {
    return fail(ErrorKind::InvalidInput,
                fmt::format("{}: \"{}\" is not an address and a port", option, shorten(text, 60)),
                "127.0.0.1:8080 for this machine alone, 0.0.0.0:8080 for all");
  }
  return Endpoint{without_brackets(text.substr(0, colon)), static_cast<uint16_t>(port)};
}

Result<track::ServerSettings> settings_of(const ServeOptions& options) {
  track::ServerSettings settings;
  const Endpoint listen = TRY(parse_endpoint("--listen", options.listen));
  settings.address = listen.address;
  settings.port = listen.port;
  if (!options.metrics_listen.empty()) {
    const Endpoint metrics = TRY(parse_endpoint("--metrics-listen", options.metrics_listen));
    settings.metrics_address = metrics.address;
    settings.metrics_port = metrics.port;
  }
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

// Videos that candidates answer with: taken in, and made playable.
struct Replies {
  std::unique_ptr<track::ReplyUploads> uploads{};
  std::unique_ptr<campaign::ReplyWorker> worker{};
};

Result<Replies> open_replies(const campaign::DataFolder& data, uint64_t room) {
  track::ReplyLimits limits;
  limits.room = room;
  limits.reserve = campaign::reserve_of_disk;
  Replies replies;
  replies.uploads = TRY(track::ReplyUploads::open(data.replies(), limits));
  auto transcode = [](const campaign::ReplyJob& job, const std::stop_token& stop) {
    return campaign::transcode_in_child({}, job, stop);
  };
  replies.worker = campaign::ReplyWorker::start(*replies.uploads, transcode);
  return replies;
}

// So that nothing is removed from a folder in which links of another ledger show something. False where that cannot be
// told to others: then nothing is removed from here either.
bool register_store(const ServedStore& store, const track::Ledger& ledger) {
  auto* folder = dynamic_cast<upload::FolderStore*>(store.open.store.get());
  if (folder == nullptr) return false;
  auto registered = campaign::register_ledger(*folder, ledger);
  if (!registered) log::warning("serve", registered.error().describe());
  return registered.has_value();
}

void tell_orphans(const campaign::OrphanReport& orphans, const campaign::RetentionReach& reach) {
  if (orphans.erased > 0)
    log::info("serve", fmt::format("{} video replies erased whose messages are gone", orphans.erased));
  if (orphans.waiting > 0) {
    log::warning("serve", fmt::format("the video replies to {} messages that the ledger does not know are erased after "
                                      "{} days; is {} the right one?",
                                      orphans.waiting, campaign::kOrphanedFor.count(), reach.ledger.describe()));
  }
  if (orphans.is_of_other_ledger) {
    log::warning("serve", fmt::format("the video replies in {} are of another ledger than {}: none is erased; where "
                                      "they are this one's all the same, remove orphans.json there",
                                      reach.replies->folder().string(), reach.ledger.describe()));
  }
}

// What is due is due again tomorrow, whatever came between.
void keep_no_longer(const campaign::RetentionReach& reach, int keep_days, const std::stop_token& stop) {
  auto report = campaign::apply_retention(reach, keep_days, Clock::system(), stop);
  if (!report && report.error().kind() == ErrorKind::Cancelled) return;
  if (!report) return log::warning("serve", report.error().describe());
  for (const Error& problem : report->problems)
    log::warning("serve", fmt::format("what is due to be erased is tried again tomorrow: {}", problem.describe()));
  if (report->messages > 0) {
    log::info("serve", fmt::format("{} messages, {} events and {} video replies erased, as their time was over",
                                   report->messages, report->events, report->reply_videos));
  }
  tell_orphans(report->orphans, reach);
  if (report->unused && report->unused->is_shared)
    log::info("serve", "other ledgers use the store: what was replaced there stays");
}

// Answers of tens of kilobytes come and go all the time: what they took is kept for the next ones, and not given back
// to the system and asked for again with each.
void keep_memory_of_answers() {
  constexpr int kKept = 32 << 20;
  ::mallopt(M_TRIM_THRESHOLD, kKept);
  ::mallopt(M_TOP_PAD, 1 << 20);
}

Outcome run_serve(Session& session, const ServeOptions& options) {
  keep_memory_of_answers();
  auto settings = settings_of(options);
  if (!settings) return session.failed(settings.error());
  campaign::Places places = options.where.places();
  places.store = options.store;
  auto store = open_served_store(places, options.cache_bytes);
  if (!store) return session.failed(store.error());
  auto ledger = campaign::open_ledger(places, {});
  if (!ledger) return session.failed(ledger.error());
  auto replies = open_replies(places.data, options.reply_room);
  if (!replies) return session.failed(replies.error());
  const bool is_registered = register_store(*store, *ledger->ledger);
  const track::ReplyVideos reply_videos(places.data.replies());
  track::ApiServer api(*ledger->ledger, *store->door);
  api.erase_beside([&](const std::vector<std::string>& messages) -> Result<int> {
    int erased = 0;
    for (const std::string& message : messages) erased += TRY(reply_videos.erase(message));
    return erased;
  });
  auto backups = api.keep_backups_in(places.data.path / "outgoing" / "backups");
  if (!backups) return session.failed(backups.error());
  auto server =
      track::Server::start(*settings, *ledger->ledger, *store->library, &api, Clock::system(), replies->uploads.get());
  if (!server) return session.failed(server.error());
  std::string url = url_of(*settings, (*server)->port());
  if (session.console.json) {
    nlohmann::json facts{{"url", url}, {"port", (*server)->port()}, {"data", places.data.path.string()}};
    if (uint16_t port = (*server)->metrics_port(); port != 0) {
      facts["metrics"] = fmt::format("http://{}/metrics", track::with_port(settings->metrics_address, port));
    }
    session.console.print_json(facts);
  }
  session.console.say(fmt::format("Serving {} from {}, links and views in {}. Ctrl-C ends it.",
                                  session.console.strong(url), store->open.store->describe(),
                                  ledger->ledger->describe()));
  if (!store->open.is_local)
    session.console.note("note: others publish to that store, not to this server; copies lie in the data folder.");
  campaign::RetentionReach reach{.ledger = *ledger->ledger, .store = store->open.store.get(), .replies = &reply_videos};
  if (is_registered) reach.unused_notes = places.data.unused_objects();
  campaign::DailyJob retention([&](const std::stop_token& stop) { keep_no_longer(reach, options.keep_days, stop); });
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
  auto options = std::make_shared<ServeOptions>();
  CLI::App* command = program.add_subcommand("serve", "serve the view pages and record who watched");
  command->add_option("--listen", options->listen, "address and port; port 0 takes a free one")
      ->type_name("ADDRESS:PORT")
      ->capture_default_str();
  command
      ->add_option(
          "--metrics-listen", options->metrics_listen,
          "where GET /metrics is answered for Prometheus, in the clear: an address that strangers cannot reach")
      ->type_name("ADDRESS:PORT");
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
  command
      ->add_option("--keep", options->keep_days,
                   "days after publishing in which everything about a message is kept; 0: as its campaign says")
      ->check(CLI::Range(0, 36500))
      ->capture_default_str();
  command->add_option("--reply-room", options->reply_room, "bytes for all videos that candidates answer with, as 20G")
      ->type_name("SIZE")
      ->transform(CLI::AsSizeValue(true))
      ->default_str("20G");
  add_ledger_options(*command, options->where);
  add_json_option(*command, session);
  command->callback(
      [options, &session] { session.command = [options, &session] { return run_serve(session, *options); }; });
}

}  // namespace candid::cli
