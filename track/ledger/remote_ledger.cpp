#include "track/ledger/remote_ledger.h"

#include <fmt/format.h>

#include "core/files.h"
#include "core/random.h"
#include "net/retry.h"
#include "track/api/api.h"
#include "track/api/api_error.h"
#include "track/api/piece_headers.h"
#include "track/ledger/event_writer.h"
#include "track/ledger/ledger_identity.h"
#include "track/ledger/ledger_json.h"
#include "track/ledger/ledger_rules.h"

namespace candid::track {
namespace {

using nlohmann::json;

constexpr uint64_t kLongestAnswer = 1ull << 30;
constexpr size_t kKeyBits = 160;
constexpr auto kLongestBackup = std::chrono::minutes(10);  // until its first byte comes
// A POST's text around its records, and the comma behind each.
constexpr size_t kWrapping = 64;

enum class Repeat { Harmless, Remembered };

Error makes_no_sense(const std::string& server, const Error& why) {
  return {ErrorKind::Corrupt, fmt::format("the answer of {} makes no sense: {}", server, why.describe()),
          "are both sides of the same version of candid?"};
}

// An answer that the API did not give: a proxy's, the server's guard's, or another server's.
Error failure_of_others(const std::string& server, int status) {
  if (status == 429) {
    return Error(ErrorKind::Network, fmt::format("{} asks to wait, as too many wrong tokens came from here", server),
                 "check CANDID_API_TOKEN, and try again in some minutes")
        .retry_may_help();
  }
  if (status >= 500) {
    return Error(ErrorKind::Network, fmt::format("{} cannot answer now (HTTP {})", server, status),
                 "check that candid serve runs there, and try again")
        .retry_may_help();
  }
  return {ErrorKind::Network, fmt::format("{} does not answer as a candid server (HTTP {})", server, status),
          "check the address, and that candid serve there is of this version and has its API"};
}

// What the records of a list need as JSON, in as few texts of bounded length as it takes.
template <typename T>
Result<std::vector<std::string>> batches(std::string_view key, const std::vector<T>& records) {
  std::vector<std::string> texts;
  std::string list;
  auto close = [&] { texts.push_back(fmt::format("{{\"{}\": [{}]}}", key, std::exchange(list, {}))); };
  for (const T& record : records) {
    std::string text = dump_json(json_of(record));
    if (text.size() + kWrapping > kLongestCall) {
      return fail(ErrorKind::InvalidInput, fmt::format("a record of {} bytes is too long for the server", text.size()),
                  fmt::format("at most {}", kLongestCall - kWrapping));
    }
    if (list.size() + text.size() + kWrapping > kLongestCall) close();
    if (!list.empty()) list += ',';
    list += text;
  }
  if (!list.empty()) close();
  return texts;
}

template <typename T>
std::span<const T> part_of(const std::vector<T>& all, size_t first) {
  return std::span(all).subspan(first, std::min(all.size() - first, kMostOfBatch));
}

Result<std::optional<LinkRecord>> link_or_nothing(const json& record) {
  if (record.is_null()) return std::nullopt;
  return TRY(link_from_json(record));
}

Result<std::optional<std::string>> receipt_or_nothing(const json& receipt) {
  if (receipt.is_null()) return std::optional<std::string>();
  if (receipt.is_string() && is_receipt(receipt.get_ref<const std::string&>())) {
    return std::optional<std::string>(receipt.get<std::string>());
  }
  return fail(ErrorKind::Corrupt, "it has a receipt that is none");
}

json texts_json(std::span<const std::string> texts) {
  auto list = json::array();
  for (const std::string& text : texts) list.push_back(storable(text));
  return list;
}

class RemoteLedger final : public Ledger {
 public:
  RemoteLedger(std::string server, Secret api_token, net::HttpTransport& transport)
      : server_(std::move(server)),
        token_(std::move(api_token)),
        transport_(transport),
        events_([this](const std::vector<Event>& group) { return send(group); }) {}

  Result<void> upsert_messages(const std::vector<MessageRecord>& messages) override {
    TRY_VOID(check(messages));  // all, before the first batch leaves
    auto texts = TRY(batches("messages", messages));
    for (const std::string& text : texts) TRY_VOID(post("upsert_messages", text));
    return {};
  }

  Result<std::optional<MessageRecord>> find_message(std::string_view message_id) const override {
    json answer = TRY(ask("find_message", {{"message", message_id}}));
    return find_one("message", answer, message_from_json);
  }

  Result<std::vector<MessageRecord>> messages(std::string_view campaign_id) const override {
    json answer = TRY(ask("messages", {{"campaign", campaign_id}}));
    return find_list("messages", answer, message_from_json);
  }

