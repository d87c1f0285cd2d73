#include "track/api/ledger_api.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "core/encoding.h"
#include "core/files.h"
#include "core/random.h"
#include "track/api/api.h"
#include "track/api/api_error.h"
#include "track/api/piece_headers.h"
#include "track/evidence/counted_visits.h"
#include "track/ledger/ledger_json.h"
#include "track/ledger/ledger_rules.h"

namespace candid::track {
namespace {

using nlohmann::json;

constexpr size_t kLongestId = 1'000;
constexpr size_t kLongestKey = 200;
constexpr size_t kBackupDigits = 8;         // bytes
constexpr size_t kLongestIdentity = 4'100;  // an address, as long as one may be in a message

json nothing() {
  return json::object();
}

template <typename T>
json or_null(const std::optional<T>& record) {
  return record ? json_of(*record) : json(nullptr);
}

// Each reads its fields, checks that there are no others, then calls the ledger.

Result<json> upsert_messages(Ledger& ledger, JsonFields& fields) {
  const json& list = fields.array("messages");
  TRY_VOID(fields.finish());
  auto messages = TRY(list_from_json(list, message_from_json));
  TRY_VOID(ledger.upsert_messages(messages));
  return nothing();
}

Result<json> find_message(Ledger& ledger, JsonFields& fields) {
  std::string id = fields.text("message", kLongestId);
  TRY_VOID(fields.finish());
  auto message = TRY(ledger.find_message(id));
  return json{{"message", or_null(message)}};
}

Result<json> messages(Ledger& ledger, JsonFields& fields) {
  std::string campaign = fields.text("campaign", kLongestId);
  TRY_VOID(fields.finish());
  auto found = TRY(ledger.messages(campaign));
  return json{{"messages", json_list(found)}};
}

Result<json> campaigns(Ledger& ledger, JsonFields& fields) {
  TRY_VOID(fields.finish());
  auto found = TRY(ledger.campaigns());
  return json{{"campaigns", json_list(found)}};
}

Result<json> put_link(Ledger& ledger, JsonFields& fields) {
  Sha256 digest = fields.digest("digest");
  std::string message = fields.text("message", kLongestId);
  auto purpose = purpose_named(fields.text("purpose", kLongestId));
  if (!purpose) fields.refuse("purpose", "is neither \"candidate\" nor \"owner\"");
  const json& terms_json = fields.object("terms");
  TRY_VOID(fields.finish());
  LinkTerms terms = TRY(terms_from_json(terms_json));
  TRY_VOID(ledger.put_link(digest, message, *purpose, terms));
  return nothing();
}

Result<json> find_link(Ledger& ledger, JsonFields& fields) {
  if (fields.has("link")) {
    int64_t number = fields.number("link", INT64_MIN, INT64_MAX);
    TRY_VOID(fields.finish());
    auto link = TRY(ledger.find_link(number));
    return json{{"link", or_null(link)}};
  }
  Sha256 digest = fields.digest("digest");
  TRY_VOID(fields.finish());
  auto link = TRY(ledger.find_link(digest));
  return json{{"link", or_null(link)}};
}

Result<json> find_links(Ledger& ledger, JsonFields& fields) {
  auto digests = fields.digests("digests", kMostOfBatch);
  TRY_VOID(fields.finish());
  auto links = json::array();
  for (const auto& link : TRY(ledger.find_links(digests))) links.push_back(or_null(link));
  return json{{"links", std::move(links)}};
}

Result<json> admit_view(Ledger& ledger, JsonFields& fields) {
  int64_t link = fields.number("link", INT64_MIN, INT64_MAX);
  std::string session = fields.text("session", kLongestId);
  TRY_VOID(fields.finish());
  bool admitted = TRY(ledger.admit_view(link, session));
  return json{{"admitted", admitted}};
}

Result<json> revoke_link(Ledger& ledger, JsonFields& fields) {
  Sha256 digest = fields.digest("digest");
  TRY_VOID(fields.finish());
  TRY_VOID(ledger.revoke_link(digest));
  return nothing();
}

Result<json> revoke_links(Ledger& ledger, JsonFields& fields) {
  std::string message = fields.text("message", kLongestId);
  TRY_VOID(fields.finish());
  int revoked = TRY(ledger.revoke_links(message));
  return json{{"revoked", revoked}};
}

Result<json> revoke_messages(Ledger& ledger, JsonFields& fields) {
  auto ids = fields.texts("messages", kMostOfBatch, kLongestId);
  TRY_VOID(fields.finish());
  int revoked = TRY(ledger.revoke_messages(ids));
  return json{{"revoked", revoked}};
}

Result<json> ledger_id(Ledger& ledger, JsonFields& fields) {
  TRY_VOID(fields.finish());
  std::string id = TRY(ledger.id());
  return json{{"id", std::move(id)}};
}

Result<json> stop_tracking(Ledger& ledger, JsonFields& fields) {
  int64_t link = fields.number("link", INT64_MIN, INT64_MAX);
  TRY_VOID(fields.finish());
  TRY_VOID(ledger.stop_tracking(link));
  return nothing();
}

Result<json> append(Ledger& ledger, JsonFields& fields) {
  const json& list = fields.array("events");
  TRY_VOID(fields.finish());
  auto events = TRY(list_from_json(list, event_from_json));
  TRY_VOID(ledger.append_and_wait(std::move(events)));
  return nothing();
}

Result<json> history(Ledger& ledger, JsonFields& fields) {
  std::string message = fields.text("message", kLongestId);
  TRY_VOID(fields.finish());
  auto histories = TRY(ledger.history(message));
  return json{{"histories", json_list(histories)}};
}

Result<json> add_counts(Ledger& ledger, JsonFields& fields) {
  std::string campaign = fields.text("campaign", kLongestId);
  const json& list = fields.object("counts");
  TRY_VOID(fields.finish());
  ViewCounts counted = TRY(counts_from_json(list));
  TRY_VOID(ledger.add_counts(campaign, counted));
  return nothing();
}

// Of few messages it tells none, whoever asks: a number would name a person.
Result<json> counts(Ledger& ledger, JsonFields& fields) {
  std::string campaign = fields.text("campaign", kLongestId);
  TRY_VOID(fields.finish());
  auto all = TRY(ledger.messages(campaign));
  auto counted = TRY(read_counted_visits(ledger, campaign, all));
  return json{{"counts", json_of(counted.value_or(CountedVisits{}).counts)}};
}

Result<json> drop_networks_before(Ledger& ledger, JsonFields& fields) {
  UtcTime moment = fields.time("moment");
  TRY_VOID(fields.finish());
  TRY_VOID(ledger.drop_networks_before(moment));
  return nothing();
}

Result<json> erase(Ledger& ledger, const LedgerApi::EraseBeside& beside, JsonFields& fields) {
  ErasureOrder order;
  order.receipt = fields.text("receipt", kLongestId);
  auto reason = erasure_reason(fields.text("reason", kLongestId));
  if (!reason) fields.refuse("reason", "is neither \"wish\" nor \"retention\"");
  order.reason = reason.value_or(ErasureReason::Wish);
  order.message_ids = fields.texts("messages", kMostErasedAtOnce, kLongestId);
  order.identities = fields.texts("identities", 2 * kMostErasedAtOnce, kLongestIdentity);
  TRY_VOID(fields.finish());
  TRY_VOID(check(order));
  int replies = 0;
  if (beside) {
    // The links first: nobody can send another reply from then on.
    TRY(ledger.revoke_messages(order.message_ids));
    replies = TRY(beside(order.message_ids));
  }
  Erasure erasure = TRY(ledger.erase(order));
  erasure.reply_videos = replies;
  return json{{"erasure", json_of(erasure)}};
}

Result<json> find_erasure(Ledger& ledger, JsonFields& fields) {
  std::string receipt = fields.text("receipt", kLongestId);
  TRY_VOID(fields.finish());
  auto erasure = TRY(ledger.find_erasure(receipt));
  return json{{"erasure", or_null(erasure)}};
}

Result<json> find_erased(Ledger& ledger, JsonFields& fields) {
  auto identities = fields.texts("identities", kMostOfBatch, kLongestIdentity);
  TRY_VOID(fields.finish());
  auto receipts = json::array();
  for (const auto& receipt : TRY(ledger.find_erased(identities))) {
    receipts.push_back(receipt ? json(*receipt) : json(nullptr));
  }
  return json{{"receipts", std::move(receipts)}};
}

Result<json> readmit(Ledger& ledger, JsonFields& fields) {
  auto identities = fields.texts("identities", kMostOfBatch, kLongestIdentity);
  TRY_VOID(fields.finish());
  int readmitted = TRY(ledger.readmit(identities));
  return json{{"readmitted", readmitted}};
}

Result<json> add_api_token(Ledger& ledger, JsonFields& fields) {
  Sha256 digest = fields.digest("digest");
  const json& token_json = fields.object("token");
  TRY_VOID(fields.finish());
  ApiToken token = TRY(api_token_from_json(token_json));
  TRY_VOID(ledger.add_api_token(digest, token));
  return nothing();
}

Result<json> find_api_token(Ledger& ledger, JsonFields& fields) {
  Sha256 digest = fields.digest("digest");
  TRY_VOID(fields.finish());
  auto token = TRY(ledger.find_api_token(digest));
  return json{{"token", or_null(token)}};
}

Result<json> api_tokens(Ledger& ledger, JsonFields& fields) {
  TRY_VOID(fields.finish());
  auto tokens = TRY(ledger.api_tokens());
  return json{{"tokens", json_list(tokens)}};
}

Result<json> remove_api_token(Ledger& ledger, JsonFields& fields) {
  std::string name = fields.text("name", kLongestId);
  TRY_VOID(fields.finish());
  TRY_VOID(ledger.remove_api_token(name));
  return nothing();
}

enum class Repeat { Harmless, Remembered };

struct Call {
  std::string_view name;
  ApiScope scope;
  Repeat repeat;  // Remembered: a repeat would find its own traces, or do the same again
  Result<json> (*run)(Ledger&, JsonFields&);
};

constexpr std::array kCalls = {
    Call{"upsert_messages", ApiScope::Publish, Repeat::Harmless, upsert_messages},
    Call{"find_message", ApiScope::Read, Repeat::Harmless, find_message},
    Call{"messages", ApiScope::Read, Repeat::Harmless, messages},
    Call{"campaigns", ApiScope::Read, Repeat::Harmless, campaigns},
    Call{"put_link", ApiScope::Publish, Repeat::Harmless, put_link},
    Call{"find_link", ApiScope::Publish, Repeat::Harmless, find_link},
    Call{"find_links", ApiScope::Publish, Repeat::Harmless, find_links},
    Call{"admit_view", ApiScope::Admin, Repeat::Harmless, admit_view},
    Call{"revoke_link", ApiScope::Publish, Repeat::Remembered, revoke_link},
    Call{"revoke_links", ApiScope::Publish, Repeat::Remembered, revoke_links},
    Call{"revoke_messages", ApiScope::Publish, Repeat::Remembered, revoke_messages},
    Call{"ledger_id", ApiScope::Read, Repeat::Harmless, ledger_id},
    Call{"stop_tracking", ApiScope::Publish, Repeat::Harmless, stop_tracking},
    Call{"append", ApiScope::Admin, Repeat::Remembered, append},
    Call{"history", ApiScope::Read, Repeat::Harmless, history},
    Call{"add_counts", ApiScope::Admin, Repeat::Remembered, add_counts},
    Call{"counts", ApiScope::Read, Repeat::Harmless, counts},
    Call{"drop_networks_before", ApiScope::Admin, Repeat::Harmless, drop_networks_before},
    Call{"find_erasure", ApiScope::Read, Repeat::Harmless, find_erasure},
    Call{"find_erased", ApiScope::Publish, Repeat::Harmless, find_erased},
    Call{"readmit", ApiScope::Admin, Repeat::Remembered, readmit},
    Call{"add_api_token", ApiScope::Admin, Repeat::Remembered, add_api_token},
    Call{"find_api_token", ApiScope::Admin, Repeat::Harmless, find_api_token},
    Call{"api_tokens", ApiScope::Admin, Repeat::Harmless, api_tokens},
    Call{"remove_api_token", ApiScope::Admin, Repeat::Remembered, remove_api_token},
};
// Answers with a file, not with JSON.
constexpr std::string_view kBackup = "backup";
// Concerns more than the ledger. A repeat under the same receipt is harmless.
constexpr std::string_view kErase = "erase";

const Call* find_call(std::string_view name) {
  const auto* found = std::find_if(kCalls.begin(), kCalls.end(), [&](const Call& call) { return call.name == name; });
  return found == kCalls.end() ? nullptr : found;
}

// "backup-0123456789abcdef.db": a backup on its way out, and what SQLite writes beside it.
constexpr std::string_view kBackupName = "backup-";

// Gone when this goes.
struct BackupFile {
  explicit BackupFile(std::filesystem::path file) : path(std::move(file)) {}
  ~BackupFile() {
    std::error_code ignored;  // a destructor has no one to tell
    std::filesystem::remove(path, ignored);
  }
  BackupFile(const BackupFile&) = delete;
  BackupFile& operator=(const BackupFile&) = delete;
  const std::filesystem::path path;
};

Result<HttpResponse> back_up(Ledger& ledger, std::filesystem::path backups, JsonFields& fields) {
  TRY_VOID(fields.finish());
  std::error_code no_folder;
  if (backups.empty()) backups = std::filesystem::temp_directory_path(no_folder);
  if (no_folder) return tl::unexpected(system_error(no_folder.value(), "cannot find the folder for temporary files"));
  auto backup =
      std::make_shared<BackupFile>(backups / fmt::format("{}{}.db", kBackupName, to_hex(random_bytes(kBackupDigits))));
  const std::filesystem::path& file = backup->path;
  TRY_VOID(ledger.back_up(file));
  Sha256 digest = TRY(sha256_file(file));
  std::error_code code;
  uint64_t size = std::filesystem::file_size(file, code);
  if (code) return tl::unexpected(system_error(code.value(), "cannot look at the backup"));
  HttpResponse response;
  response.headers = {{"Content-Type", "application/vnd.sqlite3"},
                      {"Cache-Control", "no-store"},
                      {"Repr-Digest", digest_field(digest)}};
  response.body = MediaBody{{{file, 0, size}}, size, std::move(backup)};
  return response;
}

Result<HttpResponse> run(Ledger& ledger, const LedgerApi::Beside& beside, std::string_view call,
                         std::string_view body) {
  json object = TRY(parse_json_object(body));
  JsonFields fields(object, std::string(call));
  if (call == kBackup) return back_up(ledger, beside.backups, fields);
  json answer = call == kErase ? TRY(erase(ledger, beside.erase, fields)) : TRY(find_call(call)->run(ledger, fields));
  return json_answer(200, dump_json(answer));
}

HttpResponse answer_of(Ledger& ledger, const LedgerApi::Beside& beside, std::string_view call, std::string_view body) {
  auto response = run(ledger, beside, call, body);
  return response ? std::move(*response) : failure_answer(response.error());
}

// The sender's own, so that no other sender's key can meet it.
Sha256 key_of(const HttpRequest& request, std::string_view call) {
  Sha256Hasher hasher;
  hasher.update_field(request.header("idempotency-key"));
  hasher.update_field(request.header("authorization"));
  hasher.update_field(call);
  hasher.update_field(request.body);
  return hasher.finish();
}

}  // namespace

std::optional<ApiScope> LedgerApi::scope_of(std::string_view call) {
  if (call == kBackup || call == kErase) return ApiScope::Admin;
  const Call* found = find_call(call);
  return found != nullptr ? std::optional(found->scope) : std::nullopt;
}

Result<void> LedgerApi::keep_backups_in(const std::filesystem::path& folder) {
  TRY_VOID(make_folder(folder));
  std::error_code code;
  std::filesystem::permissions(folder, std::filesystem::perms::owner_all, code);
  for (const std::filesystem::path& file : TRY(files_below(folder))) {
    std::string name = file.filename().string();
    // A writer's own name for it begins with a dot.
    bool is_backup = name.starts_with(kBackupName) || name.starts_with(fmt::format(".{}", kBackupName));
    if (is_backup && file.parent_path() == folder) TRY_VOID(remove_file(file));
  }
  beside_.backups = folder;
  return {};
}

HttpResponse LedgerApi::answer(const HttpRequest& request, std::string_view call) {
  std::string_view key = request.header("idempotency-key");
  if (key.size() > kLongestKey) {
    return error_answer(400, Error(ErrorKind::InvalidInput, "Idempotency-Key is too long"));
  }
  const Call* found = find_call(call);
  if (key.empty() || found == nullptr || found->repeat == Repeat::Harmless)
    return answer_of(ledger_, beside_, call, request.body);
  return answered_.once(key_of(request, call), [&] { return answer_of(ledger_, beside_, call, request.body); });
}

}  // namespace candid::track
