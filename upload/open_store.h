#pragma once
// From an address to a store. Credentials: S3's are found as AWS's tools find them (net/aws_credentials.h);
// CANDID_STORE_USER and CANDID_STORE_PASSWORD, or CANDID_STORE_TOKEN (a bearer token), for WebDAV and tus;
// CANDID_API_TOKEN for a candid server. Each from the environment or the secrets file (core/secret.h).

#include <memory>
#include <stop_token>

#include "core/pause.h"
#include "core/time.h"
#include "net/curl_transport.h"
#include "net/retry.h"
#include "upload/store.h"
#include "upload/store_address.h"

namespace candid::upload {

// What a store works with; everything borrowed outlives it.
struct StoreSettings {
  net::TransportSettings transport{};
  net::RetryPolicy retries{};
  UploadNotes* notes = nullptr;  // null: a later run starts unfinished uploads anew; tus needs them
  Pause* pause = &Pause::system();
  const Clock* clock = &Clock::system();
  // Ends every request to a server with Cancelled, also of calls that take no stop token.
  std::stop_token stop{};
};

// Makes no transfer: whether the store can be reached shows with the first object. NotFound for missing credentials,
// with what to set.
Result<std::unique_ptr<Store>> open_store(const StoreAddress& address, const StoreSettings& settings);

}  // namespace candid::upload
