// Uploads to S3 that are interrupted, lose answers or bits, and are gone on with, against a real server.

#include <atomic>
#include <thread>

#include "core/digest.h"
#include "core/encoding.h"
#include "core/files.h"
#include "tests/contract/s3_fixture.h"
#include "tests/contract/store_contract.h"
#include "tests/support/results.h"
#include "upload/file_notes.h"

namespace candid::upload::test {
namespace {

using candid::test::must;

constexpr uint64_t kSize = 30'000'000;  // four parts
constexpr uint64_t kPart = 8 << 20;

Error lost() {
  return Error(ErrorKind::Network, "the answer was lost").retry_may_help();
}

class S3Faults : public testing::Test {
 protected:
  S3Faults() { must(write_file(file(), std::string_view(noise(kSize)))); }

  std::filesystem::path file() const { return folder_.path() / "file"; }
  std::filesystem::path notes_file() const { return folder_.path() / "uploads"; }
  std::unique_ptr<FileNotes> open_notes() { return must(FileNotes::open(notes_file())); }

  void expect_whole(std::string_view name) {
    EXPECT_EQ(sha256(must(bucket_store(prefix_)->get(name))), must(sha256_file(file())));
  }
  // What nobody will finish.
  size_t unfinished() { return must(bucket_client(prefix_)->uploads("", {})).size(); }

  // Puts the bytes of one object under the name of another, behind the store's back.
  void replace_by(const std::string& source, const std::string& name) {
    auto bytes = must(bucket_store(prefix_)->get(source));
    S3Body body{std::string(bytes.begin(), bytes.end()), sha256(bytes), {}};
    must(bucket_client(prefix_)->put(name, std::move(body), {}, {}));
  }

  // Counts the bytes of parts that reach the server.
  OnRequest counting() {
    return [this](net::HttpTransport& network, const net::HttpRequest& request, const std::stop_token& stop) {
      auto answer = network.send(request, stop);
      if (is_part_upload(request) && answer && answer->is_success()) sent_ += net::body_size(request);
      return answer;
    };
  }

  // A run that ends in the middle of its second part, as Ctrl-C does.
  void interrupt(std::string_view name, OnRequest on_request = {}) {
    auto notes = open_notes();
    std::stop_source source;
    PutOptions options;
    options.stop = source.get_token();
    options.progress = [&](uint64_t sent) {
      if (sent > kPart + 1'000'000) source.request_stop();
    };
    auto put = bucket_store(prefix_, notes.get(), std::move(on_request))->put_file(name, file(), options);
    ASSERT_FALSE(put);
    ASSERT_EQ(put.error().kind(), ErrorKind::Cancelled) << put.error().describe();
    ASSERT_EQ(notes->names().size(), 1U);
  }

