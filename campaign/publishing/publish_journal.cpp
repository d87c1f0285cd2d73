#include "campaign/publishing/publish_journal.h"

#include <cerrno>
#include <map>
#include <mutex>
#include <set>
#include <sstream>

#include <fcntl.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <sys/stat.h>
#include <unistd.h>

#include "campaign/publishing/link_book.h"
#include "core/files.h"

namespace candid::campaign {
namespace {

constexpr int kJournalVersion = 1;
constexpr size_t kTokenLength = 27;  // track::make_token()
// A power cut costs no more than this of what is only convenient to know.
constexpr std::chrono::seconds kSyncInterval{1};
constexpr uint64_t kLargestJournal = uint64_t{1} << 30;
// Rewriting is worth it from here on.
constexpr size_t kFewLines = 1000;

using Json = nlohmann::json;

int64_t milliseconds(UtcTime time) {
  return time.time_since_epoch().count();
}

UtcTime moment(const Json& value) {
  return UtcTime(std::chrono::milliseconds(value.get<int64_t>()));
}

Json to_json(const JournalLink& link) {
  Json json = {{"token", link.token}, {"made_at", milliseconds(link.made_at)}, {"given", link.is_given}};
  if (link.is_restored) json["restored"] = true;
  if (!link.passcode.empty()) json["passcode"] = link.passcode;
  if (!link.former_passcode.empty()) json["former_passcode"] = link.former_passcode;
  if (!link.terms.passcode_hash.empty()) json["passcode_hash"] = link.terms.passcode_hash;
  if (link.terms.expires_at) json["expires_at"] = milliseconds(*link.terms.expires_at);
  if (link.terms.view_limit) json["views"] = *link.terms.view_limit;
  if (link.terms.may_download) json["download"] = true;
  return json;
}

// Nothing where the token is none that we make: such a link would open nothing, or could be guessed.
std::optional<JournalLink> link_from(const Json& json) {
  JournalLink link;
  link.token = json.at("token");
  if (link.token.size() != kTokenLength || token_of(link_url("", link.token)) != link.token) return std::nullopt;
  link.made_at = moment(json.at("made_at"));
  link.is_given = json.value("given", false);
  link.is_restored = json.value("restored", false);
  link.passcode = json.value("passcode", "");
  link.former_passcode = json.value("former_passcode", "");
  link.terms.passcode_hash = json.value("passcode_hash", "");
  if (json.contains("expires_at")) link.terms.expires_at = moment(json["expires_at"]);
  if (json.contains("views")) link.terms.view_limit = json["views"].get<int>();
  link.terms.may_download = json.value("download", false);
  return link;
}

// What the lines add up to.
struct Facts {
  std::string store;
  JournalLedger ledger;
  std::map<std::string, std::string, std::less<>> objects;
  std::map<std::string, JournalLink, std::less<>> links;
  std::set<std::string, std::less<>> dropped;  // messages
  double rate = 0;

  size_t size() const { return objects.size() + links.size() + dropped.size() + 3; }

  void bind(std::string id) {
    if (id == store) return;
    store = std::move(id);
    objects.clear();
  }

  void put(const std::string& message, std::optional<JournalLink> link) {
    if (!link) return;
    links[message] = std::move(*link);
    dropped.erase(message);
  }

  void drop(const std::string& message) {
    links.erase(message);
    dropped.insert(message);
  }

  // Throws where a line is not ours.
  void add(const Json& line) {
    if (line.contains("store")) bind(line["store"]);
    if (line.contains("object")) objects[line["object"]] = line.at("is");
    if (line.contains("ledger")) ledger = {line["ledger"], line.value("ledger_name", "")};
    if (line.contains("link")) put(line["link"], link_from(line.at("is")));
    if (line.contains("dropped")) drop(line["dropped"]);
    if (line.contains("rate")) rate = line["rate"];
  }

  std::string text() const {
    std::string text = Json{{"version", kJournalVersion}, {"store", store}, {"rate", rate}}.dump() + "\n";
    if (!ledger.id.empty()) text += Json{{"ledger", ledger.id}, {"ledger_name", ledger.name}}.dump() + "\n";
    for (const auto& [name, is] : objects) text += Json{{"object", name}, {"is", is}}.dump() + "\n";
    for (const auto& [name, is] : links) text += Json{{"link", name}, {"is", to_json(is)}}.dump() + "\n";
    for (const std::string& name : dropped) text += Json{{"dropped", name}}.dump() + "\n";
    return text;
  }
};

struct Reading {
  Facts facts;
  size_t lines = 0;
  bool is_torn = false;
};

Result<Reading> read_facts(const std::filesystem::path& file) {
  Reading reading;
  std::error_code code;
  if (!std::filesystem::exists(file, code)) return reading;
  std::string text = TRY(read_text_file(file, kLargestJournal));
  reading.is_torn = !text.empty() && text.back() != '\n';
  std::istringstream lines(std::move(text));
  for (std::string line; std::getline(lines, line); ++reading.lines) {
    Json json = Json::parse(line, nullptr, false);
    if (!json.is_object()) continue;  // torn
    try {
      if (json.value("version", kJournalVersion) > kJournalVersion) {
        return fail(ErrorKind::Unsupported, fmt::format("{} was written by a newer candid", file.string()),
                    "update candid");
      }
      reading.facts.add(json);
    } catch (const Json::exception&) {
      continue;  // What is not known is asked again.
    }
  }
  return reading;
}

}  // namespace

struct PublishJournal::State {
  ~State() {
    if (file >= 0) ::close(file);
  }

