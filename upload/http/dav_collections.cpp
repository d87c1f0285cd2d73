#include "upload/http/dav_collections.h"

#include <fmt/format.h>

namespace candid::upload {
namespace {

// Of listing a store that somebody else fills without end.
constexpr size_t kMostCollections = 20'000;

std::string_view above(std::string_view name) {
  size_t slash = name.rfind('/');
  return slash == std::string_view::npos ? std::string_view() : name.substr(0, slash);
}

bool is_unknown_method(int status) {
  return status == 405 || status == 501;
}

Error missing_base(const HttpSession& session) {
  return Error(ErrorKind::NotFound, fmt::format("{} does not exist", session.describe()),
               "make that folder on the server, or check the path in the store's address");
}

}  // namespace

Result<net::HttpResponse> DavCollections::propfind(const std::string& collection, std::string_view depth,
                                                   const std::stop_token& stop) {
  net::HttpRequest request{.method = "PROPFIND",
                           .url = fmt::format("{}/{}{}", session_.url(), collection, collection.empty() ? "" : "/"),
                           .headers = {{"Depth", std::string(depth)}, {"Content-Type", "application/xml"}},
                           .body = dav_listing_request()};
  return session_.send(std::move(request), stop);
}

// Some servers answer a PUT below a folder that is not there with 500, which says nothing: so it is asked for first.
Result<void> DavCollections::check_base(const std::stop_token& stop) {
  net::HttpResponse response = TRY(propfind("", "0", stop));
  if (response.status == 404) return tl::unexpected(missing_base(session_));
  if (response.status == 401 || response.status == 407) {
    return tl::unexpected(session_.refusal(response, "look at the store"));
  }
  return {};  // a server of plain HTTP does not know the question, and some forbid it
}

Result<void> DavCollections::make(std::string_view collection, const std::stop_token& stop) {
  {
    std::lock_guard lock(mutex_);
    if (known_.contains(collection)) return {};
  }
  if (collection.empty()) {
    TRY_VOID(check_base(stop));
  } else {
    // With a slash at its end: nginx takes no other name of a collection.
    net::HttpRequest request{
        .method = "MKCOL", .url = fmt::format("{}/{}/", session_.url(), collection), .headers = {}};
    net::HttpResponse response = TRY(session_.send(request, stop));
    if (response.status == 409 || response.status == 404) {
      TRY_VOID(make(above(collection), stop));
      response = TRY(session_.send(request, stop));
      if (response.status == 409 && above(collection).empty()) return tl::unexpected(missing_base(session_));
    }
    // 405: it is there already (RFC 4918 §9.3.1), or, as 501, a server of plain HTTP, which needs none.
    if (!response.is_success() && !is_unknown_method(response.status)) {
      return tl::unexpected(session_.refusal(response, fmt::format("make the folder {}", collection)));
    }
  }
  std::lock_guard lock(mutex_);
  known_.emplace(collection);
  return {};
}

Result<void> DavCollections::make_above(std::string_view name, const std::stop_token& stop) {
  return make(above(name), stop);
}

void DavCollections::forget_above(std::string_view name) {
  std::lock_guard lock(mutex_);
  for (std::string_view collection = name; !collection.empty();) {
    collection = above(collection);
    if (auto found = known_.find(collection); found != known_.end()) known_.erase(found);
  }
}

Result<void> DavCollections::walk(
    const std::function<Result<void>(const std::string& name, const DavEntry& entry)>& visit) {
  std::vector<std::string> waiting{""};
  for (size_t next = 0; next < waiting.size(); ++next) {
    const std::string collection = waiting[next];
    net::HttpResponse response = TRY(propfind(collection, "1", {}));
    if (is_unknown_method(response.status) || response.status == 404) continue;
    if (response.status != 207) return tl::unexpected(session_.refusal(response, "list the store"));
    for (const DavEntry& entry : TRY(parse_dav_listing(response.body))) {
      std::string name = collection.empty() ? entry.name : fmt::format("{}/{}", collection, entry.name);
      if (!entry.is_collection) {
        TRY_VOID(visit(name, entry));
      } else if (is_object_name(name) && waiting.size() < kMostCollections) {
        waiting.push_back(name);
      }
    }
  }
  return {};
}

}  // namespace candid::upload
