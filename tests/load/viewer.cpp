#include "tests/load/viewer.h"

#include <algorithm>
#include <deque>
#include <optional>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <fmt/format.h>

#include "tests/load/http_connection.h"

namespace candid::load {
namespace {

namespace asio = boost::asio;
using std::chrono::microseconds;
using std::chrono::steady_clock;

constexpr auto kViewerNoThrow = asio::as_tuple(asio::use_awaitable);
constexpr size_t kBatch = 20;  // events of a report, as in the page's script
constexpr std::chrono::milliseconds kViewerRetryPause{200}, kLongestPause{5000};
constexpr int kBeatSeconds = 5;  // of the video, whatever the time between two reports
constexpr const char* kBrowser =
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Safari/537.36";

microseconds since(Moment begin) {
  return std::chrono::duration_cast<microseconds>(steady_clock::now() - begin);
}

asio::awaitable<void> wait_until(Moment moment) {
  const auto executor = co_await asio::this_coro::executor;
  asio::steady_timer timer(executor, moment);
  co_await timer.async_wait(kViewerNoThrow);
}

std::string get(std::string_view path) {
  return fmt::format(
      "GET {} HTTP/1.1\r\nHost: candid.test\r\nUser-Agent: {}\r\nAccept: */*\r\n"
      "Accept-Encoding: gzip, deflate, br\r\nAccept-Language: en-GB,en;q=0.9\r\n\r\n",
      path, kBrowser);
}

std::string post(std::string_view path, std::string_view json) {
  return fmt::format(
      "POST {} HTTP/1.1\r\nHost: candid.test\r\nUser-Agent: {}\r\nAccept: */*\r\nContent-Type: application/json\r\n"
      "Content-Length: {}\r\n\r\n{}",
      path, kBrowser, json.size(), json);
}

// What stands between `before` and the next quotation mark; empty where it does not.
std::string quoted_after(std::string_view page, std::string_view before) {
  const size_t at = page.find(before);
  if (at == std::string_view::npos) return {};
  page.remove_prefix(at + before.size());
  return std::string(page.substr(0, page.find('"')));
}

struct Ticket {
  std::string session;
  std::string nonce;
  std::string video;  // its path
};

std::optional<Ticket> ticket_of(std::string_view page) {
  Ticket ticket{quoted_after(page, "data-session=\""), quoted_after(page, "data-nonce=\""), {}};
  const std::string media = quoted_after(page, "src=\"../m/");
  if (!media.empty()) ticket.video = fmt::format("/m/{}/video.mp4", media.substr(0, media.find('/')));
  if (ticket.session.empty() || ticket.nonce.empty()) return std::nullopt;
  return ticket;
}

struct Event {
  int sequence = 0;
  std::string json;
};

// What a page reports of a visit that is as plain as can be.
class Reports {
 public:
  void open() {
    add(R"("load","webdriver":false,"visible":true,"prerendered":false,"outer":[1280,800],"inner":[1280,720],)"
        R"("gpu":"Sample graphics")");
    add(R"("input","trusted":true,"keyboard":false,"ms":2400)");
    add(R"("play","trusted":true,"ms":2500,"at":0)");
  }
  void beat() {
    add(fmt::format(R"("beat","ranges":[[{},{}]],"visible":true,"muted":false,"rate":1)", sequence_ * kBeatSeconds,
                    (sequence_ + 1) * kBeatSeconds));
  }
  bool is_empty() const { return waiting_.empty(); }
  std::string batch(const Ticket& ticket) const {
    std::string events;
    for (size_t i = 0; i < std::min(waiting_.size(), kBatch); ++i) {
      if (i > 0) events += ',';
      events += waiting_[i].json;
    }
    return fmt::format(R"({{"session":"{}","nonce":"{}","events":[{}]}})", ticket.session, ticket.nonce, events);
  }
  void acknowledge_batch(const Ticket& ticket, Tally& tally) {
    for (size_t i = 0; i < kBatch && !waiting_.empty(); ++i) {
      tally.acknowledge(ticket.session, waiting_.front().sequence);
      waiting_.pop_front();
    }
  }

 private:
  void add(std::string_view kind_and_fields) {
    waiting_.push_back({sequence_, fmt::format(R"({{"sequence":{},"kind":{}}})", sequence_, kind_and_fields)});
    ++sequence_;
  }

  std::deque<Event> waiting_;
  int sequence_ = 0;
};

// A connection that is counted.
class Line {
 public:
  Line(const asio::any_io_executor& executor, const Crowd& crowd, size_t number, Tally& tally)
      : crowd_(crowd), source_(crowd.address_of(number)), tally_(tally), http_(executor, crowd.timeout) {}
  ~Line() { count_end(); }
  Line(const Line&) = delete;
  Line& operator=(const Line&) = delete;

