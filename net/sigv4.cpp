#include "net/sigv4.h"

#include <algorithm>
#include <utility>
#include <vector>

#include <fmt/chrono.h>
#include <fmt/format.h>

#include "core/digest.h"
#include "core/encoding.h"
#include "net/url.h"

namespace candid::net {
namespace {

constexpr std::string_view kAlgorithm = "AWS4-HMAC-SHA256";
constexpr std::chrono::seconds kLongestLifetime = std::chrono::hours(24 * 7);
using Headers = std::map<std::string, std::string>;

// "20130524T000000Z"
std::string long_date(UtcTime now) {
  return fmt::format("{:%Y%m%dT%H%M%SZ}", fmt::gmtime(std::chrono::system_clock::to_time_t(now)));
}

std::string scope_of(const SigningScope& scope, std::string_view date) {
  return fmt::format("{}/{}/{}/aws4_request", date.substr(0, 8), scope.region, scope.service);
}

std::string percent_decode(std::string_view text) {
  std::string decoded;
  for (size_t i = 0; i < text.size(); ++i) {
    auto byte = text[i] == '%' && i + 2 < text.size() ? from_hex(text.substr(i + 1, 2)) : std::nullopt;
    if (byte) {
      decoded += static_cast<char>(byte->front());
      i += 2;
    } else {
      decoded += text[i];
    }
  }
  return decoded;
}

std::string encode_path(std::string_view path) {
  std::string encoded;
  for (size_t at = 0; at <= path.size();) {
    size_t slash = std::min(path.find('/', at), path.size());
    if (at > 0) encoded += '/';
    encoded += percent_encode(path.substr(at, slash - at));
    at = slash + 1;
  }
  return encoded;
}

// S3 decodes a path and encodes it in one way, whichever characters the client had left as they are.
std::string canonical_path(std::string_view path, const SigningScope& scope) {
  return scope.service == "s3" ? encode_path(percent_decode(path)) : encode_path(path);
}

// In a query "+" stands for a space, and a name without "=" has an empty value.
std::string reencode(std::string_view text) {
  std::string spaced(text);
  std::replace(spaced.begin(), spaced.end(), '+', ' ');
  return percent_encode(percent_decode(spaced));
}

std::string canonical_query(std::string_view query) {
  std::vector<std::pair<std::string, std::string>> parameters;
  for (size_t at = 0; at < query.size();) {
    size_t end = std::min(query.find('&', at), query.size());
    std::string_view one = query.substr(at, end - at);
    at = end + 1;
    if (one.empty()) continue;
    size_t equals = std::min(one.find('='), one.size());
    parameters.emplace_back(reencode(one.substr(0, equals)), reencode(one.substr(std::min(equals + 1, one.size()))));
  }
  std::sort(parameters.begin(), parameters.end());
  std::string canonical;
  for (const auto& [name, value] : parameters) {
    canonical += fmt::format("{}{}={}", canonical.empty() ? "" : "&", name, value);
  }
  return canonical;
}

// No blanks around, and single ones inside.
std::string canonical_value(std::string_view value) {
  std::string canonical;
  for (char c : value) {
    bool is_blank = c == ' ' || c == '\t' || c == '\r' || c == '\n';
    if (!is_blank) {
      canonical += c;
    } else if (!canonical.empty() && canonical.back() != ' ') {
      canonical += ' ';
    }
  }
  if (canonical.ends_with(' ')) canonical.pop_back();
  return canonical;
}

// Names in lower case, in their order.
Headers canonical_headers(const Headers& headers) {
  Headers canonical;
  for (const auto& [name, value] : headers) canonical[ascii_lower(name)] = canonical_value(value);
  return canonical;
}

std::string names_of(const Headers& canonical) {
  std::string names;
  for (const auto& [name, value] : canonical) names += (names.empty() ? "" : ";") + name;
  return names;
}

std::string canonical_request(std::string_view method, const Url& url, std::string_view query, const Headers& headers,
                              std::string_view payload, const SigningScope& scope) {
  std::string lines;
  for (const auto& [name, value] : headers) lines += fmt::format("{}:{}\n", name, value);
  return fmt::format("{}\n{}\n{}\n{}\n{}\n{}", method, canonical_path(url.path, scope), query, lines, names_of(headers),
                     payload);
}

std::string signature(std::string_view request, const AwsCredentials& credentials, const SigningScope& scope,
                      std::string_view date) {
  Secret start("AWS4" + credentials.secret_key.reveal());
  Sha256 key = hmac_sha256(bytes_of(start.reveal()), date.substr(0, 8));
  for (std::string_view step :
       {std::string_view(scope.region), std::string_view(scope.service), std::string_view("aws4_request")}) {
    key = hmac_sha256(key, step);
  }
  std::string text = fmt::format("{}\n{}\n{}\n{}", kAlgorithm, date, scope_of(scope, date), to_hex(sha256(request)));
  return to_hex(hmac_sha256(key, text));
}

}  // namespace

std::map<std::string, std::string> sign_headers(std::string_view method, std::string_view url,
                                                const std::map<std::string, std::string>& headers,
                                                std::string_view payload_sha256, const AwsCredentials& credentials,
                                                const SigningScope& scope, UtcTime now) {
  std::string date = long_date(now);
  Url parts = split_url(url).value_or(Url{});
  Headers added{{"Host", parts.authority}, {"X-Amz-Date", date}};
  if (scope.service == "s3") added["X-Amz-Content-Sha256"] = std::string(payload_sha256);
  if (!credentials.session_token.empty()) added["X-Amz-Security-Token"] = credentials.session_token.reveal();
  Headers all = canonical_headers(headers);
  for (const auto& [name, value] : canonical_headers(added)) all[name] = value;
  std::string request = canonical_request(method, parts, canonical_query(parts.query), all, payload_sha256, scope);
  added["Authorization"] =
      fmt::format("{} Credential={}/{}, SignedHeaders={}, Signature={}", kAlgorithm, credentials.access_key,
                  scope_of(scope, date), names_of(all), signature(request, credentials, scope, date));
  return added;
}

std::string presign_get(std::string_view url, std::chrono::seconds lifetime, const AwsCredentials& credentials,
                        const SigningScope& scope, UtcTime now) {
  std::string date = long_date(now);
  Url parts = split_url(url).value_or(Url{});
  std::string query = parts.query + (parts.query.empty() ? "" : "&");
  query += fmt::format("X-Amz-Algorithm={}&X-Amz-Credential={}&X-Amz-Date={}&X-Amz-Expires={}&X-Amz-SignedHeaders=host",
                       kAlgorithm, percent_encode(fmt::format("{}/{}", credentials.access_key, scope_of(scope, date))),
                       date, std::clamp(lifetime, std::chrono::seconds(1), kLongestLifetime).count());
  if (!credentials.session_token.empty()) {
    query += "&X-Amz-Security-Token=" + percent_encode(credentials.session_token.reveal());
  }
  query = canonical_query(query);
  std::string request = canonical_request("GET", parts, query, {{"host", parts.authority}}, kUnsignedPayload, scope);
  return fmt::format("{}{}?{}&X-Amz-Signature={}", parts.origin(), parts.path, query,
                     signature(request, credentials, scope, date));
}

}  // namespace candid::net