  TemporaryFolder folder_ = must(TemporaryFolder::create());
  std::string prefix_ = new_prefix();
  std::atomic<uint64_t> sent_ = 0;
};

TEST_F(S3Faults, ALaterRunSendsOnlyWhatIsMissing) {
  interrupt("files/a");
  EXPECT_EQ(unfinished(), 1U);
  auto notes = open_notes();
  must(bucket_store(prefix_, notes.get(), counting())->put_file("files/a", file()));
  EXPECT_EQ(sent_, kSize - kPart);
  expect_whole("files/a");
  EXPECT_EQ(unfinished(), 0U);
  EXPECT_TRUE(notes->names().empty());
}

TEST_F(S3Faults, AFileThatChangedMeanwhileIsSentAnew) {
  interrupt("files/a");
  must(write_file(file(), std::string_view(noise(kSize, 7))));
  auto notes = open_notes();
  must(bucket_store(prefix_, notes.get())->put_file("files/a", file()));
  expect_whole("files/a");
  EXPECT_EQ(unfinished(), 0U);
}

TEST_F(S3Faults, APartThatTheStoreHoldsOtherwiseIsSentAgain) {
  interrupt("files/a");
  auto notes = open_notes();
  std::string id = must(bucket_client(prefix_)->uploads("", {})).at(0).id;
  std::string other(kPart, 'x');
  S3Body body{other, sha256(other), {}};
  ASSERT_TRUE(must(bucket_client(prefix_)->put_part("files/a", id, 1, std::move(body), {})));
  must(bucket_store(prefix_, notes.get(), counting())->put_file("files/a", file()));
  EXPECT_EQ(sent_, kSize);
  expect_whole("files/a");
}

TEST_F(S3Faults, AnUploadThatSomebodyGaveUpIsBegunAnew) {
  interrupt("files/a");
  must(abandon_uploads_of(*bucket_client(prefix_), "files/a", "", {}));
  auto notes = open_notes();
  must(bucket_store(prefix_, notes.get())->put_file("files/a", file()));
  expect_whole("files/a");
  EXPECT_EQ(unfinished(), 0U);
}

TEST_F(S3Faults, AnUploadThatIsGivenUpUnderWayIsBegunAnew) {
  std::atomic<bool> is_given_up = false;
  auto give_up = [&](net::HttpTransport& network, const net::HttpRequest& request, const std::stop_token& stop) {
    if (request.url.find("partNumber=2") != std::string::npos && !is_given_up.exchange(true))
      must(abandon_uploads_of(*bucket_client(prefix_), "files/a", "", {}));
    return network.send(request, stop);
  };
  auto notes = open_notes();
  must(bucket_store(prefix_, notes.get(), give_up)->put_file("files/a", file()));
  EXPECT_TRUE(is_given_up);
  expect_whole("files/a");
  EXPECT_EQ(unfinished(), 0U);
}

TEST_F(S3Faults, AnObjectThatIsThereWithTheSameBytesIsNotSentAgain) {
  must(bucket_store(prefix_)->put_file("files/a", file()));
  must(bucket_store(prefix_, nullptr, counting())->put_file("files/a", file()));
  EXPECT_EQ(sent_, 0U);
  must(write_file(file(), std::string_view(noise(kSize, 7))));
  must(bucket_store(prefix_, nullptr, counting())->put_file("files/a", file()));
  EXPECT_EQ(sent_, kSize);
  expect_whole("files/a");
}

TEST_F(S3Faults, ANoteOfAnObjectThatIsThereIsForgotten) {
  std::string name = part_object(to_hex(must(sha256_file(file()))));
  interrupt(name);
  must(bucket_store(prefix_)->put_file(name, file()));
  EXPECT_EQ(unfinished(), 1U);
  auto notes = open_notes();
  must(bucket_store(prefix_, notes.get(), counting())->put_file(name, file()));
  EXPECT_EQ(sent_, 0U);
  EXPECT_EQ(unfinished(), 0U);
  EXPECT_TRUE(notes->names().empty());
}

// The answers of one kind of request are lost the first time.
OnRequest losing(bool (*is_meant)(const net::HttpRequest&), std::shared_ptr<std::atomic<int>> losses) {
  return [=](net::HttpTransport& network, const net::HttpRequest& request,
             const std::stop_token& stop) -> Result<net::HttpResponse> {
    auto answer = network.send(request, stop);
    if (!is_meant(request) || losses->fetch_sub(1) <= 0) return answer;
    return tl::unexpected(lost());
  };
}

TEST_F(S3Faults, AnAnswerThatWasLostLeavesNoUpload) {
  for (auto is_meant : {is_create, is_complete, is_part_upload}) {
    auto losses = std::make_shared<std::atomic<int>>(2);
    auto notes = open_notes();
    must(bucket_store(prefix_, notes.get(), losing(is_meant, losses))->put_file("files/a", file()));
    EXPECT_LE(*losses, 0);
    expect_whole("files/a");
    EXPECT_EQ(unfinished(), 0U);
    EXPECT_TRUE(notes->names().empty());
    must(bucket_store(prefix_)->remove("files/a"));
  }
}

TEST_F(S3Faults, ACompletionThatIsAnsweredByNoSuchUploadIsDecidedByTheObject) {
  std::atomic<int> completions = 0;
  auto forget = [&](net::HttpTransport& network, const net::HttpRequest& request,
                    const std::stop_token& stop) -> Result<net::HttpResponse> {
    if (!is_complete(request)) return network.send(request, stop);
    ++completions;
    EXPECT_TRUE(network.send(request, stop));
    net::HttpResponse gone;
    gone.status = 404;
    std::string text = "<Error><Code>NoSuchUpload</Code></Error>";
    gone.body.assign(text.begin(), text.end());
    return gone;
  };
  must(bucket_store(prefix_, nullptr, forget)->put_file("files/a", file()));
  EXPECT_EQ(completions, 1);
  expect_whole("files/a");
}

TEST_F(S3Faults, ACrashBeforeTheUploadWasKnownLeavesNone) {
  {
    auto notes = open_notes();
    auto dying = [&](net::HttpTransport& network, const net::HttpRequest& request,
                     const std::stop_token& stop) -> Result<net::HttpResponse> {
      auto answer = network.send(request, stop);
      return is_create(request) ? Result<net::HttpResponse>(tl::unexpected(Error(ErrorKind::Cancelled, "died")))
                                : answer;
    };
    EXPECT_FALSE(bucket_store(prefix_, notes.get(), dying)->put_file("files/a", file()));
  }
  EXPECT_EQ(unfinished(), 1U);
  auto notes = open_notes();
  must(bucket_store(prefix_, notes.get())->put_file("files/a", file()));
  EXPECT_EQ(unfinished(), 0U);
  expect_whole("files/a");
}

TEST_F(S3Faults, ASuccessThatHoldsAnErrorIsNone) {
  std::atomic<int> errors = 0;
  auto sometimes = [&](net::HttpTransport& network, const net::HttpRequest& request,
                       const std::stop_token& stop) -> Result<net::HttpResponse> {
    if (errors.fetch_add(1) % 2 == 0) {
      net::HttpResponse error;
      error.status = 200;
      error.headers["content-type"] = "application/xml";
      error.headers["content-length"] = "130";
      std::string text = "<?xml version=\"1.0\"?><Error><Code>InternalError</Code></Error>";
      if (request.method == "HEAD") return error;
      if (request.on_body) {
        request.on_body({reinterpret_cast<const uint8_t*>(text.data()), text.size()});
      } else {
        error.body.assign(text.begin(), text.end());
      }
      return error;
    }
    return network.send(request, stop);
  };
  auto store = bucket_store(prefix_, nullptr, sometimes);
  must(store->put_file("files/a", file()));
  EXPECT_EQ(must(store->size_of("files/a")), kSize);
  EXPECT_EQ(sha256(must(store->get("files/a"))), must(sha256_file(file())));
  EXPECT_GT(errors, 8);
  expect_whole("files/a");
}

// One bit of the body of every part upload, or put, that `hits` says.
OnRequest flipping(std::function<bool()> hits) {
  return [=](net::HttpTransport& network, const net::HttpRequest& request, const std::stop_token& stop) {
    if (request.method != "PUT" || !hits()) return network.send(request, stop);
    net::HttpRequest flipped = request;
    std::string body = body_of(request);
    body[body.size() / 2] ^= 4;
    flipped.body = std::move(body);
    return network.send(flipped, stop);
  };
}

TEST_F(S3Faults, ABitThatFlippedOnTheWayIsFoundAndSentAgain) {
  auto count = std::make_shared<std::atomic<int>>(0);
  auto store = bucket_store(prefix_, nullptr, flipping([=] { return count->fetch_add(1) % 2 == 0; }));
  must(store->put_file("files/a", file()));
  must(store->put("recipes/a.json", std::vector<uint8_t>(1000, 'x')));
  EXPECT_GE(*count, 10);
  expect_whole("files/a");
  EXPECT_EQ(must(bucket_store(prefix_)->get("recipes/a.json")), std::vector<uint8_t>(1000, 'x'));
}

TEST_F(S3Faults, ALineThatFlipsEveryTimeStoresNothing) {
  constexpr std::chrono::milliseconds patience{1000};
  auto store = bucket_store(prefix_, nullptr, flipping([] { return true; }), writer_keys(), patience);
  auto large = store->put_file("files/a", file());
  ASSERT_FALSE(large);
  EXPECT_EQ(large.error().kind(), ErrorKind::Corrupt) << large.error().describe();
  EXPECT_TRUE(large.error().retryable());
  auto small = store->put("recipes/a.json", std::vector<uint8_t>(1000, 'x'));
  ASSERT_FALSE(small);
  EXPECT_EQ(small.error().kind(), ErrorKind::Corrupt);
  EXPECT_EQ(must(bucket_store(prefix_)->size_of("files/a")), std::nullopt);
  EXPECT_EQ(must(bucket_store(prefix_)->size_of("recipes/a.json")), std::nullopt);
}

// Flips a bit behind the signature's back: the server takes the bytes it gets for those that were meant.
OnRequest flipping_before_the_server() {
  return [](net::HttpTransport& network, const net::HttpRequest& request, const std::stop_token& stop) {
    auto answer = network.send(request, stop);
    if (request.method == "PUT" && answer) answer->headers["etag"] = "\"" + std::string(32, '0') + "\"";
    return answer;
  };
}

TEST_F(S3Faults, AnETagThatIsNotTheContentsIsNotBelievedEitherWay) {
  auto store = bucket_store(prefix_, nullptr, flipping_before_the_server());
  // The object's own ETag decides.
  must(store->put("recipes/a.json", std::vector<uint8_t>(1000, 'x')));
  auto large = store->put_file("files/a", file());
  ASSERT_FALSE(large);
  EXPECT_EQ(large.error().kind(), ErrorKind::Corrupt);
}

TEST_F(S3Faults, WhatIsStoredOtherwiseIsRemoved) {
  // The object is replaced by another of its size, as by a store that damages it.
  std::string prefix = prefix_;
  std::string name;
  auto damaging = [&](net::HttpTransport& network, const net::HttpRequest& request, const std::stop_token& stop) {
    auto answer = network.send(request, stop);
    if (is_complete(request)) {
      auto folder = must(TemporaryFolder::create());
      must(write_file(folder.path() / "other", std::string_view(noise(kSize, 9))));
      must(bucket_store(prefix)->put_file("files/other", folder.path() / "other"));
      replace_by("files/other", name);
    }
    return answer;
  };
  // What holds a part's name can only be a damaged part; under any other name it may be somebody else's object.
  for (bool is_part : {true, false}) {
    name = is_part ? part_object(to_hex(must(sha256_file(file())))) : "files/a";
    auto put = bucket_store(prefix_, nullptr, damaging)->put_file(name, file());
    ASSERT_FALSE(put);
    EXPECT_EQ(put.error().kind(), ErrorKind::Corrupt) << put.error().describe();
    EXPECT_TRUE(put.error().retryable());
    EXPECT_EQ(must(bucket_store(prefix_)->size_of(name)).has_value(), !is_part);
  }
}

TEST_F(S3Faults, APartThatIsSuspectedIsComparedAndReplaced) {
  for (uint64_t size : {uint64_t{1000}, kSize}) {
    must(write_file(file(), std::string_view(noise(size))));
    std::string name = part_object(to_hex(must(sha256_file(file()))));
    auto folder = must(TemporaryFolder::create());
    must(write_file(folder.path() / "other", std::string_view(noise(size, 9))));
    must(bucket_store(prefix_)->put_file("files/other", folder.path() / "other"));
    replace_by("files/other", name);
    must(bucket_store(prefix_)->put_file(name, file()));
    EXPECT_FALSE(bucket_store(prefix_)->get(name)) << "the size is the same, the content is not";
    PutOptions options;
    options.check_content = true;
    must(bucket_store(prefix_)->put_file(name, file(), options));
    expect_whole(name);
    std::atomic<int> puts = 0;
    auto count = [&](net::HttpTransport& network, const net::HttpRequest& request, const std::stop_token& stop) {
      if (request.method != "HEAD") ++puts;
      return network.send(request, stop);
    };
    must(bucket_store(prefix_, nullptr, count)->put_file(name, file(), options));
    EXPECT_EQ(puts, 0) << "its ETag tells";
  }
}

TEST_F(S3Faults, AnETagOfAnotherFormIsDecidedByReadingBack) {
  std::atomic<int> readings = 0;
  auto encrypted = [&](net::HttpTransport& network, const net::HttpRequest& request, const std::stop_token& stop) {
    auto answer = network.send(request, stop);
    if (request.method == "GET") ++readings;
    if (!answer || !answer->headers.contains("etag")) return answer;
    answer->headers["x-amz-server-side-encryption"] = "aws:kms";
    if (!is_part_upload(request)) answer->headers["etag"] = "\"" + std::string(32, 'a') + "\"";
    return answer;
  };
  auto store = bucket_store(prefix_, nullptr, encrypted);
  must(store->put_file("files/a", file()));
  must(store->put("recipes/a.json", std::vector<uint8_t>(1000, 'x')));
  EXPECT_EQ(readings, 2);
  expect_whole("files/a");
}

TEST_F(S3Faults, WhatIsReadIsComparedAndReadAgain) {
  must(bucket_store(prefix_)->put("recipes/a.json", std::vector<uint8_t>(1000, 'x')));
  std::string name = part_object(to_hex(must(sha256_file(file()))));
  must(bucket_store(prefix_)->put_file(name, file()));
  std::atomic<int> flips = 0;
  auto flip = [&](net::HttpTransport& network, const net::HttpRequest& request, const std::stop_token& stop) {
    if (request.method != "GET" || flips.fetch_sub(1) <= 0) return network.send(request, stop);
    net::HttpRequest changed = request;
    auto is_first = std::make_shared<bool>(true);
    changed.on_body = [&request, is_first](std::span<const uint8_t> bytes) {
      std::vector<uint8_t> copy(bytes.begin(), bytes.end());
      if (std::exchange(*is_first, false)) copy.front() ^= 1;
      return request.on_body(copy);
    };
    return network.send(changed, stop);
  };
  auto store = bucket_store(prefix_, nullptr, flip);
  flips = 1;
  EXPECT_EQ(must(store->get("recipes/a.json")), std::vector<uint8_t>(1000, 'x'));
  flips = 1;
  must(store->get_file(name, folder_.path() / "got"));
  EXPECT_EQ(must(sha256_file(folder_.path() / "got")), must(sha256_file(file())));
  flips = 1000;
  auto got = store->get_file(name, folder_.path() / "other");
  ASSERT_FALSE(got);
  EXPECT_EQ(got.error().kind(), ErrorKind::Corrupt);
  EXPECT_FALSE(std::filesystem::exists(folder_.path() / "other"));
}

TEST_F(S3Faults, AnUploadThatIsNotWantedAnyMoreIsGivenUp) {
  interrupt("files/a");
  must(bucket_client(prefix_)->create_upload("recipes/nobody.json", {}, {}));
  EXPECT_EQ(unfinished(), 2U);
  auto notes = open_notes();
  auto store = bucket_store(prefix_, notes.get());
  auto all = [](std::string_view) { return true; };
  auto none = [](std::string_view) { return false; };
  auto now = Clock::system().now();
  EXPECT_EQ(must(store->abandon_unfinished(all, now - std::chrono::hours(1))), 0);
  EXPECT_EQ(must(store->abandon_unfinished(all, now + std::chrono::hours(1))), 1) << "the one that nobody knows";
  EXPECT_EQ(notes->names().size(), 1U);
  EXPECT_EQ(must(store->abandon_unfinished(none, now - std::chrono::hours(1))), 1) << "the one in the notes";
  EXPECT_TRUE(notes->names().empty());
  EXPECT_EQ(unfinished(), 0U);
}

TEST_F(S3Faults, AFailureThatStaysLeavesNoUploadAndNoNote) {
  auto full = [](net::HttpTransport& network, const net::HttpRequest& request,
                 const std::stop_token& stop) -> Result<net::HttpResponse> {
    if (request.url.find("partNumber=3") == std::string::npos) return network.send(request, stop);
    net::HttpResponse answer;
    answer.status = 507;
    std::string text = "<Error><Code>XMinioStorageFull</Code></Error>";
    answer.body.assign(text.begin(), text.end());
    return answer;
  };
  auto notes = open_notes();
  auto put = bucket_store(prefix_, notes.get(), full)->put_file("files/a", file());
  ASSERT_FALSE(put);
  EXPECT_EQ(put.error().kind(), ErrorKind::NoSpace);
  EXPECT_FALSE(put.error().retryable());
  EXPECT_TRUE(notes->names().empty());
  EXPECT_EQ(unfinished(), 0U);
}

TEST_F(S3Faults, ManyMayPutOneLargeObjectAtOnce) {
  auto notes = open_notes();
  auto store = bucket_store(prefix_, notes.get());
  std::string name = part_object(to_hex(must(sha256_file(file()))));
  std::atomic<int> failures = 0;
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 4; ++i) {
      threads.emplace_back([&] { failures += store->put_file(name, file()) ? 0 : 1; });
    }
  }
  EXPECT_EQ(failures, 0);
  expect_whole(name);
  EXPECT_EQ(unfinished(), 0U);
}

}  // namespace
}  // namespace candid::upload::test