  asio::awaitable<bool> open() {
    if (http_.is_open() && !http_.was_ended()) co_return true;
    if (http_.is_open()) ++tally_.ended;  // browsers open another one without a word
    count_end();
    is_counted_ = co_await http_.open(crowd_.server, source_);
    if (is_counted_) tally_.connection_opened();
    if (!is_counted_) ++tally_.unopened;
    co_return is_counted_;
  }
  asio::awaitable<std::optional<Answer>> ask(const std::string& request) {
    auto answer = co_await http_.ask(request);
    if (answer) tally_.count_status(answer->status);
    if (!answer) ++tally_.broken;
    co_return answer;
  }

 private:
  void count_end() {
    if (is_counted_) tally_.connection_closed();
    is_counted_ = false;
  }

  const Crowd& crowd_;
  const asio::ip::address source_;
  Tally& tally_;
  HttpConnection http_;
  bool is_counted_ = false;
};

// The page's ticket; nothing when it was not given. The time counts from `due`.
asio::awaitable<std::optional<Ticket>> load_page(Line& line, const std::string& path, Moment due, Tally& tally) {
  const std::string request = get(path);  // named: GCC 12 destroys a temporary of a co_await twice
  auto answer = co_await line.ask(request);
  if (!answer || answer->status != 200) co_return std::nullopt;
  tally.pages.record(since(due));
  auto ticket = ticket_of(answer->body);
  if (!ticket) ++tally.unreadable;
  co_return ticket;
}

asio::awaitable<void> fetch_video(Line& line, const std::string& path, Tally& tally) {
  const auto begin = steady_clock::now();
  const std::string request = get(path);
  auto answer = co_await line.ask(request);
  if (answer && answer->status == 200) tally.media.record(since(begin));
}

// Sends what waits. False when the server is to be asked again later.
asio::awaitable<bool> send_reports(Line& line, const std::string& path, const Ticket& ticket, Reports& reports,
                                   Tally& tally) {
  while (!reports.is_empty()) {
    if (!co_await line.open()) co_return false;
    const std::string request = post(path, reports.batch(ticket));
    auto answer = co_await line.ask(request);
    if (!answer || answer->status != 204) co_return false;
    reports.acknowledge_batch(ticket, tally);
  }
  co_return true;
}

// One page from its load until `leave`.
asio::awaitable<void> watch(Line& line, const Crowd& crowd, const Watching& watching, size_t number, Moment leave,
                            Tally& tally) {
  const std::string& path = crowd.path_of(number);
  auto due = steady_clock::now();
  if (!co_await line.open()) co_return;
  auto ticket = co_await load_page(line, path, due, tally);
  if (!ticket) co_return;
  if (watching.fetches_video && !ticket->video.empty()) co_await fetch_video(line, ticket->video, tally);
  const std::string events = fmt::format("{}/events", path);
  Reports reports;
  reports.open();
  for (due = steady_clock::now(); due < leave; due += watching.beat) {
    co_await wait_until(due);
    tally.lateness.record(since(due));
    bool is_stored = co_await send_reports(line, events, *ticket, reports, tally);
    for (auto pause = kViewerRetryPause; !is_stored && steady_clock::now() < leave;
         pause = std::min(2 * pause, kLongestPause)) {
      co_await wait_until(steady_clock::now() + pause);
      is_stored = co_await send_reports(line, events, *ticket, reports, tally);
    }
    if (is_stored) tally.reports.record(since(due));
    reports.beat();
  }
  co_await wait_until(leave);
}

}  // namespace

asio::awaitable<void> view(const Crowd& crowd, const Watching& watching, size_t number, Moment begin, Tally& tally) {
  co_await wait_until(begin);
  const auto executor = co_await asio::this_coro::executor;
  Line line(executor, crowd, number, tally);
  while (steady_clock::now() < crowd.end) {
    const auto arrived = steady_clock::now();
    const bool stays = watching.stay == std::chrono::milliseconds(0);
    co_await watch(line, crowd, watching, number, stays ? crowd.end : std::min(crowd.end, arrived + watching.stay),
                   tally);
    // A server that turns everybody away is not asked without a pause.
    co_await wait_until(
        std::min<Moment>(crowd.end, std::max<Moment>(steady_clock::now(), arrived + kViewerRetryPause)));
  }
}

asio::awaitable<void> visit(const Crowd& crowd, size_t number, Moment due, Tally& tally) {
  const auto executor = co_await asio::this_coro::executor;
  Line line(executor, crowd, number, tally);
  if (co_await line.open()) co_await load_page(line, crowd.path_of(number), due, tally);
}

}  // namespace candid::load
