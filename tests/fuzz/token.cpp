// Tickets, grants, passcode cookies and API tokens: nothing is taken but what was given out, letter by letter.
//
// The first line says of what the rest is: a "literal" one, or steps that change one that was given out, three
// characters each: what to do (r: put in place of, i: put before, d: leave out), where, and which character.

#include <string>

#include "core/digest.h"
#include "core/files.h"
#include "tests/fuzz/signed_values.h"
#include "tests/fuzz/target.h"
#include "tests/track/memory_door.h"
#include "track/api/api_server.h"
#include "track/ledger/ledger.h"

namespace candid::track {
namespace {

using fuzz::claim;

constexpr int64_t kLink = 7;

LinkRecord locked_link() {
  LinkRecord link;
  link.id = kLink;
  link.terms.passcode_hash = fuzz::kPasscodeHash;
  return link;
}

class Issuer {
 public:
  Issuer() {
    ApiToken token;
    token.name = "fuzzer";
    token.created_at = clock.now();
    fuzz::must(ledger->add_api_token(sha256(fuzz::kApiToken), token));
  }

  test::FakeClock clock{};
  PageTicket ticket = issue_ticket(fuzz::kServerKey, kLink, clock.now());
  std::string grant = fuzz::grant_of(kLink, fuzz::kSession, clock.now());
  std::string preview = fuzz::grant_of(kLink, "", clock.now());
  LinkRecord link = locked_link();
  PasscodeGate gate{fuzz::kServerKey, clock};
  std::string cookie = fuzz::passcode_cookie(link, clock);
  TemporaryFolder folder = fuzz::must(TemporaryFolder::create("candid-fuzz-"));
  std::unique_ptr<Ledger> ledger = fuzz::must(open_sqlite_ledger(folder.path() / "ledger.db", clock));
  test::MemoryDoor door{};
  ApiServer api{*ledger, door, clock};
};

Issuer& issuer() {
  static Issuer made = [] {
    fuzz::prepare_process();
    return Issuer();
  }();
  return made;
}

std::string changed(std::string value, std::string_view steps) {
  for (; steps.size() >= 3 && value.size() < 300; steps.remove_prefix(3)) {
    size_t at = static_cast<uint8_t>(steps[1]) % (value.size() + 1);
    if (steps[0] == 'i') {
      value.insert(at, 1, steps[2]);
    } else if (at < value.size() && steps[0] == 'd') {
      value.erase(at, 1);
    } else if (at < value.size()) {
      value[at] = steps[2];
    }
  }
  return value;
}

void check_ticket(const std::string& session, const std::string& nonce) {
  const Issuer& ours = issuer();
  const PageTicket given{session, nonce};
  bool is_issued = session == ours.ticket.session && nonce == ours.ticket.nonce;
  claim(is_our_ticket(fuzz::kServerKey, kLink, given, ours.clock.now()) == is_issued,
        "a ticket is taken as it was issued");
  claim(!is_our_ticket(fuzz::kServerKey, kLink + 1, given, ours.clock.now()), "a ticket is one link's");
  claim(!is_our_ticket(fuzz::kServerKey, kLink, given, ours.clock.now() + kTicketLifetime + std::chrono::hours(1)),
        "a ticket ends");
}

void check_grant(const std::string& text) {
  const Issuer& ours = issuer();
  auto grant = read_signed_grant(fuzz::kServerKey, text);
  claim(grant.has_value() == (text == ours.grant || text == ours.preview), "a grant is taken as it was signed");
  if (!grant) return;
  claim(grant->link_id == kLink && sign_grant(fuzz::kServerKey, *grant) == text, "a grant says what was signed");
  claim(!read_grant(fuzz::kServerKey, text, ours.clock.now() + kGrantLifetime), "a grant ends");
}

void check_cookie(const std::string& header) {
  const Issuer& ours = issuer();
  HttpRequest request;
  request.headers["cookie"] = header;
  if (ours.gate.is_open(request, ours.link)) {
    claim(header.find(ours.cookie) != std::string::npos, "a cookie is taken as it was set");
  }
  LinkRecord other = ours.link;
  ++other.id;
  claim(!ours.gate.is_open(request, other), "a cookie is one link's");
}

void check_authorization(const std::string& header) {
  HttpRequest request;
  request.method = Method::Get;
  request.path = "/api/store/parts/x";
  request.headers["authorization"] = header;
  const HttpResponse response = issuer().api.answer(request);
  if (response.status != 401) claim(header.ends_with(fuzz::kApiToken), "an API token is taken as it was made");
}

void check_value(std::string_view what, const std::string& value) {
  if (what == "session") check_ticket(value, issuer().ticket.nonce);
  if (what == "nonce") check_ticket(issuer().ticket.session, value);
  if (what == "grant" || what == "preview") check_grant(value);
  if (what == "cookie") check_cookie(value);
  if (what == "api") check_authorization(value);
}

void check(std::string_view what, std::string_view rest) {
  const Issuer& ours = issuer();
  if (what == "session") return check_value(what, changed(ours.ticket.session, rest));
  if (what == "nonce") return check_value(what, changed(ours.ticket.nonce, rest));
  if (what == "grant") return check_value(what, changed(ours.grant, rest));
  if (what == "preview") return check_value(what, changed(ours.preview, rest));
  if (what == "cookie") return check_value(what, changed(ours.cookie, rest));
  if (what == "api") return check_value(what, changed(std::string("Bearer ") + fuzz::kApiToken, rest));
  for (std::string_view kind : {"session", "nonce", "grant", "cookie", "api"}) check_value(kind, std::string(rest));
}

}  // namespace
}  // namespace candid::track

// Before the clock of the first input runs.
extern "C" int LLVMFuzzerInitialize(int* /*count*/, char*** /*arguments*/) {
  candid::track::issuer();
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::string_view text = candid::fuzz::text_of(data, size);
  std::string_view what = candid::fuzz::take_line(text);
  candid::track::check(what, text);
  return 0;
}