  Result<void> add(const Json& line) {
    facts.add(line);
    if (file < 0) return {};
    if (failure) return tl::unexpected(*failure);
    waiting += line.dump() + "\n";
    auto now = std::chrono::steady_clock::now();
    return now - synced_at < kSyncInterval ? Result<void>() : sync();
  }

  Result<void> sync() {
    if (failure) return tl::unexpected(*failure);
    if (waiting.empty() || file < 0) return {};
    std::string_view rest = waiting;
    while (!rest.empty()) {
      ssize_t wrote = ::write(file, rest.data(), rest.size());
      if (wrote < 0 && errno == EINTR) continue;
      if (wrote < 0) return failed();
      rest.remove_prefix(static_cast<size_t>(wrote));
    }
    waiting.clear();
    if (::fdatasync(file) != 0) return failed();
    synced_at = std::chrono::steady_clock::now();
    return {};
  }

  // For good: a line that is half there would swallow the next one, and the kernel tells of pages that it could not
  // write once, and then takes them for clean.
  tl::unexpected<Error> failed() {
    failure = system_error(errno, fmt::format("cannot write {}", path.string()));
    return tl::unexpected(*failure);
  }

  std::filesystem::path path;
  int file = -1;  // -1: only looked at
  mutable std::mutex mutex{};
  Facts facts{};
  std::string waiting{};
  std::optional<Error> failure{};
  std::chrono::steady_clock::time_point synced_at = std::chrono::steady_clock::now();
};

PublishJournal::PublishJournal(std::unique_ptr<State> state) : state_(std::move(state)) {}
PublishJournal::~PublishJournal() = default;

Result<std::unique_ptr<PublishJournal>> PublishJournal::read(const std::filesystem::path& file) {
  auto state = std::make_unique<State>();
  state->path = file;
  state->facts = TRY(read_facts(file)).facts;
  return std::unique_ptr<PublishJournal>(new PublishJournal(std::move(state)));
}

Result<std::unique_ptr<PublishJournal>> PublishJournal::open(const std::filesystem::path& file) {
  Reading reading = TRY(read_facts(file));
  bool is_long = reading.lines > kFewLines + 2 * reading.facts.size();
  if (reading.lines == 0 || reading.is_torn || is_long) {
    TRY_VOID(write_file(file, reading.facts.text(), FileMode::Private));
  }
  auto state = std::make_unique<State>();
  state->path = file;
  state->facts = std::move(reading.facts);
  state->file = ::open(file.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC | O_NOFOLLOW);
  if (state->file < 0 || ::fchmod(state->file, 0600) != 0)
    return tl::unexpected(system_error(errno, fmt::format("cannot open {}", file.string())));
  return std::unique_ptr<PublishJournal>(new PublishJournal(std::move(state)));
}

Result<void> PublishJournal::bind_to_store(std::string_view store_id) {
  std::lock_guard lock(state_->mutex);
  if (state_->facts.store == store_id) return {};
  return state_->add({{"store", store_id}});
}

bool PublishJournal::has_object(std::string_view name, std::string_view fingerprint) const {
  std::lock_guard lock(state_->mutex);
  auto found = state_->facts.objects.find(name);
  return found != state_->facts.objects.end() && found->second == fingerprint;
}

Result<void> PublishJournal::add_object(std::string_view name, std::string_view fingerprint) {
  if (has_object(name, fingerprint)) return {};
  std::lock_guard lock(state_->mutex);
  return state_->add({{"object", name}, {"is", fingerprint}});
}

JournalLedger PublishJournal::ledger() const {
  std::lock_guard lock(state_->mutex);
  return state_->facts.ledger;
}

Result<void> PublishJournal::bind_to_ledger(const JournalLedger& ledger) {
  std::lock_guard lock(state_->mutex);
  if (state_->facts.ledger.id == ledger.id && state_->facts.ledger.name == ledger.name) return {};
  return state_->add({{"ledger", ledger.id}, {"ledger_name", ledger.name}});
}

std::optional<JournalLink> PublishJournal::link(std::string_view message_id) const {
  std::lock_guard lock(state_->mutex);
  auto found = state_->facts.links.find(message_id);
  return found == state_->facts.links.end() ? std::nullopt : std::optional(found->second);
}

std::map<std::string, JournalLink> PublishJournal::links() const {
  std::lock_guard lock(state_->mutex);
  return {state_->facts.links.begin(), state_->facts.links.end()};
}

Result<void> PublishJournal::put_link(std::string_view message_id, const JournalLink& link) {
  std::lock_guard lock(state_->mutex);
  return state_->add({{"link", message_id}, {"is", to_json(link)}});
}

Result<void> PublishJournal::drop_link(std::string_view message_id) {
  std::lock_guard lock(state_->mutex);
  if (state_->facts.dropped.contains(message_id)) return {};
  return state_->add({{"dropped", message_id}});
}

bool PublishJournal::has_dropped(std::string_view message_id) const {
  std::lock_guard lock(state_->mutex);
  return state_->facts.dropped.contains(message_id);
}

double PublishJournal::upload_rate() const {
  std::lock_guard lock(state_->mutex);
  return state_->facts.rate;
}

Result<void> PublishJournal::set_upload_rate(double bytes_per_second) {
  std::lock_guard lock(state_->mutex);
  return state_->add({{"rate", bytes_per_second}});
}

Result<void> PublishJournal::sync() {
  std::lock_guard lock(state_->mutex);
  return state_->sync();
}

}  // namespace candid::campaign
