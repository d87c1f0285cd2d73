#pragma once
// A dashboard over a ledger of its own, asked without sockets.

#include <map>
#include <memory>
#include <string>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "core/digest.h"
#include "core/files.h"
#include "tests/support/results.h"
#include "tests/track/fixtures.h"
#include "tests/track/visit.h"
#include "track/dashboard/dashboard.h"

namespace candid::track::test {

using candid::test::must;

class NoLibrary final : public MediaLibrary {
 public:
  Result<MediaFile> find(std::string_view) const override { return fail(ErrorKind::NotFound, "no media here"); }
};

class DashboardFixture : public testing::Test {
 protected:
  DashboardFixture() {
    must(ledger_->upsert_messages({sample_message()}));
    token_ = add_token("talent team");
  }

  Dashboard& dashboard() {
    if (!dashboard_) {
      dashboard_ = std::make_unique<Dashboard>(DashboardParts{"https://talk.example.com", must(ledger_->server_key()),
                                                              *ledger_, library_, news_, &replies_, clock_},
                                               limits_);
    }
    return *dashboard_;
  }

  std::string add_token(const std::string& name, ApiScope scope = ApiScope::Read,
                        std::optional<UtcTime> expires = std::nullopt) {
    std::string token = make_api_token();
    must(ledger_->add_api_token(sha256(token), {name, scope, clock_.now(), expires}));
    return token;
  }

  // As a browser asks that has come by https.
  HttpRequest request(Method method, std::string path, std::string cookie = "") const {
    HttpRequest made;
    made.method = method;
    size_t question = path.find('?');
    if (question != std::string::npos) made.query = path.substr(question + 1);
    made.path = path.substr(0, question);
    made.headers = {{"host", "talk.example.com"}, {"sec-fetch-site", "same-origin"}};
    if (!cookie.empty()) made.headers["cookie"] = std::move(cookie);
    made.network = "203.0.113.0/24";
    made.secure = true;
    return made;
  }
  HttpRequest form(std::string path, std::string body, std::string cookie = "") const {
    HttpRequest made = request(Method::Post, std::move(path), std::move(cookie));
    made.headers["content-type"] = "application/x-www-form-urlencoded";
    made.body = std::move(body);
    return made;
  }
  HttpResponse get(std::string path, std::string cookie) {
    return dashboard().answer(request(Method::Get, std::move(path), std::move(cookie)));
  }
  HttpResponse get(std::string path) { return get(std::move(path), signed_in()); }
  std::string page(std::string path) { return text(get(std::move(path))); }

  static std::string text(const HttpResponse& response) { return std::get<std::string>(response.body); }
  static std::string header(const HttpResponse& response, std::string_view name) {
    for (const auto& [known, value] : response.headers) {
      if (known == name) return value;
    }
    return "";
  }
  static std::string field(const std::string& html, const std::string& name) {
    size_t at = html.find(fmt::format("name=\"{}\" value=\"", name));
    if (at == std::string::npos) return "";
    at = html.find("value=\"", at) + 7;
    return html.substr(at, html.find('"', at) - at);
  }
  HttpResponse sign_in(const std::string& token, const std::string& to = "/r") {
    std::string ours = field(text(get("/r", "")), "form");
    return dashboard().answer(form("/r/login", fmt::format("form={}&to={}&token={}", ours, to, token)));
  }
  // The cookie as the browser sends it back.
  static std::string cookie_of(const HttpResponse& response) {
    std::string cookie = header(response, "Set-Cookie");
    return cookie.substr(0, cookie.find(';'));
  }
  std::string signed_in() {
    if (cookie_.empty()) cookie_ = cookie_of(sign_in(token_));
    return cookie_;
  }
  static bool is_form(const HttpResponse& response) { return text(response).find("API token") != std::string::npos; }

  int64_t link_of(const std::string& message, Purpose purpose = Purpose::Candidate) {
    std::string token = make_token();
    must(ledger_->put_link(sha256(token), message, purpose, {}));
    return must(ledger_->find_link(sha256(token)))->id;
  }
  void store(int64_t link, std::vector<Event> events) {
    for (Event& event : events) {
      event.link_id = link;
      event.network =
          fmt::format("198.51.{}.0/24", link % 256);  // one that opens several candidates' links is a scanner
    }
    must(ledger_->append_and_wait(std::move(events)));
    news_.tell();
  }
  void store_said(int64_t link, EventKind kind, std::string body, UtcTime at = kNoon) {
    Event event;
    event.kind = kind;
    event.body = std::move(body);
    event.received_at = at;
    store(link, {event});
  }
  // Messages m-100 and so on, of the same campaign.
  void publish(int first, int count) {
    std::vector<MessageRecord> messages;
    for (int i = 0; i < count; ++i) {
      MessageRecord message = sample_message(fmt::format("m-{}", first + i));
      message.candidate_id = fmt::format("c-{}", first + i);
      message.candidate_name = fmt::format("Sample {:04}", first + i);
      message.candidate_email = fmt::format("sample{}@example.com", first + i);
      message.roster_line = first + i;
      messages.push_back(std::move(message));
    }
    must(ledger_->upsert_messages(messages));
    news_.tell();
  }

  TemporaryFolder folder_ = must(TemporaryFolder::create());
  FakeClock clock_;
  NoLibrary library_;
  NewsBoard news_;
  ReplyVideos replies_{folder_.path() / "replies"};
  std::unique_ptr<Ledger> ledger_ = must(open_sqlite_ledger(folder_.path() / "ledger", clock_));
  CampaignCacheLimits limits_{.pause = 0};  // no page is older than the news
  std::string token_;
  std::string cookie_;
  std::unique_ptr<Dashboard> dashboard_;
};

}  // namespace candid::track::test
