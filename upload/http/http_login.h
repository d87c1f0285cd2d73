#pragma once
// Who we are to a server: the Authorization header, and what to tell people when it does not open the door. Internal to
// upload.

#include <string>
#include <string_view>

#include "core/error.h"
#include "core/secret.h"

namespace candid::upload {

struct HttpLogin {
  Secret authorization{};  // the header's value; empty: nobody in particular
  std::string unknown{};   // what 401 means, and what to try then
  std::string unknown_hint{};
  std::string forbidden_hint{};  // what to try after 403
};

// $CANDID_STORE_USER with $CANDID_STORE_PASSWORD, or $CANDID_STORE_TOKEN, for the server at `url`.
Result<HttpLogin> find_store_login(std::string_view url);
// $CANDID_API_TOKEN; NotFound when it is not set.
Result<HttpLogin> find_api_login(std::string_view url);

}  // namespace candid::upload
