#include "upload/http/http_login.h"

#include <algorithm>

#include <fmt/format.h>

#include "core/encoding.h"
#include "upload/store_address.h"

namespace candid::upload {
namespace {

// A header ends at a line break: what came with one is no password, and must not become a second header.
Result<std::optional<Secret>> find_printable(const std::string& name) {
  std::optional<Secret> secret = TRY(find_secret(name));
  if (secret && std::any_of(secret->reveal().begin(), secret->reveal().end(),
                            [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; })) {
    return fail(ErrorKind::InvalidInput, fmt::format("{} holds a control character", name),
                "set it without a line break");
  }
  return secret;
}

Result<void> check_way(std::string_view url, std::string_view what) {
  if (is_confidential(url)) return {};
  return fail(ErrorKind::InvalidInput, fmt::format("{} would be readable on the way to {}", what, url),
              "use an address without \"+http\" (https), or a server on this machine");
}

// Basic authentication (RFC 7617).
Result<Secret> basic(const Secret& user, const Secret& password) {
  if (user.reveal().find(':') != std::string::npos) {
    return fail(ErrorKind::InvalidInput, "CANDID_STORE_USER holds a colon", "no user name for HTTP may");
  }
  Secret pair(user.reveal() + ":" + password.reveal());
  return Secret("Basic " + to_base64(bytes_of(pair.reveal())));
}

HttpLogin stranger() {
  return {.authorization = {},
          .unknown = "the server wants to know who asks",
          .unknown_hint = "set CANDID_STORE_USER and CANDID_STORE_PASSWORD, or CANDID_STORE_TOKEN",
          .forbidden_hint = "set CANDID_STORE_USER and CANDID_STORE_PASSWORD of a user who may write there"};
}

}  // namespace

Result<HttpLogin> find_store_login(std::string_view url) {
  std::optional<Secret> user = TRY(find_printable("CANDID_STORE_USER"));
  std::optional<Secret> password = TRY(find_printable("CANDID_STORE_PASSWORD"));
  std::optional<Secret> token = TRY(find_printable("CANDID_STORE_TOKEN"));
  if (!user && !password && !token) return stranger();
  if (token && (user || password)) {
    return fail(ErrorKind::InvalidInput,
                "CANDID_STORE_TOKEN is set, and CANDID_STORE_USER or CANDID_STORE_PASSWORD too",
                "unset what this server does not ask for");
  }
  if (!token && !(user && password)) {
    return fail(ErrorKind::NotFound, fmt::format("{} is not set", user ? "CANDID_STORE_PASSWORD" : "CANDID_STORE_USER"),
                "a user name and a password go together");
  }
  HttpLogin login;
  login.forbidden_hint = "ask for the right to write there, or use another user";
  if (token) {
    TRY_VOID(check_way(url, "CANDID_STORE_TOKEN"));
    login.authorization = Secret("Bearer " + token->reveal());
    login.unknown = "the token is unknown there, or has expired";
    login.unknown_hint = "check CANDID_STORE_TOKEN";
  } else {
    TRY_VOID(check_way(url, "CANDID_STORE_PASSWORD"));
    login.authorization = TRY(basic(*user, *password));
    login.unknown = "the user name or the password is wrong";
    login.unknown_hint = "check CANDID_STORE_USER and CANDID_STORE_PASSWORD";
  }
  return login;
}

Result<HttpLogin> find_api_login(std::string_view url) {
  std::optional<Secret> token = TRY(find_printable("CANDID_API_TOKEN"));
  if (!token) {
    return fail(ErrorKind::NotFound, "CANDID_API_TOKEN is not set",
                "\"candid token add NAME\" on the server makes one");
  }
  TRY_VOID(check_way(url, "CANDID_API_TOKEN"));
  return HttpLogin{.authorization = Secret("Bearer " + token->reveal()),
                   .unknown = "the token is unknown there, or has expired",
                   .unknown_hint = "make one by \"candid token add NAME\" on the server, and set CANDID_API_TOKEN",
                   .forbidden_hint = "the token may not do that: make one of the scope \"publish\" on the server"};
}

}  // namespace candid::upload
