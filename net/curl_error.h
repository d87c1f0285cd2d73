#pragma once
// What libcurl's codes mean to the person who waits for the transfer. Internal to net.

#include <string_view>

#include <curl/curl.h>

#include "net/http.h"

namespace candid::net {

struct FailedTransfer {
  CURLcode code = CURLE_OK;
  const HttpRequest& request;
  std::string_view authorities;  // the PEM file in use, or empty: the system's
  std::string_view details;      // CURLOPT_ERRORBUFFER: judged, never shown, as it may hold a proxy's password
};

Error describe_failure(const FailedTransfer& failed, CURL* easy);

}  // namespace candid::net
