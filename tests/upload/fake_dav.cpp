#include "tests/upload/fake_dav.h"

#include <fmt/format.h>

namespace candid::upload::test {
namespace {

std::string parent_of(std::string path) {
  if (path.ends_with('/')) path.pop_back();
  return path.substr(0, path.rfind('/') + 1);
}

std::string entry(const std::string& path, bool is_collection, const std::string& modified) {
  return fmt::format(
      "<D:response><D:href>{}</D:href><D:propstat><D:prop><D:resourcetype>{}</D:resourcetype>"
      "<D:getlastmodified>{}</D:getlastmodified></D:prop><D:status>HTTP/1.1 200 "
      "OK</D:status></D:propstat></D:response>",
      path, is_collection ? "<D:collection/>" : "", modified);
}

}  // namespace

net::HttpResponse FakeDav::handle(const WebRequest& request) {
  if (request.method == "GET" || request.method == "HEAD") return read(request);
  if (request.method == "PUT") return put(request);
  if (request.method == "DELETE") return answer(files.erase(request.path) > 0 ? 204 : 404);
  if (!knows_dav) return answer(405);
  if (request.method == "MKCOL") return make_collection(request);
  if (request.method == "MOVE") return move(request);
  if (request.method == "PROPFIND") return list(request);
  return answer(405);
}

net::HttpResponse FakeDav::read(const WebRequest& request) {
  if (collections.contains(request.path + "/")) return answer(301, {{"location", request.path + "/"}});
  auto found = files.find(request.path);
  if (found == files.end()) return answer(404);
  return answer(200, {{"content-length", std::to_string(found->second.size())}},
                request.method == "GET" ? found->second : "");
}

net::HttpResponse FakeDav::put(const WebRequest& request) {
  if (knows_dav && !collections.contains(parent_of(request.path))) return answer(409);
  if (request.body.size() > room) return answer(500);
  files[request.path] = request.body;
  return answer(201);
}

net::HttpResponse FakeDav::make_collection(const WebRequest& request) {
  if (!request.path.ends_with('/') || !collections.contains(parent_of(request.path))) return answer(409);
  return answer(collections.insert(request.path).second ? 201 : 405);
}

net::HttpResponse FakeDav::move(const WebRequest& request) {
  std::string destination = request.header("Destination");
  bool is_absolute = destination.find("://") != std::string::npos;
  if (is_absolute != wants_absolute_destination || request.header("Overwrite") != "T") return answer(400);
  if (is_absolute) destination = destination.substr(destination.find('/', destination.find("://") + 3));
  auto source = files.extract(request.path);
  if (source.empty()) return answer(404);
  files[destination] = source.mapped();
  return answer(204);
}

net::HttpResponse FakeDav::list(const WebRequest& request) {
  if (!collections.contains(request.path)) return answer(404);
  std::string xml = R"(<?xml version="1.0" encoding="utf-8"?><D:multistatus xmlns:D="DAV:">)";
  xml += entry(request.path, true, "");
  if (request.header("Depth") == "1") {
    for (const std::string& path : collections) {
      if (path != request.path && parent_of(path) == request.path) xml += entry(path, true, "");
    }
    for (const auto& [path, bytes] : files) {
      auto known = modified.find(path);
      std::string time = known == modified.end() ? "Thu, 01 Jan 2026 00:00:00 GMT" : known->second;
      if (parent_of(path) == request.path) xml += entry("http://inside:8080" + path, false, time);
    }
  }
  std::map<std::string, std::string> headers;
  if (!date.empty()) headers["date"] = date;
  return answer(207, headers, xml + "</D:multistatus>");
}

}  // namespace candid::upload::test
