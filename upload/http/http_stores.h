#pragma once
// The stores over HTTP, with the transport to be chosen, and what they share in what they say. Internal to upload;
// tests put servers of their own below.

#include <memory>
#include <string>
#include <string_view>

#include "net/http.h"
#include "upload/http/http_login.h"
#include "upload/http/http_session.h"
#include "upload/open_store.h"
#include "upload/store.h"

namespace candid::upload {

// `url` is without a slash at its end.
std::unique_ptr<Store> dav_store_over(std::unique_ptr<net::HttpTransport> transport, std::string url, HttpLogin login,
                                      const StoreSettings& settings);
// With settings.notes.
std::unique_ptr<Store> tus_store_over(std::unique_ptr<net::HttpTransport> transport, std::string url, HttpLogin login,
                                      const StoreSettings& settings);
std::unique_ptr<Store> candid_store_over(std::unique_ptr<net::HttpTransport> transport, std::string url,
                                         HttpLogin login, const StoreSettings& settings);

// Whether a GET brought the object: NotFound when it is not there.
Result<void> check_fetched(const HttpSession& session, const net::HttpResponse& response, std::string_view name);

Error no_such_object(const HttpSession& session, std::string_view name);
// Corrupt, for when what arrived was not what was sent, time after time.
Error damaged_on_the_way(const HttpSession& session, std::string_view name);

}  // namespace candid::upload
