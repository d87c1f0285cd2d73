// candid serve: view pages, media and tracking.

#include <charconv>
#include <condition_variable>
#include <mutex>

#include <fmt/format.h>

#include "campaign/publish.h"
#include "campaign/store_library.h"
#include "cli/session.h"
#include "core/files.h"
#include "core/text.h"
#include "track/server.h"

namespace candid::cli {
namespace {

struct Options {
  std::string listen = "127.0.0.1:8080";
  std::string store;
  std::string public_url;
  std::filesystem::path data = default_data_folder();
  bool behind_proxy = false;
};

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
  settings.address = options.listen.substr(0, colon);
  settings.port = static_cast<uint16_t>(port);
  settings.public_url = options.public_url;
  settings.behind_proxy = options.behind_proxy;
  return settings;
}

void wait_for_stop(const std::stop_token& stop) {
  std::mutex mutex;
  std::condition_variable_any stopped;
  std::unique_lock lock(mutex);
  stopped.wait(lock, stop, [&] { return stop.stop_requested(); });
}

Outcome run(Session& session, const Options& options) {
  auto settings = settings_of(options);
  if (!settings) return session.failed(settings.error());
  campaign::DataFolder data{options.data};
  if (auto made = make_folder(data.path); !made) return session.failed(made.error());
  auto store = campaign::open_store(options.store, data);
  if (!store) return session.failed(store.error());
  auto ledger = track::Ledger::open(data.ledger());
  if (!ledger) return session.failed(ledger.error());
  campaign::StoreLibrary library(**store);
  auto server = track::Server::start(*settings, **ledger, library);
  if (!server) return session.failed(server.error());
  std::string url = fmt::format("http://{}:{}", settings->address, (*server)->port());
  if (session.console.json) {
    session.console.print_json({{"url", url}, {"port", (*server)->port()}, {"data", data.path.string()}});
  }
  session.console.say(
      fmt::format("Serving {} from {}. Ctrl-C ends it.", session.console.strong(url), data.path.string()));
  wait_for_stop(session.stop);
  (*server)->stop();
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
  command->add_flag("--behind-proxy", options->behind_proxy, "trust the last address in X-Forwarded-For");
  command
      ->add_option("--store", options->store, "folder:PATH when campaigns publish elsewhere than into the data folder")
      ->type_name("STORE");
  add_data_option(*command, options->data);
  add_json_option(*command, session);
  command->callback([options, &session] { session.command = [options, &session] { return run(session, *options); }; });
}

}  // namespace candid::cli
