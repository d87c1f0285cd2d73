#include "upload/store_address.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <optional>

#include <fmt/format.h>

#include "core/text.h"
#include "net/url.h"

namespace candid::upload {
namespace {

constexpr std::string_view kForms =
    "folder:PATH, s3://BUCKET[/PREFIX][?endpoint=https://HOST&region=REGION&style=path|virtual], "
    "dav://HOST/PATH, tus://HOST/PATH or candid://HOST";
constexpr size_t kLongest = 2048;

// What stands in an address may hold a password that should not: only the part that is wrong is quoted, and only where
// no secret can be.
tl::unexpected<Error> wrong(std::string message, std::string_view hint = kForms) {
  return fail(ErrorKind::InvalidInput, std::move(message), fmt::format("write {}", hint));
}

bool consists_of(std::string_view text, std::string_view more) {
  return std::all_of(text.begin(), text.end(), [&](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           more.find(c) != std::string_view::npos;
  });
}

struct Authority {
  std::string_view host;  // with the brackets of an IPv6 address
  std::string_view port;  // may be empty
};

std::optional<Authority> split_authority(std::string_view text) {
  Authority authority;
  size_t end_of_host = text.starts_with('[') ? text.find(']') : text.find(':');
  if (text.starts_with('[')) {
    if (end_of_host == std::string_view::npos) return std::nullopt;
    ++end_of_host;
    if (!consists_of(text.substr(1, end_of_host - 2), ":.")) return std::nullopt;
  }
  authority.host = text.substr(0, end_of_host);
  if (!text.starts_with('[') && !consists_of(authority.host, ".-_")) return std::nullopt;
  if (authority.host.empty()) return std::nullopt;
  std::string_view rest = text.substr(authority.host.size());
  if (rest.empty()) return authority;
  authority.port = rest.substr(1);
  bool is_number =
      !authority.port.empty() && authority.port.size() <= 5 &&
      std::all_of(authority.port.begin(), authority.port.end(), [](char c) { return c >= '0' && c <= '9'; });
  if (rest.front() != ':' || !is_number) return std::nullopt;
  int port = std::atoi(std::string(authority.port).c_str());
  if (port < 1 || port > 65535) return std::nullopt;
  return authority;
}

// A path or prefix as it will stand in an address: without steps that a client would resolve.
bool is_plain_path(std::string_view path) {
  while (!path.empty()) {
    size_t slash = path.find('/');
    std::string_view step = path.substr(0, slash);
    if (step.empty() || step == "." || step == "..") return false;
    if (slash == std::string_view::npos) return true;
    path.remove_prefix(slash + 1);
  }
  return true;
}

bool has_control_characters(std::string_view text) {
  return std::any_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; });
}

Result<StoreAddress> parse_folder(std::string_view path) {
  if (path.empty()) return wrong("the store's folder is missing", "folder:PATH");
  StoreAddress address;
  address.kind = StoreKind::Folder;
  address.folder = std::filesystem::path(std::string(path));
  return address;
}

// "HOST[:PORT][/PATH]" of a store that is one URL.
Result<std::string> parse_url(std::string_view scheme, std::string_view rest, bool may_have_path) {
  while (rest.ends_with('/')) rest.remove_suffix(1);
  if (rest.find('@') != std::string_view::npos)
    return wrong("a store's address holds no user and no password",
                 "CANDID_STORE_USER and CANDID_STORE_PASSWORD into the environment or the secrets file instead");
  if (rest.find_first_of("?#") != std::string_view::npos) return wrong("a store's address ends with its path");
  size_t slash = rest.find('/');
  std::string_view path = slash == std::string_view::npos ? std::string_view() : rest.substr(slash + 1);
  if (!split_authority(rest.substr(0, slash))) return wrong("the store's address names no host");
  if (!may_have_path && !path.empty())
    return wrong("the address of a candid server has no path", "candid://HOST[:PORT]");
  if (!is_plain_path(path) || path.find_first_of(" \\\"<>") != std::string_view::npos)
    return wrong("the path of the store's address is not one that can be sent as it is", "it percent-encoded");
  return fmt::format("{}://{}", scheme, rest);
}

std::string default_region() {
  for (const char* name : {"AWS_REGION", "AWS_DEFAULT_REGION"}) {
    if (const char* value = std::getenv(name); value != nullptr && *value != '\0') return value;
  }
  return "us-east-1";
}

Result<void> read_endpoint(std::string_view value, StoreAddress& address) {
  while (value.ends_with('/')) value.remove_suffix(1);
  size_t scheme = value.starts_with("https://") ? 8 : value.starts_with("http://") ? 7 : 0;
  if (scheme == 0 || value.find('@') != std::string_view::npos || !split_authority(value.substr(scheme)))
    return wrong("the endpoint of the store's address is not https://HOST", "?endpoint=https://HOST[:PORT]");
  address.endpoint = value;
  return {};
}

