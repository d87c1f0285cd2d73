#include "tests/upload/fake_tus.h"

#include <utility>

#include "core/digest.h"
#include "core/encoding.h"

namespace candid::upload::test {

net::HttpResponse FakeTus::handle(const WebRequest& request) {
  if (request.method != "GET" && request.header("Tus-Resumable") != "1.0.0") return answer(412);
  if (request.method == "OPTIONS") {
    std::map<std::string, std::string> headers{{"tus-version", "1.0.0,0.2.2"}, {"tus-extension", extensions}};
    headers["tus-checksum-algorithm"] = "sha1,sha256";
    if (!max_size.empty()) headers["tus-max-size"] = max_size;
    return answer(204, headers);
  }
  if (request.method == "POST") return create(request);
  auto found = uploads.find(request.path);
  if (found == uploads.end()) return answer(request.method == "HEAD" ? 404 : 410);
  Upload& upload = found->second;
  if (request.method == "HEAD") {
    return answer(
        200, {{"upload-offset", std::to_string(upload.bytes.size())}, {"upload-length", std::to_string(upload.size)}});
  }
  if (request.method == "GET")
    return answer(200, {{"content-length", std::to_string(upload.bytes.size())}}, upload.bytes);
  if (request.method == "PATCH") return patch(request, upload);
  if (request.method == "DELETE") {
    uploads.erase(found);
    return answer(204);
  }
  return answer(405);
}

net::HttpResponse FakeTus::create(const WebRequest& request) {
  if (request.path != "/files") return answer(404);
  std::string id = std::to_string(next_++);
  uploads["/files/" + id] = {std::stoull(request.header("Upload-Length"))};
  return answer(201, {{"location", location_prefix + id}});
}

net::HttpResponse FakeTus::patch(const WebRequest& request, Upload& upload) {
  if (request.header("Content-Type") != "application/offset+octet-stream") return answer(415);
  if (std::stoull(request.header("Upload-Offset")) != upload.bytes.size()) return answer(409);
  if (auto cut = std::exchange(cut_after, std::nullopt)) {
    upload.bytes += request.body.substr(0, *cut);
    lose_this_answer();
    return answer(204);
  }
  if (extensions.find("checksum") != std::string::npos) {
    if (request.header("Upload-Checksum") != "sha256 " + to_base64(sha256(request.body))) return answer(460);
  }
  upload.bytes += request.body;
  return answer(204, {{"upload-offset", std::to_string(upload.bytes.size())}});
}

}  // namespace candid::upload::test