  Result<std::vector<CampaignSummary>> campaigns() const override {
    json answer = TRY(ask("campaigns", json::object()));
    return find_list("campaigns", answer, campaign_from_json);
  }

  Result<void> put_link(const Sha256& token_digest, std::string_view message_id, Purpose purpose,
                        const LinkTerms& terms) override {
    TRY_VOID(check(terms));
    return tell("put_link", {{"digest", json_of(token_digest)},
                             {"message", message_id},
                             {"purpose", to_string(purpose)},
                             {"terms", json_of(terms)}});
  }

  Result<std::optional<LinkRecord>> find_link(const Sha256& token_digest) const override {
    json answer = TRY(ask("find_link", {{"digest", json_of(token_digest)}}));
    return find_one("link", answer, link_from_json);
  }

  Result<std::optional<LinkRecord>> find_link(int64_t link_id) const override {
    json answer = TRY(ask("find_link", {{"link", link_id}}));
    return find_one("link", answer, link_from_json);
  }

  Result<std::vector<std::optional<LinkRecord>>> find_links(const std::vector<Sha256>& digests) const override {
    std::vector<std::optional<LinkRecord>> links;
    for (size_t at = 0; at < digests.size(); at += kMostOfBatch) {
      auto some = json::array();
      for (const Sha256& digest : part_of(digests, at)) some.push_back(json_of(digest));
      json answer = TRY(ask("find_links", {{"digests", some}}));
      auto found = TRY(find_list("links", answer, link_or_nothing));
      if (found.size() != some.size()) {
        return tl::unexpected(makes_no_sense(server_, Error(ErrorKind::Corrupt, "it has another number of links")));
      }
      links.insert(links.end(), std::move_iterator(found.begin()), std::move_iterator(found.end()));
    }
    return links;
  }

  Result<bool> admit_view(int64_t link_id, std::string_view session) override {
    json answer = TRY(ask("admit_view", {{"link", link_id}, {"session", session}}));
    JsonFields fields(answer, "answer");
    bool admitted = fields.flag("admitted");
    TRY_VOID(understood(fields.finish()));
    return admitted;
  }

  Result<void> revoke_link(const Sha256& token_digest) override {
    return tell("revoke_link", {{"digest", json_of(token_digest)}}, Repeat::Remembered);
  }

  Result<int> revoke_links(std::string_view message_id) override {
    return number_revoked(TRY(ask("revoke_links", {{"message", message_id}}, Repeat::Remembered)));
  }

  Result<int> revoke_messages(const std::vector<std::string>& message_ids) override {
    int revoked = 0;
    for (size_t at = 0; at < message_ids.size(); at += kMostOfBatch) {
      auto some = json::array();
      for (const std::string& id : part_of(message_ids, at)) some.push_back(storable(id));
      json answer = TRY(ask("revoke_messages", {{"messages", some}}, Repeat::Remembered));
      revoked += TRY(number_revoked(answer));
    }
    return revoked;
  }

  Result<void> stop_tracking(int64_t link_id) override { return tell("stop_tracking", {{"link", link_id}}); }

  void append(std::vector<Event> events, Completion done) override {
    make_storable(events);
    auto texts = batches("events", events);
    if (!texts) return done(tl::unexpected(texts.error()));
    if (texts->size() > 1) {
      return done(fail(ErrorKind::InvalidInput, fmt::format("{} events are too many for one call", events.size()),
                       "append them in several"));
    }
    events_.push(std::move(events), std::move(done));
  }

  Result<std::vector<LinkHistory>> history(std::string_view message_id) const override {
    json answer = TRY(ask("history", {{"message", message_id}}));
    return find_list("histories", answer, history_from_json);
  }

  Result<void> add_counts(std::string_view campaign_id, const ViewCounts& counts) override {
    TRY_VOID(check(counts));
    return tell("add_counts", {{"campaign", storable(campaign_id)}, {"counts", json_of(counts)}}, Repeat::Remembered);
  }

  Result<ViewCounts> counts(std::string_view campaign_id) const override {
    json answer = TRY(ask("counts", {{"campaign", storable(campaign_id)}}));
    JsonFields fields(answer, "answer");
    const json& found = fields.object("counts");
    TRY_VOID(understood(fields.finish()));
    return understood(counts_from_json(found));
  }

  Result<void> drop_networks_before(UtcTime moment) override {
    return tell("drop_networks_before", {{"moment", json_of(moment)}});
  }