Result<void> read_setting(std::string_view setting, StoreAddress& address, std::optional<S3Style>& style) {
  size_t equals = setting.find('=');
  std::string_view name = setting.substr(0, equals);
  std::string_view value = equals == std::string_view::npos ? std::string_view() : setting.substr(equals + 1);
  if (name == "endpoint") return read_endpoint(value, address);
  if (name == "region") {
    if (value.empty() || value.size() > 64 || !consists_of(value, "-_"))
      return wrong("the region of the store's address is not one", "?region=eu-central-1");
    address.region = value;
    return {};
  }
  if (name == "style") {
    if (value != "path" && value != "virtual")
      return wrong("the style of the store's address is neither path nor virtual", "style=path or style=virtual");
    style = value == "path" ? S3Style::Path : S3Style::VirtualHost;
    return {};
  }
  return wrong("the store's address has a setting that is not known", "endpoint=…, region=… or style=…");
}

bool is_bucket_name(std::string_view name) {
  return name.size() >= 3 && name.size() <= 63 && consists_of(name, ".-_") && name.front() != '.' &&
         name.front() != '-' && name.find("..") == std::string_view::npos;
}

bool is_host_name(std::string_view bucket) {
  return std::none_of(bucket.begin(), bucket.end(), [](char c) { return c == '_' || (c >= 'A' && c <= 'Z'); });
}

// Beside its bucket an address may be Amazon's or anybody's. A bucket with a dot fits no certificate as a host's name.
S3Style fitting_style(const StoreAddress& address) {
  bool is_amazon = address.endpoint.empty() || address.endpoint.ends_with(".amazonaws.com") ||
                   address.endpoint.ends_with(".amazonaws.com.cn");
  bool has_dot = address.bucket.find('.') != std::string::npos;
  return is_amazon && !has_dot && is_host_name(address.bucket) ? S3Style::VirtualHost : S3Style::Path;
}

Result<StoreAddress> parse_s3(std::string_view rest) {
  StoreAddress address;
  address.kind = StoreKind::S3;
  size_t question = rest.find('?');
  std::string_view place = rest.substr(0, question);
  size_t slash = place.find('/');
  address.bucket = place.substr(0, slash);
  if (!is_bucket_name(address.bucket))
    return wrong("the store's address names no bucket (3 to 63 letters, digits, dots and hyphens)");
  std::string_view prefix = slash == std::string_view::npos ? std::string_view() : place.substr(slash + 1);
  while (prefix.ends_with('/')) prefix.remove_suffix(1);
  if (!is_plain_path(prefix) || prefix.size() > 400 || !is_valid_utf8(prefix))
    return wrong("the prefix in the store's address is not a path", "s3://BUCKET/a/b");
  if (!prefix.empty()) address.prefix = fmt::format("{}/", prefix);
  std::optional<S3Style> style;
  std::string_view settings = question == std::string_view::npos ? std::string_view() : rest.substr(question + 1);
  while (!settings.empty()) {
    size_t end = std::min(settings.find('&'), settings.size());
    TRY_VOID(read_setting(settings.substr(0, end), address, style));
    settings.remove_prefix(std::min(end + 1, settings.size()));
  }
  if (address.region.empty()) address.region = default_region();
  if (!consists_of(address.region, "-_")) return wrong("AWS_REGION is not a region", "AWS_REGION=eu-central-1");
  if (style == S3Style::VirtualHost && !is_host_name(address.bucket))
    return wrong("this bucket's name cannot be part of a host's name", "style=path");
  address.style = style.value_or(fitting_style(address));
  if (address.endpoint.empty()) {
    address.endpoint =
        fmt::format("https://s3.{}.amazonaws.com{}", address.region, address.region.starts_with("cn-") ? ".cn" : "");
  }
  return address;
}

struct Scheme {
  std::string_view text;
  StoreKind kind;
  std::string_view protocol;
};

constexpr std::array kSchemes = {
    Scheme{"dav://", StoreKind::Dav, "https"},       Scheme{"dav+http://", StoreKind::Dav, "http"},
    Scheme{"tus://", StoreKind::Tus, "https"},       Scheme{"tus+http://", StoreKind::Tus, "http"},
    Scheme{"candid://", StoreKind::Candid, "https"}, Scheme{"candid+http://", StoreKind::Candid, "http"},
};

}  // namespace

Result<StoreAddress> parse_store_address(std::string_view text) {
  if (text.size() > kLongest || has_control_characters(text))
    return wrong("the store's address is not one line of text");
  if (text.starts_with("folder:")) return parse_folder(text.substr(7));
  if (text.starts_with("s3://")) return parse_s3(text.substr(5));
  for (const Scheme& scheme : kSchemes) {
    if (!text.starts_with(scheme.text)) continue;
    StoreAddress address;
    address.kind = scheme.kind;
    address.url = TRY(parse_url(scheme.protocol, text.substr(scheme.text.size()), scheme.kind != StoreKind::Candid));
    return address;
  }
  return wrong("the store's address begins with none of folder:, s3://, dav://, tus:// and candid://");
}

bool is_confidential(std::string_view url) {
  if (url.starts_with("https://")) return true;
  if (!url.starts_with("http://")) return false;
  url.remove_prefix(7);
  auto authority = split_authority(url.substr(0, url.find_first_of("/?#")));
  if (!authority) return false;
  return net::is_loopback(authority->host);
}

}  // namespace candid::upload
