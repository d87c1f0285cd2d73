#pragma once
// What a server with a fixed key has given out, so that fuzz targets can begin from what is valid.

#include <cstdint>
#include <string>
#include <vector>

#include "tests/fuzz/target.h"
#include "tests/track/fixtures.h"
#include "track/pages/form_fields.h"
#include "track/pages/media_grant.h"
#include "track/pages/nonce.h"
#include "track/pages/passcode_gate.h"

namespace candid::fuzz {

inline const std::vector<uint8_t> kServerKey(32, 0x5a);
inline constexpr const char* kSession = "SessionOfTheFuzzer-001";
inline constexpr const char* kApiToken = "cnd_FuzzTokenOfTheApi";
// "open sesame" by Argon2id with the least that libsodium takes: a check takes no time.
inline constexpr const char* kPasscodeHash =
    "$argon2id$v=19$m=8,t=1,p=1$dRfjrHOopgVoqMT7uZ/csQ$Tnkrh5f8xOOu1M8ENcazWGWw4uogn9/gdfVgKMjpovc";

inline std::string grant_of(int64_t link_id, std::string session, UtcTime now) {
  return track::sign_grant(kServerKey, {link_id, std::move(session), now + track::kGrantLifetime});
}

// The value of the cookie that the right passcode earns for this link.
inline std::string passcode_cookie(const track::LinkRecord& link, const Clock& clock) {
  track::PasscodeGate gate(kServerKey, clock);
  track::HttpRequest request;
  request.headers["content-type"] = "application/x-www-form-urlencoded";
  request.body = "passcode=open+sesame";
  track::HttpResponse pending = gate.check(request, "locked", link, "en");
  claim(pending.check_passcode != nullptr, "a first passcode is looked at");
  for (const auto& [name, value] : pending.check_passcode().headers) {
    if (name == "Set-Cookie") return value.substr(0, value.find(';'));
  }
  broken("the right passcode earns a cookie");
}

}  // namespace candid::fuzz
