#pragma once
// The collections (folders) of a WebDAV server: made as they are needed, listed where the server can. Internal to
// upload.

#include <functional>
#include <mutex>
#include <optional>
#include <set>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "upload/http/dav_listing.h"
#include "upload/http/http_session.h"

namespace candid::upload {

// Thread-safe.
class DavCollections {
 public:
  explicit DavCollections(HttpSession& session) : session_(session) {}

  // Makes those above the object `name`, where they are missing. The store's own is not made: NotFound, as its path may
  // be mistyped.
  Result<void> make_above(std::string_view name, const std::stop_token& stop);
  // Somebody may have removed them since.
  void forget_above(std::string_view name);

  // Calls `visit` with the name, as of an object, of everything in the store and below it that is no collection.
  // Nothing where the server does not list.
  Result<void> walk(const std::function<Result<void>(const std::string& name, const DavEntry& entry)>& visit);

 private:
  Result<void> check_base(const std::stop_token& stop);
  Result<void> make(std::string_view collection, const std::stop_token& stop);
  Result<net::HttpResponse> propfind(const std::string& collection, std::string_view depth,
                                     const std::stop_token& stop);

  HttpSession& session_;
  std::mutex mutex_;
  std::set<std::string, std::less<>> known_;  // "parts/ab", and "" for the store's own
};

}  // namespace candid::upload
