#pragma once
// A server with a ledger, a library and a clock of its own, and what its tests ask again and again.

#include <filesystem>
#include <memory>
#include <string>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "core/digest.h"
#include "core/files.h"
#include "tests/support/results.h"
#include "tests/track/fixtures.h"
#include "tests/track/raw_client.h"
#include "track/pages/media_grant.h"
#include "track/web/server.h"

namespace candid::track::test {

using candid::test::must;

// Of a passcode; takes some seconds to be compared with.
inline constexpr const char* kSlowHash =
    "$argon2id$v=19$m=65536,t=40,p=1$c29tZXNhbHRzb21lc2FsdA$aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaA";
inline constexpr const char* kForm = "application/x-www-form-urlencoded";

// A video in three extents of two files, a poster and captions.
class FakeLibrary final : public MediaLibrary {
 public:
  explicit FakeLibrary(const std::filesystem::path& folder) {
    std::string one, two;
    for (int i = 0; i < 300'000; ++i) one += static_cast<char>(i * 7 + i / 256);
    for (int i = 0; i < 3'000'000; ++i) two += static_cast<char>(i * 13 + i / 1000);
    must(write_file(folder / "one", one));
    must(write_file(folder / "two", two));
    extents_ = {{folder / "one", 1000, 200'000}, {folder / "two", 5, 2'500'000}, {folder / "one", 0, 999}};
    for (const Extent& extent : extents_) {
      const std::string& source = extent.file.filename() == "one" ? one : two;
      video_ += source.substr(extent.offset, extent.length);
    }
  }

  Result<MediaFile> find(std::string_view ref) const override {
    if (ref == "video") return MediaFile{"video/mp4", "v1", video_.size(), extents_, redirect};
    if (ref == "poster") return MediaFile{"image/jpeg", "p1", 999, {extents_[2]}, ""};
    if (ref == "captions") return MediaFile{"text/vtt", "c1", 99, {{extents_[2].file, 0, 99}}, ""};
    return fail(ErrorKind::NotFound, "no such medium");
  }

  std::vector<std::string> origins() const override { return bucket_origins; }

  const std::string& video() const { return video_; }
  // Before the server starts.
  std::string redirect{};
  std::vector<std::string> bucket_origins{};

 private:
  std::vector<Extent> extents_;
  std::string video_;
};

// Has the form of a page load's name.
inline constexpr const char* kSession = "SessionOfTheTests-0001";

class ServerFixture : public testing::Test {
 protected:
  ServerFixture() {
    must(ledger_->upsert_messages({sample_message()}));
    token_ = make_link();
    link_id_ = must(ledger_->find_link(sha256(token_)))->id;
    settings_.port = 0;
  }
  // Before what a test's own class lends to the server.
  void TearDown() override { server_.reset(); }

  std::string make_link(const LinkTerms& terms = {}) {
    std::string token = make_token();
    must(ledger_->put_link(sha256(token), "m-1", Purpose::Candidate, terms));
    return token;
  }
  // New terms for the link of token_.
  void set_terms(const LinkTerms& terms) { must(ledger_->put_link(sha256(token_), "m-1", Purpose::Candidate, terms)); }

  Server& server() {
    if (!server_) server_ = must(Server::start(settings_, *ledger_, library_, api_, clock_));
    return *server_;
  }
  uint16_t port() { return server().port(); }
  std::string link(std::string_view rest = "") const { return "/v/" + token_ + std::string(rest); }
  // A signed address as a page of token_ has it.
  std::string media(std::string_view name, std::string_view session = kSession) const {
    MediaGrant grant{link_id_, std::string(session), clock_.now() + kGrantLifetime};
    return fmt::format("/m/{}/{}", sign_grant(must(ledger_->server_key()), grant), name);
  }
  RawResponse get(std::string_view path, std::string_view headers = "") { return RawClient(port()).get(path, headers); }

  static std::string attribute(const std::string& html, const std::string& name) {
    size_t at = html.find(name + "=\"") + name.size() + 2;
    return html.substr(at, html.find('"', at) - at);
  }
  // The page's own address of its video, "/m/GRANT/video.mp4".
  static std::string video_of(const std::string& html) { return attribute(html, "<source src").substr(2); }
  static std::string ticket_of(const std::string& html) {
    return "{\"session\":\"" + attribute(html, "data-session") + "\",\"nonce\":\"" + attribute(html, "data-nonce") +
           "\"}";
  }
  static std::string report(const std::string& html, std::string_view events) {
    std::string ticket = ticket_of(html);
    ticket.pop_back();
    return ticket + ",\"events\":[" + std::string(events) + "]}";
  }
  // The ledger as another program sees it.
  std::vector<Event> stored_events() {
    auto other = must(open_sqlite_ledger(folder_.path() / "ledger", clock_));
    return must(other->history("m-1"))[0].events;
  }
  // What has been recorded in passing is stored once the server has stopped.
  std::vector<Event> events_after_stop() {
    server().stop();
    return stored_events();
  }

  TemporaryFolder folder_ = must(TemporaryFolder::create());
  FakeClock clock_;
  FakeLibrary library_{folder_.path()};
  std::unique_ptr<Ledger> ledger_ = must(open_sqlite_ledger(folder_.path() / "ledger", clock_));
  Api* api_ = nullptr;
  std::string token_;
  int64_t link_id_ = 0;
  ServerSettings settings_;
  std::unique_ptr<Server> server_;
};

}  // namespace candid::track::test
