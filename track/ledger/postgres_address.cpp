#include "track/ledger/postgres_address.h"

#include <cstdlib>
#include <map>
#include <memory>

#include <fmt/format.h>
#include <libpq-fe.h>

namespace candid::track {
namespace {

struct FreeOptions {
  void operator()(PQconninfoOption* options) const { PQconninfoFree(options); }
};
using Options = std::map<std::string, std::string>;

// libpq's own reader, so that nothing is a password to it that is none to us. Its words quote the address.
Result<Options> parse(const std::string& address) {
  bool is_text = address.find('\0') == std::string::npos;
  std::unique_ptr<PQconninfoOption, FreeOptions> parsed(is_text ? PQconninfoParse(address.c_str(), nullptr) : nullptr);
  if (!parsed) {
    return fail(ErrorKind::InvalidInput, "the ledger's address is no address of a PostgreSQL database",
                "write postgresql://user@host:5432/database");
  }
  Options options;
  for (const PQconninfoOption* option = parsed.get(); option->keyword != nullptr; ++option) {
    if (option->val != nullptr) options[option->keyword] = option->val;
  }
  return options;
}

Result<void> refuse_passwords(const Options& options) {
  for (const char* name : {"password", "sslpassword"}) {
    if (options.contains(name)) {
      return fail(ErrorKind::InvalidInput, "the ledger's address holds a password",
                  "leave it out, and set PGPASSWORD in the environment or in the secrets file");
    }
  }
  return {};
}

std::string value_of(const Options& options, const char* name) {
  auto found = options.find(name);
  return found == options.end() ? std::string() : found->second;
}

std::string shown_address(const Options& options) {
  std::string user = value_of(options, "user");
  std::string host = value_of(options, "host");
  if (host.empty()) host = value_of(options, "hostaddr");
  std::string port = value_of(options, "port");
  return fmt::format("postgresql://{}{}{}{}{}/{}", user, user.empty() ? "" : "@", host, port.empty() ? "" : ":", port,
                     value_of(options, "dbname"));
}

// A socket's folder begins with "/" or "@"; no host at all is a socket, too, unless the environment names one.
bool is_this_machine(const Options& options) {
  std::string host = value_of(options, "hostaddr");
  if (host.empty()) host = value_of(options, "host");
  if (const char* from_environment = std::getenv("PGHOST"); host.empty() && from_environment != nullptr) {
    host = from_environment;
  }
  return host.empty() || host.front() == '/' || host.front() == '@' || host == "localhost" || host == "127.0.0.1" ||
         host == "::1";
}

// Waiting is bounded everywhere: for a server that does not answer, and for one that went away without a word.
void add_defaults(Options& options) {
  options["client_encoding"] = "UTF8";
  options.try_emplace("fallback_application_name", "candid");
  options.try_emplace("connect_timeout", "10");
  options.try_emplace("tcp_user_timeout", "30000");
  if (!is_this_machine(options) && std::getenv("PGSSLMODE") == nullptr) options.try_emplace("sslmode", "require");
}

std::string connection_text(const Options& options) {
  std::string text;
  for (const auto& [name, value] : options) {
    text += name + "='";
    for (char letter : value) {
      if (letter == '\'' || letter == '\\') text += '\\';
      text += letter;
    }
    text += "' ";
  }
  return text;
}

}  // namespace

Result<PostgresAddress> read_postgres_address(const std::string& address) {
  Options options = TRY(parse(address));
  TRY_VOID(refuse_passwords(options));
  std::string shown = shown_address(options);
  add_defaults(options);
  if (auto password = TRY(find_secret("PGPASSWORD"))) options["password"] = password->reveal();
  return PostgresAddress{.connection = Secret(connection_text(options)), .shown = std::move(shown)};
}

}  // namespace candid::track
