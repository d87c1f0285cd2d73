// candid token: who may publish to this server, and read from it.

#include <fmt/format.h>

#include "campaign/publishing/expiry.h"
#include "cli/job_command.h"
#include "cli/ledger_options.h"
#include "core/digest.h"
#include "core/secret.h"
#include "core/text.h"

namespace candid::cli {
namespace {

constexpr size_t kLongestName = 100;

struct TokenOptions {
  std::string name;
  std::string scope = "publish";
  std::string expires;
  LedgerOptions where;
};

Result<track::ApiToken> token_of(const TokenOptions& options) {
  track::ApiToken token;
  token.name = trim(options.name);
  if (token.name.empty() || token.name.size() > kLongestName || single_line(token.name) != token.name) {
    return fail(ErrorKind::InvalidInput, "a token's name is one line of 1 to 100 bytes",
                "whose it is: candid token add \"laptop of the talent team\"");
  }
  token.scope = track::api_scope(options.scope).value_or(track::ApiScope::Publish);
  token.created_at = Clock::system().now();
  if (options.expires.empty()) return token;
  token.expires_at = TRY(campaign::parse_expiry(options.expires)).after(token.created_at);
  if (*token.expires_at > token.created_at) return token;
  return fail(ErrorKind::InvalidInput, fmt::format("--expires: {} is over", options.expires), "a day to come, or 90d");
}

nlohmann::json token_json(const track::ApiToken& token) {
  nlohmann::json json = {{"name", token.name},
                         {"scope", track::to_string(token.scope)},
                         {"created_at", format_utc(token.created_at)},
                         {"expires_at", nullptr}};
  if (token.expires_at) json["expires_at"] = format_utc(*token.expires_at);
  return json;
}

Outcome add(const Session& session, const TokenOptions& options) {
  auto token = token_of(options);
  if (!token) return session.failed(token.error());
  auto ledger = campaign::open_ledger(options.where.places(), session.stop);
  if (!ledger) return session.failed(ledger.error());
  std::string text = track::make_api_token();
  auto added = ledger->ledger->add_api_token(sha256(text), *token);
  if (!added) return session.failed(added.error());
  if (session.console.json) {
    nlohmann::json json = token_json(*token);
    json["token"] = text;
    session.console.print_json(json);
  }
  session.console.say(text);
  session.console.note(
      fmt::format("It is told this once. Where it is used: CANDID_API_TOKEN in the environment, or a line "
                  "CANDID_API_TOKEN=… in {} (chmod 600).",
                  secrets_file().string()));
  return Outcome::Done;
}

Outcome list(const Session& session, const TokenOptions& options) {
  auto ledger = open_existing_ledger(session, options.where.places());
  auto tokens = ledger ? ledger->ledger->api_tokens() : tl::unexpected(ledger.error());
  if (!tokens) return session.failed(tokens.error());
  nlohmann::json json = nlohmann::json::array();
  for (const track::ApiToken& token : *tokens) {
    json.push_back(token_json(token));
    session.console.say(fmt::format("{:<8} {:<30} since {}{}", track::to_string(token.scope), token.name,
                                    format_utc(token.created_at),
                                    token.expires_at ? ", until " + format_utc(*token.expires_at) : ""));
  }
  if (session.console.json) session.console.print_json({{"tokens", json}});
  if (tokens->empty()) session.console.say("There is none. candid token add NAME makes one.");
  return Outcome::Done;
}

Outcome remove(const Session& session, const TokenOptions& options) {
  auto ledger = open_existing_ledger(session, options.where.places());
  auto removed = ledger ? ledger->ledger->remove_api_token(trim(options.name)) : tl::unexpected(ledger.error());
  if (!removed) return session.failed(removed.error());
  if (session.console.json) session.console.print_json({{"removed", trim(options.name)}});
  session.console.say("Removed: it opens nothing any more.");
  return Outcome::Done;
}

}  // namespace

void add_token(CLI::App& program, Session& session) {
  auto options = std::make_shared<TokenOptions>();
  CLI::App* command = program.add_subcommand("token", "who may publish to this server, and read from it");
  command->require_subcommand(1);
  auto one = [&](const char* name, const char* about, Outcome (*work)(const Session&, const TokenOptions&)) {
    CLI::App* sub = command->add_subcommand(name, about);
    add_ledger_options(*sub, options->where);
    add_json_option(*sub, session);
    sub->callback(
        [options, &session, work] { session.command = [options, &session, work] { return work(session, *options); }; });
    return sub;
  };
  CLI::App* adding = one("add", "make a token, and tell it once", add);
  adding->add_option("NAME", options->name, "whose it is")->required();
  adding->add_option("--scope", options->scope, "read: status; publish: and store and publish; admin: and all else")
      ->check(CLI::IsMember({"read", "publish", "admin"}))
      ->capture_default_str();
  adding->add_option("--expires", options->expires, "90d, or the last day: 2026-12-31; else never")->type_name("WHEN");
  one("list", "the tokens there are, without what they are", list);
  one("remove", "end a token", remove)->add_option("NAME", options->name, "as candid token list tells")->required();
}

}  // namespace candid::cli