  Result<Erasure> erase(const ErasureOrder& order) override {
    TRY_VOID(check(order));
    json answer = TRY(ask("erase", {{"receipt", order.receipt},
                                    {"reason", to_string(order.reason)},
                                    {"messages", texts_json(order.message_ids)},
                                    {"identities", texts_json(order.identities)}}));
    auto erasure = TRY(find_one("erasure", answer, erasure_from_json));
    if (erasure) return std::move(*erasure);
    return tl::unexpected(makes_no_sense(server_, Error(ErrorKind::Corrupt, "it has no receipt")));
  }

  Result<std::optional<Erasure>> find_erasure(std::string_view receipt) const override {
    json answer = TRY(ask("find_erasure", {{"receipt", storable(receipt)}}));
    return find_one("erasure", answer, erasure_from_json);
  }

  Result<std::vector<std::optional<std::string>>> find_erased(const std::vector<std::string>& all) const override {
    std::vector<std::optional<std::string>> receipts;
    for (size_t at = 0; at < all.size(); at += kMostOfBatch) {
      auto some = part_of(all, at);
      json answer = TRY(ask("find_erased", {{"identities", texts_json(some)}}));
      auto found = TRY(find_list("receipts", answer, receipt_or_nothing));
      if (found.size() != some.size()) {
        return tl::unexpected(makes_no_sense(server_, Error(ErrorKind::Corrupt, "it has another number of receipts")));
      }
      receipts.insert(receipts.end(), found.begin(), found.end());
    }
    return receipts;
  }

  Result<int> readmit(const std::vector<std::string>& identities) override {
    int readmitted = 0;
    for (size_t at = 0; at < identities.size(); at += kMostOfBatch) {
      json answer = TRY(ask("readmit", {{"identities", texts_json(part_of(identities, at))}}, Repeat::Remembered));
      readmitted += TRY(number_of("readmitted", answer));
    }
    return readmitted;
  }

  Result<void> add_api_token(const Sha256& token_digest, const ApiToken& token) override {
    TRY_VOID(check(token));
    return tell("add_api_token", {{"digest", json_of(token_digest)}, {"token", json_of(token)}}, Repeat::Remembered);
  }

  Result<std::optional<ApiToken>> find_api_token(const Sha256& token_digest) const override {
    json answer = TRY(ask("find_api_token", {{"digest", json_of(token_digest)}}));
    return find_one("token", answer, api_token_from_json);
  }

  Result<std::vector<ApiToken>> api_tokens() const override {
    json answer = TRY(ask("api_tokens", json::object()));
    return find_list("tokens", answer, api_token_from_json);
  }

  Result<void> remove_api_token(std::string_view name) override {
    return tell("remove_api_token", {{"name", name}}, Repeat::Remembered);
  }

  Result<std::string> id() const override {
    json answer = TRY(ask("ledger_id", json::object()));
    JsonFields fields(answer, "answer");
    std::string id = fields.text("id", kLedgerIdBytes * 2);
    TRY_VOID(understood(fields.finish()));
    return id;
  }

  Result<std::vector<uint8_t>> server_key() const override {
    return fail(ErrorKind::Unsupported, fmt::format("the key of {} does not leave it", server_));
  }

  uint64_t group_commits() const override { return events_.commits(); }
  Result<void> back_up(const std::filesystem::path& file) const override;
  std::string describe() const override { return fmt::format("ledger of {}", server_); }

 private:
  Result<void> send(const std::vector<Event>& group) {
    auto texts = TRY(batches("events", group));
    for (const std::string& text : texts) TRY_VOID(post("append", text, Repeat::Remembered));
    return {};
  }

  Result<json> ask(std::string_view call, const json& body, Repeat repeat = Repeat::Harmless) const {
    net::HttpResponse response = TRY(post(call, dump_json(body), repeat));
    auto answer = parse_json_object(response.text());
    if (!answer) return tl::unexpected(makes_no_sense(server_, answer.error()));
    return std::move(*answer);
  }

  Result<void> tell(std::string_view call, const json& body, Repeat repeat = Repeat::Harmless) {
    TRY_VOID(ask(call, body, repeat));
    return {};
  }

  net::HttpRequest request_of(std::string_view call, std::string body) const {
    net::HttpRequest request;
    request.method = "POST";
    request.url = fmt::format("{}{}{}", server_, kLedgerPath, call);
    request.headers = {{"Authorization", fmt::format("Bearer {}", token_.reveal())},
                       {"Content-Type", "application/json"}};
    request.body = std::move(body);
    request.max_body = kLongestAnswer;
    return request;
  }

  // The answer of a call that went well.
  Result<net::HttpResponse> post(std::string_view call, std::string body, Repeat repeat = Repeat::Harmless) const {
    net::HttpRequest request = request_of(call, std::move(body));
    if (repeat == Repeat::Remembered) request.headers["Idempotency-Key"] = random_token(kKeyBits);
    net::HttpResponse response = TRY(transport_.send(request));
    if (!response.is_success()) return tl::unexpected(failure(response));
    return response;
  }

