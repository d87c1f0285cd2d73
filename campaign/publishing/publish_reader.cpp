#include "campaign/publishing/publish_reader.h"

#include <fmt/format.h>

#include "core/text.h"
#include "net/url.h"
#include "upload/store_address.h"

namespace candid::campaign {
namespace {

constexpr double kMostViews = 100'000;

void read_server(TomlTable& table, PublishChoice& publish) {
  publish.server = table.text("server").value_or(publish.server);
  while (publish.server.ends_with('/')) publish.server.pop_back();
  bool is_address = publish.server.starts_with("http://") || publish.server.starts_with("https://");
  size_t host = publish.server.find("//") + 2;
  if (!is_address || host >= publish.server.size()) {
    table.problem("server", fmt::format("\"{}\" is not an address", shorten(publish.server, 60)),
                  "server = \"https://video.example.com\"");
  } else if (net::holds_login(publish.server)) {
    publish.server = PublishChoice{}.server;  // whatever prints it later must not print a password
    table.problem("server", "holds a user or a password", "server = \"https://video.example.com\"");
  }
}

// Secrets go there, and with them the right to publish.
void require_confidential(TomlTable& table, const std::string& key, const PublishChoice& publish) {
  if (upload::is_confidential(publish.server)) return;
  table.problem(key, fmt::format("\"server\" would send secrets to {} in the clear", shorten(publish.server, 60)),
                "server = \"https://…\"; candid serve takes --tls-cert and --tls-key");
}

void read_store(TomlTable& table, const std::filesystem::path& campaign, PublishChoice& publish) {
  publish.store = table.text("store").value_or("");
  bool is_bucket = false;
  if (publish.store == kOnServer) {
    require_confidential(table, "store", publish);
  } else if (!publish.store.empty()) {
    auto address = upload::parse_store_address(publish.store);
    if (!address) table.problem("store", address.error().message(), address.error().hint());
    is_bucket = !address || address->kind == upload::StoreKind::S3;
    if (address && address->kind == upload::StoreKind::Folder)
      publish.store = fmt::format("folder:{}", (campaign / address->folder).lexically_normal().string());
  }
  publish.compose = table.boolean("compose").value_or(false);
  if (publish.compose && !is_bucket) {
    table.problem("compose", "videos are put together in S3 buckets alone",
                  "store = \"s3://BUCKET\", or delete the line");
  }
}

void read_ledger(TomlTable& table, PublishChoice& publish) {
  publish.ledger = table.text("ledger").value_or("");
  bool is_postgres = publish.ledger.starts_with("postgresql://") || publish.ledger.starts_with("postgres://");
  if (publish.ledger == kOnServer) {
    require_confidential(table, "ledger", publish);
  } else if (!publish.ledger.empty() && !is_postgres) {
    table.problem("ledger", fmt::format("\"{}\" is not a ledger", shorten(publish.ledger, 60)),
                  "valid: \"postgresql://HOST/DATABASE\", \"server\"; the data folder's without the line");
  } else if (is_postgres) {
    size_t host = publish.ledger.find("//") + 2;
    std::string authority = publish.ledger.substr(host, publish.ledger.find('/', host) - host);
    size_t at = authority.rfind('@');
    if (at == std::string::npos || authority.substr(0, at).find(':') == std::string::npos) return;
    publish.ledger.clear();
    table.problem("ledger", "holds a password", "take it out; PGPASSWORD or ~/.pgpass holds it");
  }
}

void read_keep(TomlTable& table, PublishChoice& publish) {
  auto text = table.text("keep");
  if (!text) return;
  auto kept = parse_expiry(*text);
  if (kept && kept->days) {
    publish.keep_days = *kept->days;
  } else {
    table.problem("keep", fmt::format("\"{}\" is no number of days", shorten(*text, 30)), "keep = \"180d\"");
  }
}

void read_terms(TomlTable& table, PublishChoice& publish) {
  if (auto text = table.text("expires")) {
    auto expiry = parse_expiry(*text);
    if (expiry) {
      publish.expires = *expiry;
    } else {
      table.problem("expires", expiry.error().message(), expiry.error().hint());
    }
  }
  if (auto views = table.number("views", 1, kMostViews)) {
    publish.views = static_cast<int>(*views);
    if (*publish.views != *views) table.problem("views", fmt::format("{} is not a whole number", *views), "views = 20");
  }
  publish.passcode = table.boolean("passcode").value_or(false);
  publish.download = table.boolean("download").value_or(false);
  read_keep(table, publish);
  if (auto tracking = table.choice("tracking", track::tracking_names())) {
    publish.tracking = static_cast<track::Tracking>(*tracking);
  }
  if (publish.views && publish.tracking != track::Tracking::Individual) {
    table.problem("views",
                  fmt::format("a limit counts each visit that plays, and tracking = \"{}\" keeps no such thing",
                              track::to_string(publish.tracking)),
                  "leave views out, or tracking = \"individual\"");
  }
}

}  // namespace

void read_publish(TomlTable& table, const std::filesystem::path& campaign, PublishChoice& publish) {
  read_server(table, publish);
  read_store(table, campaign, publish);
  read_ledger(table, publish);
  read_terms(table, publish);
}

}  // namespace candid::campaign
