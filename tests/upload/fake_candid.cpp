#include "tests/upload/fake_candid.h"

#include <cstdio>

#include <fmt/format.h>

#include "core/digest.h"
#include "core/encoding.h"

namespace candid::upload::test {
namespace {

constexpr std::string_view kObjects = "/api/store/";

std::string digest_of(std::string_view bytes) {
  return "sha-256=:" + to_base64(sha256(bytes)) + ":";
}

}  // namespace

net::HttpResponse failure(int status, std::string_view kind, std::string_view message, bool retryable) {
  return answer(
      status, {},
      fmt::format(R"({{"error":{{"kind":"{}","message":"{}","hint":"","retryable":{}}}}})", kind, message, retryable));
}

net::HttpResponse FakeCandid::handle(const WebRequest& request) {
  if (!request.path.starts_with(kObjects)) return failure(404, "not_found", "no such address");
  std::string name = request.path.substr(kObjects.size());
  if (request.method == "PUT") return put(request, name);
  if (request.method == "DELETE") {
    objects.erase(name);
    return answer(204);
  }
  auto found = objects.find(name);
  if (found == objects.end()) return failure(404, "not_found", "there is no such object");
  return answer(200, {{"content-length", std::to_string(found->second.size())}, {"etag", digest_of(found->second)}},
                request.method == "GET" ? found->second : "");
}

net::HttpResponse FakeCandid::put(const WebRequest& request, const std::string& name) {
  if (request.body.size() > longest_piece) return failure(413, "invalid_input", "the piece is too long");
  std::string digest = request.header("Repr-Digest");
  std::string range = request.header("Content-Range");
  uint64_t size = 0;
  if (std::sscanf(range.c_str(), "bytes */%lu", &size) == 1) {
    if (size == 0) objects[name] = "";
    return progress(name, digest, size, 202);
  }
  uint64_t first = 0;
  uint64_t last = 0;
  if (std::sscanf(range.c_str(), "bytes %lu-%lu/%lu", &first, &last, &size) != 3 || last >= size ||
      last + 1 - first != request.body.size()) {
    return failure(400, "invalid_input", "Content-Range makes no sense");
  }
  if (digest_of(request.body) != request.header("Content-Digest")) {
    return failure(400, "invalid_input", "the piece was damaged", true);
  }
  std::string& bytes = unfinished[name + digest];
  if (first != bytes.size()) return progress(name, digest, size, 409);
  bytes += request.body;
  if (bytes.size() < size) return progress(name, digest, size, 202);
  std::string whole = std::move(bytes);
  unfinished.erase(name + digest);
  if (digest_of(whole) != digest) return failure(422, "corrupt", "the whole is not what its digest says");
  objects[name] = std::move(whole);
  return answer(201, {}, "{}");
}

net::HttpResponse FakeCandid::progress(const std::string& name, const std::string& digest, uint64_t size, int status) {
  auto object = objects.find(name);
  if (object != objects.end() && object->second.size() == size && digest_of(object->second) == digest) {
    return answer(201, {}, "{}");
  }
  auto found = unfinished.find(name + digest);
  return answer(status, {{"upload-offset", std::to_string(found == unfinished.end() ? 0 : found->second.size())}});
}

}  // namespace candid::upload::test