  Error failure(const net::HttpResponse& response) const;

  Result<int> number_revoked(const json& answer) const { return number_of("revoked", answer); }

  Result<int> number_of(const char* key, const json& answer) const {
    JsonFields fields(answer, "answer");
    int number = static_cast<int>(fields.number(key, 0, INT32_MAX));
    TRY_VOID(understood(fields.finish()));
    return number;
  }

  template <typename T>
  Result<T> understood(Result<T> read) const {
    if (!read) return tl::unexpected(makes_no_sense(server_, read.error()));
    return read;
  }

  template <typename T>
  Result<std::optional<T>> find_one(const char* key, const json& answer, Result<T> (*read)(const json&)) const {
    JsonFields fields(answer, "answer");
    const json* record = fields.optional_object(key);
    TRY_VOID(understood(fields.finish()));
    if (record == nullptr) return std::optional<T>();
    T value = TRY(understood(read(*record)));
    return std::optional<T>(std::move(value));
  }

  template <typename T>
  Result<std::vector<T>> find_list(const char* key, const json& answer, Result<T> (*read)(const json&)) const {
    JsonFields fields(answer, "answer");
    const json& records = fields.array(key);
    TRY_VOID(understood(fields.finish()));
    return understood(list_from_json(records, read));
  }

  const std::string server_;
  const Secret token_;
  net::HttpTransport& transport_;
  EventWriter events_;  // the last, so that it ends first
};

Error RemoteLedger::failure(const net::HttpResponse& response) const {
  if (response.status == 401) {
    return {ErrorKind::PermissionDenied,
            fmt::format("{} does not know the API token in CANDID_API_TOKEN, or it has expired", server_),
            "on the server: candid token add NAME; then set CANDID_API_TOKEN here to what it prints"};
  }
  auto error = error_from_json(response.text());
  if (!error) return failure_of_others(server_, response.status);
  bool is_of_the_call = error->kind() == ErrorKind::InvalidInput || error->kind() == ErrorKind::NotFound ||
                        error->kind() == ErrorKind::Exists;
  return is_of_the_call ? *error : error->wrapped(fmt::format("{} refused", server_));
}

// Bytes of an answer on their way into a file.
struct Download {
  std::filesystem::path file;
  std::optional<FileWriter> writer{};
  std::optional<Sha256Hasher> hasher{};
  Result<void> state{};

  void restart() {
    writer.reset();
    hasher.emplace();
    auto created = FileWriter::create(file, FileMode::Private);
    if (created) writer.emplace(std::move(*created));
    state = created ? Result<void>() : Result<void>(tl::unexpected(created.error()));
  }
  bool take(std::span<const uint8_t> bytes) {
    if (state) state = writer->write(bytes);
    hasher->update(bytes);
    return state.has_value();
  }
};

Result<void> RemoteLedger::back_up(const std::filesystem::path& file) const {
  std::error_code code;
  if (std::filesystem::exists(std::filesystem::symlink_status(file, code))) {
    return fail(ErrorKind::Exists, fmt::format("{} is there already", file.string()), "name a new file");
  }
  Download download{file};
  download.restart();
  TRY_VOID(download.state);
  net::HttpRequest request = request_of("backup", "{}");
  request.stall_timeout = kLongestBackup;
  request.on_restart = [&] { download.restart(); };
  request.on_body = [&](std::span<const uint8_t> bytes) { return download.take(bytes); };
  auto response = transport_.send(request);
  TRY_VOID(download.state);
  if (!response) return tl::unexpected(response.error());
  if (!response->is_success()) return tl::unexpected(failure(*response));
  Sha256 stated = TRY(understood(parse_digest_field("Repr-Digest", response->header("repr-digest"))));
  if (download.hasher->finish() != stated) {
    Error damaged(ErrorKind::Corrupt, fmt::format("the backup of {} was damaged on its way", server_), "try again");
    return tl::unexpected(std::move(damaged).retry_may_help());
  }
  return download.writer->commit();
}

}  // namespace

std::unique_ptr<Ledger> make_remote_ledger(const std::string& server, Secret api_token, net::HttpTransport& transport) {
  return std::make_unique<RemoteLedger>(server, std::move(api_token), transport);
}

bool call_may_get_better(const net::HttpRequest& request, const net::HttpResponse& response) {
  if (!net::may_get_better(request, response)) return false;
  auto error = error_from_json(response.text());
  return !error || error->retryable();
}

}  // namespace candid::track
