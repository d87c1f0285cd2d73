// Puts files into a store as `candid publish` puts parts there, and tells in JSON how each fared. For tests that need
// uploads without the rest of the product: to be killed, measured, and sent over bad lines.

#include <atomic>
#include <csignal>
#include <iostream>
#include <mutex>
#include <thread>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "core/digest.h"
#include "core/encoding.h"
#include "upload/file_notes.h"
#include "upload/open_store.h"

namespace {

using namespace candid;
using namespace std::chrono_literals;
using Json = nlohmann::json;

struct Options {
  std::string store;
  std::filesystem::path notes;
  std::vector<std::filesystem::path> files;
  int at_once = 4;
  int parallel = 1;
  double time_scale = 1;
  double patience_s = 180;
  uint64_t limit_rate = 0;
  bool read_back = false;
  bool abandon = false;
};

// Hours as seconds: waits are shorter by a factor, and all that is measured by this clock is longer by it.
class ScaledPause final : public Pause {
 public:
  explicit ScaledPause(double scale) : scale_(scale) {}
  bool wait(std::chrono::milliseconds duration, const std::stop_token& stop) override {
    return system().wait(std::chrono::duration_cast<std::chrono::milliseconds>(duration / scale_), stop);
  }
  std::chrono::steady_clock::time_point now() const override {
    auto passed = system().now() - start_;
    return start_ + std::chrono::duration_cast<std::chrono::steady_clock::duration>(passed * scale_);
  }

 private:
  const double scale_;
  const std::chrono::steady_clock::time_point start_ = system().now();
};

Json error_json(const Error& error) {
  return {
      {"kind", std::string(to_string(error.kind()))}, {"message", error.describe()}, {"retryable", error.retryable()}};
}

Result<void> compare(upload::Store& store, const std::string& name, std::string_view sha256) {
  auto bytes = TRY(store.get(name));
  if (to_hex(candid::sha256(bytes)) == sha256) return {};
  return fail(ErrorKind::Corrupt, fmt::format("{} reads back differently", name), "look at the store");
}

Json put(upload::Store& store, const std::filesystem::path& file, const Options& options) {
  Json told{{"file", file.string()}};
  auto digest = sha256_file(file);
  if (!digest) return told.update({{"error", error_json(digest.error())}}), told;
  std::string hex = to_hex(*digest);
  std::string name = upload::part_object(hex);
  told["object"] = name;
  std::atomic<uint64_t> most = 0;
  upload::PutOptions how{.parallel = options.parallel};
  how.progress = [&](uint64_t sent) { most = std::max(most.load(), sent); };
  auto done = store.put_file(name, file, how);
  told["progress"] = most.load();
  if (done && options.read_back) done = compare(store, name, hex);
  if (!done) told["error"] = error_json(done.error());
  return told;
}

Json put_all(upload::Store& store, const Options& options) {
  std::vector<Json> told(options.files.size());
  std::atomic<size_t> next = 0;
  auto work = [&] {
    for (size_t i = next++; i < told.size(); i = next++) told[i] = put(store, options.files[i], options);
  };
  std::vector<std::jthread> workers;
  for (int i = 0; i < options.at_once; ++i) workers.emplace_back(work);
  workers.clear();
  return told;
}

Result<Json> run(const Options& options) {
  ScaledPause pause(options.time_scale);
  std::optional<net::RateLimiter> limiter;
  if (options.limit_rate > 0) limiter.emplace(options.limit_rate);
  std::unique_ptr<upload::FileNotes> notes = TRY(upload::FileNotes::open(options.notes));
  upload::StoreAddress address = TRY(upload::parse_store_address(options.store));
  upload::StoreSettings settings{.notes = notes.get(), .pause = &pause};
  settings.transport.upload_limit = limiter ? &*limiter : nullptr;
  settings.retries.patience = std::chrono::milliseconds(static_cast<int64_t>(options.patience_s * 1000));
  std::unique_ptr<upload::Store> store = TRY(upload::open_store(address, settings));
  auto start = std::chrono::steady_clock::now();
  Json told{{"files", put_all(*store, options)}};
  told["seconds"] = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  if (options.abandon) {
    // As a publisher does: what others may be sending is left alone for a week.
    told["abandoned"] =
        TRY(store->abandon_unfinished([](std::string_view) { return false; }, Clock::system().now() - 168h));
  }
  return told;
}

bool has_failures(const Json& told) {
  return std::ranges::any_of(told.at("files"), [](const Json& file) { return file.contains("error"); });
}

}  // namespace

int main(int count, char** words) {
  Options options;
  CLI::App program("puts files into a store");
  program.add_option("--store", options.store)->required();
  program.add_option("--notes", options.notes, "where uploads under way are written down")->required();
  program.add_option("--at-once", options.at_once, "files");
  program.add_option("--parallel", options.parallel, "parts of one file");
  program.add_option("--time-scale", options.time_scale, "waits are shorter by this factor");
  program.add_option("--patience", options.patience_s, "seconds of that time that one request is tried");
  program.add_option("--limit-rate", options.limit_rate, "bytes a second");
  program.add_flag("--read-back", options.read_back, "gets each object again and compares");
  program.add_flag("--abandon", options.abandon, "ends what earlier runs left unfinished");
  program.add_option("FILES", options.files)->required();
  CLI11_PARSE(program, count, words);
  std::signal(SIGPIPE, SIG_IGN);
  auto told = run(options);
  if (!told) {
    std::cout << Json{{"error", error_json(told.error())}}.dump() << std::endl;
    return 1;
  }
  std::cout << told->dump() << std::endl;
  return has_failures(*told) ? 1 : 0;
}
