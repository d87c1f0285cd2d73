#include "tests/upload/fake_web.h"

#include <algorithm>
#include <fstream>
#include <utility>

namespace candid::upload::test {
namespace {

std::string body_of(const net::HttpRequest& request) {
  const auto* range = std::get_if<net::FileRange>(&request.body);
  if (range == nullptr) return std::get<std::string>(request.body);
  std::string bytes(range->length, '\0');
  std::ifstream file(range->file, std::ios::binary);
  file.seekg(static_cast<std::streamoff>(range->offset));
  file.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  return bytes;
}

std::string path_of(const std::string& url) {
  size_t slash = url.find('/', url.find("://") + 3);
  return slash == std::string::npos ? "/" : url.substr(slash);
}

}  // namespace

net::HttpResponse answer(int status, std::map<std::string, std::string> headers, std::string_view body) {
  return {.status = status, .headers = std::move(headers), .body = {body.begin(), body.end()}};
}

tl::unexpected<Error> cut_off() {
  return tl::unexpected(Error(ErrorKind::Network, "the connection broke off").retry_may_help());
}

class FakeWeb::Transport final : public net::HttpTransport {
 public:
  explicit Transport(FakeWeb& web) : web_(web) {}

  Result<net::HttpResponse> send(const net::HttpRequest& request, const std::stop_token& stop) override {
    if (stop.stop_requested()) return fail(ErrorKind::Cancelled, "stopped");
    auto response = web_.serve({request.method, path_of(request.url), request.headers, body_of(request)});
    // Also of what was cut off: it had left.
    if (request.on_sent && net::body_size(request) > 0) request.on_sent(net::body_size(request));
    if (!response) return response;
    response->headers.try_emplace("content-length", std::to_string(response->body.size()));
    if (response->is_success() && request.on_head && !response->body.empty() && !request.on_head(*response)) {
      return fail(ErrorKind::Cancelled, "the taker does not want it");
    }
    if (response->is_success() && request.on_body) {
      bool goes_on = request.on_body(response->body);
      response->body.clear();
      if (!goes_on) return fail(ErrorKind::Cancelled, "the taker wants no more");
    }
    return response;
  }

 private:
  FakeWeb& web_;
};

std::unique_ptr<net::HttpTransport> FakeWeb::transport() {
  return std::make_unique<Transport>(*this);
}

void FakeWeb::interfere(Interference interference) {
  std::lock_guard lock(mutex_);
  interference_ = std::move(interference);
}

void FakeWeb::lose_answer_to(const std::string& method) {
  std::lock_guard lock(mutex_);
  lost_method_ = method;
}

Result<net::HttpResponse> FakeWeb::serve(WebRequest request) {
  std::lock_guard lock(mutex_);
  requests_.push_back(request);
  if (interference_) {
    if (auto instead = interference_(request)) return std::move(*instead);
  }
  received_ += request.body.size();
  net::HttpResponse response = handle(request);
  if (request.method == lost_method_) {
    lost_method_.clear();
    lose_this_answer();
  }
  if (std::exchange(loses_this_answer_, false)) return cut_off();
  return response;
}

std::vector<WebRequest> FakeWeb::requests() const {
  std::lock_guard lock(mutex_);
  return requests_;
}

int FakeWeb::count(std::string_view method) const {
  std::lock_guard lock(mutex_);
  return static_cast<int>(std::count_if(requests_.begin(), requests_.end(),
                                        [&](const WebRequest& request) { return request.method == method; }));
}

std::optional<std::string> MemoryNotes::find(std::string_view name) const {
  std::lock_guard lock(mutex_);
  auto found = notes_.find(name);
  return found == notes_.end() ? std::nullopt : std::optional(found->second);
}

Result<void> MemoryNotes::keep(std::string_view name, std::string_view note) {
  std::lock_guard lock(mutex_);
  notes_.insert_or_assign(std::string(name), std::string(note));
  return {};
}

Result<void> MemoryNotes::drop(std::string_view name) {
  std::lock_guard lock(mutex_);
  notes_.erase(std::string(name));
  return {};
}

std::vector<std::string> MemoryNotes::names() const {
  std::lock_guard lock(mutex_);
  std::vector<std::string> names;
  for (const auto& [name, note] : notes_) names.push_back(name);
  return names;
}

std::string noise(size_t size, uint32_t seed) {
  std::string bytes;
  bytes.reserve(size);
  for (uint32_t state = seed; bytes.size() < size; state = state * 1664525U + 1013904223U) {
    bytes += static_cast<char>(state >> 24);
  }
  return bytes;
}

const std::string& large() {
  static const std::string bytes = noise(20'000'000);
  return bytes;
}

}  // namespace candid::upload::test
